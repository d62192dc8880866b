"""包案 (S8): a leader takes a hard case, goes there, and alone ends it; after that it is visited again."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.notices.services import queue
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.hours import Hours, allowed
from liaison.base.workdays.queries import current_calendar
from liaison.base.workflow import advance
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import drafts_for, hold_row
from supervision.orders.access import overseen_by, own_case
from supervision.orders.models import NoteKind, SponsorNote, Sponsorship
from supervision.orders.services.common import check_day, own_body
from supervision.orders.states import OUTCOMES, SPONSOR, SponsorStatus

REMIND_WITHIN = timedelta(days=3)
"""Days before the target of which the leader is reminded, once for each target."""
HOURS = Hours()
"""In which leaders are reminded."""
MOST_NOTES = 200


class AlreadySponsored(DomainError):
    message = _("这件事已经有领导包案，结束后才能另行包案。")


class NotEnded(DomainError):
    message = _("包案结束以后才能记回访。")


class Ended(DomainError):
    message = _("这件事已经结束，不能再包案。")


@step
def sponsor(*, matter: Matter, why: str, target_on: date, by: User, now: datetime) -> Sponsorship:
    """包案, by the leader in person. Raises NotAllowed, AlreadySponsored, Ended, InvalidInput."""
    check(by, Permission.CASE_SPONSOR)
    hold_row(matter)
    if not Matter.objects.filter(overseen_by(by), pk=matter.pk).exists():
        raise NotAllowed
    why = checked_text(why, field="why", missing=_("请写明为什么包案。"), most=300)
    check_day(target_on, local_today(now), field="target_on")
    if not matter.is_open:
        raise Ended
    if Sponsorship.objects.filter(matter=matter, status=SponsorStatus.LIVE).exists():
        raise AlreadySponsored
    case = Sponsorship.objects.create(
        matter=matter, sponsor=by, organisation=own_body(by), why=why, target_on=target_on, started_at=now
    )
    fact = Fact(verb="sponsor", target=case.status, reason=why, data={"target": str(target_on)})
    record(case.chain, fact, by=by, now=now, first=True)
    _tell(case, "sponsor", by=by, now=now, reason=why, target=str(target_on))
    return case


def _tell(case: Sponsorship, verb: str, *, by: User, now: datetime, reason: str, **data: Any) -> None:
    """The matter's history; the caller holds its row."""
    words = {"sponsor": case.sponsor.signature, **data}
    record(case.matter.chain, Fact(verb=verb, reason=reason, data=words), by=by, now=now)


def _own(case: Sponsorship, by: User) -> None:
    """Hold the matter's row. Raises NotAllowed for anybody but the leader."""
    hold_row(case.matter)
    if not own_case(by, case):
        raise NotAllowed


def _move(case: Sponsorship, verb: str, *, by: User, now: datetime, reason: str, **more: Any) -> None:
    advance(case, verb, workflow=SPONSOR, by=by, now=now, chain=case.chain, reason=reason, **more)
    _tell(case, verb, by=by, now=now, reason=reason)


@step
def note_case(*, case: Sponsorship, kind: str, day: date, text: str, by: User, now: datetime) -> SponsorNote:
    """记一笔: a visit or progress while the case lives, a revisit after. Raises NotAllowed, NotEnded, InvalidInput."""
    _own(case, by)
    text = checked_text(text, field="text", missing=_("请写下做了什么。"), most=500)
    if kind not in NoteKind.values:
        raise InvalidInput(_("请选择走访、推进或回访。"), field="kind")
    if kind == NoteKind.REVISIT and case.status == SponsorStatus.LIVE:
        raise NotEnded(field="kind")
    if kind != NoteKind.REVISIT and case.status != SponsorStatus.LIVE:
        raise InvalidInput(_("包案已经结束，只能记回访。"), field="kind")
    if not local_today(case.started_at) <= day <= local_today(now):
        raise InvalidInput(_("日期应在包案以后、今天以前。"), field="day")
    if case.notes.count() >= MOST_NOTES:
        raise InvalidInput(_("记录太多了，请合并。"))
    _move(case, "note_sponsor", by=by, now=now, reason=text)
    return SponsorNote.objects.create(sponsorship=case, kind=kind, day=day, text=text, by=by, at=now)


@step
def move_target(*, case: Sponsorship, target_on: date, reason: str, by: User, now: datetime) -> Sponsorship:
    """调整目标日期, with a reason. Raises NotAllowed, WrongState, InvalidInput."""
    _own(case, by)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么调整。"))
    check_day(target_on, local_today(now), field="target_on")
    if target_on == case.target_on:
        raise InvalidInput(_("和原来的日期一样，没有改。"), field="target_on")
    _move(case, "move_sponsor", by=by, now=now, reason=reason, changes={"target_on": target_on})
    return case


@step
def end_case(*, case: Sponsorship, outcome: str, text: str, by: User, now: datetime) -> Sponsorship:
    """结束包案: solved, handed on, or given up, with what came of it. Raises NotAllowed, WrongState, InvalidInput."""
    _own(case, by)
    text = checked_text(text, field="text", missing=_("请写明结果，或者为什么终止。"))
    if outcome not in OUTCOMES:
        raise InvalidInput(_("请选择结果。"), field="outcome")
    _move(case, "end_sponsor", by=by, now=now, reason=text, target=outcome, changes={"ended_at": now, "outcome": text})
    return case


def to_remind(now: datetime) -> QuerySet[Sponsorship]:
    """Cases whose target is near or over and of which their leaders were not reminded yet, in hours in which these may
    be written to."""
    if allowed(current_calendar(), now, HOURS) > now:
        return Sponsorship.objects.none()
    near = local_today(now) + REMIND_WITHIN
    rows = Sponsorship.objects.filter(status=SponsorStatus.LIVE, target_on__lte=near)
    due = rows.exclude(reminded_for=F("target_on")) | rows.filter(reminded_for=None)
    return due.select_related("matter", "sponsor").order_by("pk")


@step
def remind_sponsors(*, now: datetime, limit: int = 500) -> int:
    """Remind leaders of cases whose target is near or over: once for each target day. A constant number of statements
    for each batch; the sweep calls it."""
    found = list(to_remind(now)[:limit])
    drafts = [draft for case in found for draft in _reminder(case)]
    queue(drafts, now=now)
    Sponsorship.objects.filter(pk__in=[case.pk for case in found]).update(reminded_for=F("target_on"))
    return len(found)


def _reminder(case: Sponsorship) -> Any:
    words = _("您包案的事项目标日期是 {day}：{title}")
    subject = format_lazy(words, day=case.target_on.isoformat(), title=case.matter.title)
    link = f"/desk/supervision/orders/cases/{case.pk}/"
    tag = f"sponsor:{case.pk}:{case.target_on}"
    return drafts_for([case.sponsor], tag=tag, about=case.chain, subject=subject, link=link, hours=HOURS)
