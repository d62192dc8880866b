"""Asking for a rehearsal."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission
from deputies.accounts.models import User
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.jobs.services import start_job
from liaison.base.workdays.arithmetic import local_today
from opinions.rehearsal.models import Against, Rehearsal
from opinions.rehearsal.queries import opinions_of
from opinions.routing.access import may_keep
from opinions.routing.models import RuleSet
from opinions.routing.queries import active_set, fingerprint

KIND = "rehearsal"
MOST_DAYS = 3 * 366
MOST_OPEN = 3
"""Rehearsals of one person that may wait or run at a time."""


class TooManyOpen(DomainError):
    message = _("您已有几次演练还没有做完，请等它们完成，或先取消。")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be rehearsed: a version over the days from `since` to `until`, compared with what."""

    rule_set: RuleSet
    since: date
    until: date
    against: str = Against.IN_FORCE
    other: RuleSet | None = None


@transaction.atomic
def start(*, request: Request, by: User, now: datetime) -> Rehearsal:
    """Rehearse in the background. Raises NotAllowed, InvalidInput at the field that is wrong, TooManyOpen."""
    if not may_keep(by, request.rule_set):
        raise NotAllowed
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # counts what this person has open, one request at a time
    waiting = Rehearsal.objects.filter(
        by=by, finished_at=None, cancelled_at=None, job__status__in=("queued", "running")
    )
    if waiting.count() >= MOST_OPEN:
        raise TooManyOpen
    made = begin(request=request, by=by, now=now)
    permission = Permission.STREET_RULES_EDIT if request.rule_set.street_id else Permission.RULES_EDIT
    title = _("演练：%(version)s") % {"version": request.rule_set}
    made.job = start_job(kind=KIND, title=title, params={}, permission=permission, by=by, now=now)
    made.save(update_fields=["job"])
    return made


def begin(*, request: Request, by: User | None, now: datetime) -> Rehearsal:
    """The row of a rehearsal that is to be performed. Raises InvalidInput at the field that is wrong."""
    other = _other(request)
    _check_period(request, now)
    total = opinions_of(request.rule_set, request.since, request.until, by).count()
    if not total:
        raise InvalidInput(_("这段时间没有民情民意，请换一段时间。"), field="since")
    values: dict[str, Any] = {"since": request.since, "until": request.until, "against": request.against}
    return Rehearsal.objects.create(
        rule_set=request.rule_set, other=other, fingerprint=fingerprint(request.rule_set), by=by, total=total,
        created_at=now, beat_at=now, **values,
    )  # fmt: skip


def _other(request: Request) -> RuleSet | None:
    """The version to compare with; none where it is what happened."""
    mine = request.rule_set
    if request.against == Against.HAPPENED:
        return None
    if request.against == Against.IN_FORCE:
        found = active_set(mine.district_id, mine.street_id)
        if found is None and not mine.street_id:
            raise InvalidInput(_("现在没有生效的规则，请和另一个版本或当时实际的分派比较。"), field="against")
        return found
    if request.other is None:
        raise InvalidInput(_("请选择和哪个版本比较。"), field="other")
    if (request.other.district_id, request.other.street_id) != (mine.district_id, mine.street_id):
        raise InvalidInput(_("只能和同一个区、同一个街道的版本比较。"), field="other")
    return request.other


def _check_period(request: Request, now: datetime) -> None:
    if request.until < request.since:
        raise InvalidInput(_("结束日期早于开始日期。"), field="until")
    if request.since > local_today(now):
        raise InvalidInput(_("演练的是过去的事，开始日期不能晚于今天。"), field="since")
    if (request.until - request.since).days > MOST_DAYS:
        raise InvalidInput(_("一次最多演练三年。"), field="since")
