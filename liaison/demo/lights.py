"""The demo's lights: what the ladder fired on the mornings of the past weeks, each on its own day."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Max

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.updates import update_each
from liaison.base.workdays.arithmetic import ONE_DAY, SHANGHAI, local_today
from liaison.base.workdays.queries import current_calendar
from liaison.demo.chronicle import lay_notices_to_rest
from opinions.clocks.models import Clock
from supervision.escalation.models import Firing
from supervision.escalation.services import fire_due, tell_due

DAYS = 6
"""Working days back on which lights turned; what is older turned on the first of them."""


@transaction.atomic
def tell_of_lights(congress: Organisation, *, now: datetime) -> int:
    """Sweep as it was swept then: at night, told in the morning; returns how many rungs fired."""
    today, calendar = local_today(now), current_calendar()
    _after_what_was_done(today)
    past = (today - ONE_DAY * back for back in range(DAYS * 2, 0, -1))
    for day in [one for one in past if calendar.is_workday(one)][-DAYS:]:
        if fire_due(now=_at(day, 0)).fired:
            tell_due(now=_at(day, 8))
    lay_notices_to_rest(now)
    return Firing.objects.count()


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 5), tzinfo=SHANGHAI)


def _after_what_was_done(today: date) -> None:
    """Let no light stand in a history before what was done earlier: it turns on the day after, at last today."""
    rows = Clock.objects.filter(stopped_at=None, next_on__lt=today).values_list("pk", "matter", "next_on")
    clocks = list(rows)
    chains = Event.objects.filter(chain__in={f"matter:{matter}" for _pk, matter, _day in clocks})
    last = dict(chains.order_by().values_list("chain").annotate(at=Max("at")))
    days = [(pk, min(local_today(last[f"matter:{matter}"]) + ONE_DAY, today), day) for pk, matter, day in clocks]
    update_each(Clock, ("next_on",), [(pk, after) for pk, after, day in days if day and after > day])
