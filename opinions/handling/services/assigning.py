"""交办、收回、延期、签收、退回: the matter in the hands of bodies.

The first receiver is responsible until another has signed: a body that returned the matter keeps its limit for the
reply until then (12345's rule, domain.md §4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import ClockKind, Reason, ReasonKind, Tier
from opinions.clocks.models import Clock
from opinions.clocks.queries import running_clocks
from opinions.clocks.services import extend_clock, start_clock, start_clocks, stop_clocks
from opinions.handling.models import Assignment, AssignmentStatus, Part
from opinions.handling.queries import handlers_for, returns_of
from opinions.handling.services.common import (
    Side,
    call,
    call_holder,
    checked_text,
    drop_drafts,
    news,
    revoke,
    side_of,
    standing_for,
    step,
    system_side,
)
from opinions.handling.standing import REPLYING, Standing
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, turn_of

TIERS = (Tier.STREET, Tier.DEPARTMENT)
"""The tiers at which bodies handle; the others answer, propose or relay."""
CLOCKS = {
    Part.LEAD: (ClockKind.SIGN, ClockKind.RETURN, ClockKind.REPLY),
    Part.SEPARATE: (ClockKind.SIGN, ClockKind.RETURN, ClockKind.REPLY),
    Part.CO: (ClockKind.CO_OPINION,),
}
"""The limits that begin with an assignment, by part."""
MOST_EXTENSION = 15
"""Longest extension in working days: an ordinary matter becomes a complex one."""
Parts = dict[Part, list[Organisation]]


class NothingToExtend(DomainError):
    message = _("没有正在计时的办理时限，不需要延期。")


@step
def assign(
    *,
    matter: Matter,
    tier: int,
    lead: Organisation | None = None,
    co: Iterable[Organisation] = (),
    separate: Iterable[Organisation] = (),
    note: str = "",
    by: User | None,
    now: datetime,
) -> list[Assignment]:
    """交办 to one lead with co-handlers (主办、协办), or to several bodies that each answer (分办).

    `by=None` is the routing engine, which acts for the street. Live assignments that are not named again end.
    Raises InvalidInput when the bodies do not fit together.
    """
    if by is None:
        side = system_side("assign", matter=matter)
    else:
        side = side_of(standing_for("assign", matter=matter, by=by, now=now))
    parts = _parts(matter, tier, lead, list(co), list(separate))
    begin_handling(matter, "assign", parts, side=side, by=by, now=now, changes={"tier": tier})
    rows = give_out(matter, parts, note=note, side=side, by=by, now=now)
    news(matter, "assign", _("您反映的事项（编号 {code}）已交{body}办理。"), now=now, body=names_of(parts))
    return rows


def _parts(
    matter: Matter, tier: int, lead: Organisation | None, co: list[Organisation], separate: list[Organisation]
) -> Parts:
    if tier not in TIERS:
        raise InvalidInput(_("请选择由社区街道还是由部门办理。"), field="tier")
    if lead is None and not separate:
        raise InvalidInput(_("请选择主办单位。"), field="lead")
    if separate and (lead is not None or co):
        raise InvalidInput(_("分办时各单位各自答复，不再设主办和协办。"), field="separate")
    if separate and len(set(separate)) < 2:
        raise InvalidInput(_("分办至少要有两个单位；只有一个单位的，请选为主办。"), field="separate")
    if lead in co:
        raise InvalidInput(_("主办单位不能同时是协办单位。"), field="co")
    allowed = set(handlers_for(matter))
    for field, chosen in (("lead", [lead] if lead else []), ("co", co), ("separate", separate)):
        if not allowed.issuperset(chosen):
            raise InvalidInput(_("只能交给本区在用的承办单位。"), field=field)
    return {Part.LEAD: [lead] if lead else [], Part.CO: _once(co), Part.SEPARATE: _once(separate)}


def _once(bodies: Iterable[Organisation]) -> list[Organisation]:
    return list(dict.fromkeys(bodies))


def names_of(parts: Parts) -> str:
    """The bodies that will reply, for the resident."""
    return "、".join(body.name for body in parts[Part.LEAD] or parts[Part.SEPARATE])


def begin_handling(
    matter: Matter, verb: str, parts: Parts, *, side: Side, by: User | None, now: datetime, reason: str = "",
    changes: dict[str, Any],
) -> None:  # fmt: skip
    """Move to handling; what the committee and the deputy had to do by a day is done with that."""
    data = {
        "body": names_of(parts),
        "part": Part.LEAD if parts[Part.LEAD] else Part.SEPARATE,
        "co": [body.name for body in parts[Part.CO]],
        "by": side.name,
    }
    holder = parts[Part.LEAD][0] if parts[Part.LEAD] else (side.organisation or matter.street)
    values = {**turn_of(organisation=holder), **changes}
    advance_matter(matter, verb, by=by, now=now, reason=reason, actor=side.actor, data=data, changes=values)
    sparing = matter.assignments.values_list("organisation", flat=True)
    stop_clocks(matter=matter, outcome=verb, now=now, kinds=[ClockKind.TAKE])
    stop_clocks(matter=matter, outcome=verb, now=now, kinds=[ClockKind.REPLY], sparing=sparing)


def give_out(
    matter: Matter, parts: Parts, *, note: str, side: Side, by: User | None, now: datetime
) -> list[Assignment]:
    """Make the assignments and start their limits; live ones that are named again with the same part stay."""
    wanted = [(body, part) for part, bodies in parts.items() for body in bodies]
    kept = {row.organisation_id: row for row in Standing.live_of(matter)}
    for row in list(kept.values()):
        if (row.organisation, row.part) not in wanted:
            _revoke(matter, kept.pop(row.organisation_id), now=now)
    return [kept.get(body.pk) or _give(matter, body, part, note, side=side, by=by, now=now) for body, part in wanted]


def _revoke(matter: Matter, row: Assignment, *, now: datetime) -> None:
    revoke(row, now=now)
    stop_clocks(matter=matter, outcome="assign", now=now, organisation=row.organisation)
    call(matter, "revoke", _("不再需要贵单位办理：{title}"), now=now, to=row.organisation)


def _give(
    matter: Matter, body: Organisation, part: Part, note: str, *, side: Side, by: User | None, now: datetime
) -> Assignment:
    row = Assignment.objects.create(
        matter=matter, organisation=body, part=part, round=matter.round, note=note.strip(), assigned_by=by,
        assigned_by_organisation=side.organisation or matter.street, assigned_at=now,
    )  # fmt: skip
    start_clocks(matter=matter, kinds=CLOCKS[part], now=now, organisation=body)
    call(matter, "assign", _("{part}：{title}"), now=now, to=body, part=part.label, more=row.note)
    return row


@dataclass(frozen=True)
class BulkResult:
    """What became of one matter of a bulk assignment; `problem` is empty when it was assigned."""

    matter: Matter
    problem: str = ""


def assign_many(
    *, matters: Sequence[Matter], tier: int, lead: Organisation, note: str = "", by: User, now: datetime
) -> list[BulkResult]:
    """Assign each matter by itself: what fails is reported and holds up none of the others."""
    results = []
    for matter in matters:
        try:
            assign(matter=matter, tier=tier, lead=lead, note=note, by=by, now=now)
            results.append(BulkResult(matter))
        except DomainError as error:
            results.append(BulkResult(matter, str(error.message)))
    return results


@step
def recall(*, matter: Matter, reason: str, by: User, now: datetime) -> Matter:
    """收回 an assignment that nobody has signed yet; the committee holds the matter again."""
    side = side_of(standing_for("recall", matter=matter, by=by, now=now))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么收回，居民会看到。"))
    live = Standing.live_of(matter)
    data = {"body": "、".join(row.organisation.name for row in live if row.part in REPLYING), "by": side.name}
    advance_matter(matter, "recall", by=by, now=now, reason=reason, actor=side.actor, data=data, changes=side.turn)
    for row in live:
        _revoke(matter, row, now=now)
    start_clock(matter=matter, kind=ClockKind.REPLY, now=now, organisation=side.organisation)
    return matter


@step
def sign(*, matter: Matter, person: str, by: User, now: datetime) -> Assignment:
    """签收 with the person responsible. When a body that replies signs, earlier receivers are free of their limit."""
    standing = standing_for("sign", matter=matter, by=by, now=now)
    row = standing.assignment
    assert row is not None  # noqa: S101 - the rule looked
    person = person.strip()
    if not person or len(person) > 40:
        raise InvalidInput(_("请填写责任人姓名，40 个字以内。"), field="person")
    data = {"body": row.organisation.name, "part": row.part}
    advance_matter(matter, "sign", by=by, now=now, data=data)
    row.status, row.signed_by, row.signed_at, row.person = AssignmentStatus.SIGNED, by, now, person
    row.save(update_fields=["status", "signed_by", "signed_at", "person"])
    stop_clocks(matter=matter, outcome="sign", now=now, kinds=[ClockKind.SIGN], organisation=row.organisation)
    if row.part in REPLYING:
        answering = [one.organisation_id for one in standing.live if one.part in REPLYING]
        stop_clocks(matter=matter, outcome="sign", now=now, kinds=[ClockKind.REPLY], sparing=answering)
    return row


@step
def return_assignment(
    *, matter: Matter, reason: Reason, text: str, suggested: Organisation | None = None, by: User, now: datetime
) -> Assignment:
    """退回 with a reason, once: a second return of the same matter goes to the district committee.

    The body stays responsible (its limit for the reply runs on) until another has signed. Raises InvalidInput.
    """
    row = standing_for("return", matter=matter, by=by, now=now).assignment
    assert row is not None  # noqa: S101 - the rule looked
    if reason.kind != ReasonKind.RETURN or not reason.active:
        raise InvalidInput(_("请选择退回的理由。"), field="reason")
    text = checked_text(text, field="text", missing=_("请写明退回的依据。"))
    if suggested is not None and (suggested == row.organisation or suggested not in handlers_for(matter)):
        raise InvalidInput(_("请建议本区的另一个承办单位。"), field="suggested")
    holder = _holder_after_return(matter, row)
    advance_matter(
        matter, "return", by=by, now=now, reason=reason.name, changes=turn_of(organisation=holder),
        data={"body": row.organisation.name, "to": holder.name},
    )  # fmt: skip
    row.status, row.returned_at, row.finished_at = AssignmentStatus.RETURNED, now, now
    row.return_reason, row.return_text, row.suggested = reason, text, suggested
    row.save(update_fields=["status", "returned_at", "finished_at", "return_reason", "return_text", "suggested"])
    drop_drafts(row)
    kinds = [ClockKind.SIGN, ClockKind.RETURN]
    stop_clocks(matter=matter, outcome="return", now=now, kinds=kinds, organisation=row.organisation)
    start_clock(matter=matter, kind=ClockKind.TAKE, now=now, organisation=holder)
    call_holder(matter, "return", _("{body}退回：{title}"), now=now, body=row.organisation.name, more=text)
    return row


def _holder_after_return(matter: Matter, row: Assignment) -> Organisation:
    if returns_of(matter) or row.assigned_by_organisation_id == matter.district_id:
        return matter.district
    return matter.street


@step
def extend(*, matter: Matter, days: int, reason: str, by: User, now: datetime) -> Matter:
    """延期 by working days, once, approved by whoever assigned it (domain.md §4).

    Raises InvalidInput, NothingToExtend, AlreadyExtended.
    """
    standing = standing_for("extend", matter=matter, by=by, now=now)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么延期，居民会看到。"))
    if not 1 <= days <= MOST_EXTENSION:
        raise InvalidInput(format_lazy(_("请填写 1 到 {most} 之间的工作日数。"), most=MOST_EXTENSION), field="days")
    bodies = [row.organisation for row in standing.live if row.part in REPLYING]
    clocks = [clock for clock in running_clocks(matter, ClockKind.REPLY) if clock.organisation in bodies]
    if not clocks:
        raise NothingToExtend
    due = max(_extended(clock, days, by=by, now=now).due_on for clock in clocks)
    data = {"body": "、".join(body.name for body in bodies), "days": days, "due": due.isoformat()}
    advance_matter(matter, "extend", by=by, now=now, reason=reason, data=data)
    for body in bodies:
        call(matter, "extend", _("办理时限延长 {days} 个工作日：{title}"), now=now, to=body, days=days, more=reason)
    news(
        matter, "extend", _("您反映的事项（编号 {code}）情况复杂，办理时限延长至 {due}。"), now=now, due=due.isoformat()
    )
    return matter


def _extended(clock: Clock, days: int, *, by: User, now: datetime) -> Clock:
    return extend_clock(clock=clock, amount=days, unit=Unit.WORKING_DAYS, by=by, now=now)
