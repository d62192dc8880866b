"""征集 (X4): what residents raise through the announcement of an activity is attached to it.

Part of the sweep: sets only. A missed round is made up for on the next.
"""

from datetime import datetime

from liaison.base.audit.services import record_many
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Matter
from supervision.programme.models import Activity, ActivityMatter
from supervision.programme.queries import raised_waiting
from supervision.programme.services.common import fact_about

BATCH = 500


@step
def attach_raised(*, now: datetime, limit: int = BATCH) -> int:
    """Attach what was raised; each matter says so in its history. Returns how many, at most `limit`. The activities
    are held as every step holds them; of one that is being changed the next round is not too late."""
    waiting = raised_waiting(local_today(now))
    found = {key for key in waiting.values_list("campaign", flat=True)[:limit] if key}
    if not found:
        return 0
    held = Activity.objects.select_for_update(skip_locked=True).filter(pk__in=found).order_by("pk")
    activities = {one.pk: one for one in held}
    rows = {row.pk: activities[row.campaign or 0] for row in waiting.filter(campaign__in=activities)[:limit]}
    matters = Matter.objects.select_for_update().filter(pk__in=rows).order_by("pk")
    facts = {one.chain: [fact_about(rows[one.pk], "plan_activity")] for one in matters}
    links = [ActivityMatter(activity=activity, matter_id=key, at=now) for key, activity in rows.items()]
    ActivityMatter.objects.bulk_create(links)
    record_many(facts, by=None, now=now)
    return len(links)
