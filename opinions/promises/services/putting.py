"""What time alone brings about: a promise past its day of which the body has said nothing is put before the
supervising side. As sets: a constant number of statements for each batch."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record_many
from liaison.base.notices.services import Draft, queue
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Matter
from opinions.matters.services import staff_drafts
from opinions.promises.models import Promise
from opinions.promises.queries import silent_too_long
from opinions.promises.services.common import WATCHERS, place


@transaction.atomic
def put_before(*, now: datetime, limit: int) -> int:
    """Put at most `limit` promises before those who judge them, each once for its due day; says how many.

    Their heads reopen the matter or set another day: that a body says nothing does not prove that nothing was done
    (ADR 0017). The colour and the ladder follow from the clock, not from here.
    """
    late = silent_too_long(local_today(now))
    keys = list(late.order_by("due_on", "id").values_list("pk", "matter_id")[:limit])
    held = list(Matter.objects.select_for_update().filter(pk__in={matter for _pk, matter in keys}).order_by("pk"))
    rows = list(late.filter(pk__in=[pk for pk, _matter in keys]).select_related("organisation").order_by("id"))
    Promise.objects.filter(pk__in=[row.pk for row in rows]).update(put_for=F("due_on"))
    matters = {matter.pk: matter for matter in held}
    for row in rows:
        row.matter = matters[row.matter_id]
    record_many(_facts(rows), by=None, now=now)
    queue(_drafts(rows), now=now)
    return len(rows)


def _facts(rows: list[Promise]) -> dict[str, list[Fact]]:
    facts: dict[str, list[Fact]] = {}
    for row in rows:
        data = {"body": row.organisation.name, "due": row.due_on, "promise": row.pk}
        for chain in (row.chain, row.matter.chain):
            facts.setdefault(chain, []).append(Fact(verb="put_promise", reason=row.what, data=data))
    return facts


def _drafts(rows: list[Promise]) -> list[Draft]:
    """To the people of the committee that judges: the street, or the district where the street itself promised."""
    judge = {row.pk: row.matter.district_id if _own(row) else row.matter.street_id for row in rows}
    people: dict[int, list[User]] = {}
    for one in User.objects.filter(organisation__in=set(judge.values()), role__in=WATCHERS, is_active=True):
        people.setdefault(one.organisation_id or 0, []).append(one)
    drafts: list[Draft] = []
    with override(settings.LANGUAGE_CODE):
        for row in rows:
            subject = _("承诺过期没有报告，请裁定：%(what)s") % {"what": row.what[:60]}
            drafts += staff_drafts(
                row.matter, people.get(judge[row.pk], ()), key=f"promise{row.pk}:put:{row.due_on}", subject=subject,
                body=row.organisation.name, link=place(row),
            )  # fmt: skip
    return drafts


def _own(row: Promise) -> bool:
    return row.organisation_id == row.matter.street_id
