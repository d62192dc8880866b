"""交办、收回、签收: the matter in the hands of bodies.

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
from deputies.organisations.models import JUDICIAL_KINDS, Organisation
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.step import step
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.services import OwnLimit, lead_due, start_clock, start_clocks, stop_clocks
from opinions.handling.guest import Worker, account_of, credited
from opinions.handling.models import Assignment, AssignmentStatus, Part
from opinions.handling.queries import handlers_for
from opinions.handling.services.common import Side, call, news, revoke, side_of, standing_for, system_side
from opinions.handling.services.linking import has_accounts, send_link
from opinions.handling.standing import REPLYING, Standing
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, checked_text, turn_of

TIERS = (Tier.STREET, Tier.DEPARTMENT)
"""The tiers at which bodies handle; the others answer, propose or relay."""
CLOCKS = {
    Part.LEAD: (ClockKind.SIGN, ClockKind.RETURN, ClockKind.REPLY),
    Part.SEPARATE: (ClockKind.SIGN, ClockKind.RETURN, ClockKind.REPLY),
    Part.CO: (ClockKind.CO_OPINION,),
}
"""The limits that begin with an assignment, by part."""
NO_LAWSUITS = _(
    "您反映的事项（编号 {code}）会转交，但法院、检察院、监委依法独立办案，具体案件请按诉讼、申诉程序办理，这里不办理。"
)
"""What residents are told when a court, procuratorate or supervisory commission gets their matter (rule 2)."""
RING = _(
    "{body}退回过这件事，{other}接着也退回了，再交给{body}就是来回转。请换一个单位；确需由它办的，请区人大写明理由后指定。"
)
Parts = dict[Part, list[Organisation]]


class GoesRound(InvalidInput):
    """A ring: the body has returned the matter, and so has another after it."""


@step
def assign(
    *,
    matter: Matter,
    tier: int,
    lead: Organisation | None = None,
    co: Iterable[Organisation] = (),
    separate: Iterable[Organisation] = (),
    note: str = "",
    reason: str = "",
    limit: OwnLimit | None = None,
    co_limit: OwnLimit | None = None,
    by: User | None,
    now: datetime,
) -> list[Assignment]:
    """交办 to one lead with co-handlers (主办、协办), or to several bodies that each answer (分办).

    `by=None` is the routing engine, which acts for the street. Live assignments that are not named again end.
    `limit` is for the reply, `co_limit` for the co-handlers' opinions, in place of the policy's; `reason`, for
    everybody to read, is why it goes to this tier. Raises InvalidInput when the bodies do not fit together, GoesRound
    when a body would get back what it and then another has returned.
    """
    if by is None:
        side = system_side("assign", matter=matter)
    else:
        side = side_of(standing_for("assign", matter=matter, by=by, now=now))
    parts = _parts(matter, tier, lead, list(co), list(separate))
    if not (side.organisation == matter.district and reason.strip()):
        check_no_ring(matter, parts)
    begin_handling(matter, "assign", parts, side=side, by=by, now=now, reason=reason.strip(), changes={"tier": tier})
    rows = give_out(matter, parts, note=note, side=side, by=by, now=now, limit=limit, co_limit=co_limit)
    news(matter, "assign", _("您反映的事项（编号 {code}）已交{body}办理。"), now=now, body=names_of(parts))
    tell_of_lawsuits(matter, rows, now=now)
    return rows


def tell_of_lawsuits(matter: Matter, rows: Iterable[Assignment], *, now: datetime) -> None:
    """Where a court, procuratorate or supervisory commission is among them: what it does not handle here (rule 2)."""
    if any(row.organisation.kind in JUDICIAL_KINDS for row in rows):
        news(matter, "lawsuits", NO_LAWSUITS, now=now)


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


def check_no_ring(matter: Matter, parts: Parts) -> None:
    """Nobody gets back what went from hand to hand: A → B → A is for the district to decide, with a reason."""
    returned = matter.assignments.filter(round=matter.round, returned_at__isnull=False, part__in=REPLYING)
    handed = [row.organisation for row in returned.select_related("organisation").order_by("id")]
    for field, part in (("lead", Part.LEAD), ("separate", Part.SEPARATE)):
        for body in parts[part]:
            later = handed[handed.index(body) + 1 :] if body in handed else []
            other = next((one for one in later if one != body), None)
            if other is not None:
                raise GoesRound(format_lazy(RING, body=body.name, other=other.name), field=field)


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
    matter: Matter,
    parts: Parts,
    *,
    note: str,
    side: Side,
    by: User | None,
    now: datetime,
    limit: OwnLimit | None = None,
    co_limit: OwnLimit | None = None,
) -> list[Assignment]:
    """Make the assignments and start their limits; live ones that are named again with the same part stay."""
    wanted = [(body, part) for part, bodies in parts.items() for body in bodies]
    kept = {row.organisation_id: row for row in Standing.live_of(matter)}
    for row in list(kept.values()):
        if (row.organisation, row.part) not in wanted:
            _revoke(matter, kept.pop(row.organisation_id), now=now)
    limits = {Part.CO: co_limit}
    return [
        kept.get(body.pk) or give_to(matter, body, part, note, side=side, by=by, now=now, limit=limits.get(part, limit))
        for body, part in wanted
    ]


def _revoke(matter: Matter, row: Assignment, *, now: datetime) -> None:
    """Take back what was given; with it goes what the body still answered for since it returned the matter before."""
    revoke(row, now=now)
    if row.part in REPLYING:
        matter.assignments.filter(organisation=row.organisation, liable=True).update(liable=False)
    stop_clocks(matter=matter, outcome="assign", now=now, kinds=CLOCKS[Part(row.part)], organisation=row.organisation)
    call(matter, "revoke", _("不再需要贵单位办理：{title}"), now=now, to=row.organisation)


def give_to(
    matter: Matter, body: Organisation, part: Part, note: str, *, side: Side, by: User | None, now: datetime,
    limit: OwnLimit | None = None,
) -> Assignment:  # fmt: skip
    """Give the body its part: its limits begin, and it is told."""
    first = part == Part.LEAD and not matter.assignments.filter(liable=True).exists()
    row = Assignment.objects.create(
        matter=matter, organisation=body, part=part, round=matter.round, note=note.strip(), assigned_by=by,
        assigned_by_organisation=side.organisation or matter.street, assigned_at=now,
        by_link=not has_accounts(body), liable=first,
    )  # fmt: skip
    before = lead_due(matter) if part == Part.CO else None
    start_clocks(matter=matter, kinds=CLOCKS[part], now=now, organisation=body, own=limit, before=before)
    call(matter, "assign", _("{part}：{title}"), now=now, to=body, part=part.label, more=row.note)
    if row.by_link:
        send_link(row, by=by, now=now)
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
def sign(*, matter: Matter, person: str, by: Worker, now: datetime) -> Assignment:
    """签收 with the person responsible. When a body that replies signs, earlier receivers are free of their limit."""
    standing = standing_for("sign", matter=matter, by=by, now=now)
    row = standing.assignment
    assert row is not None  # noqa: S101 - the rule looked
    answering = [one.organisation_id for one in standing.live if one.part in REPLYING]
    carry_out_sign(matter, row, person=person, by=by, now=now, answering=answering)
    return row


def carry_out_sign(
    matter: Matter, row: Assignment, *, person: str, by: Worker, now: datetime, answering: Iterable[int]
) -> None:
    """The step itself. `answering` are the bodies that reply now; earlier receivers are free. Raises InvalidInput."""
    person = person.strip()
    if not person or len(person) > 40:
        raise InvalidInput(_("请填写责任人姓名，40 个字以内。"), field="person")
    data = {"body": row.organisation.name, "part": row.part}
    advance_matter(matter, "sign", **credited(by), now=now, data=data)
    row.status, row.signed_by, row.signed_at, row.person = AssignmentStatus.SIGNED, account_of(by), now, person
    if row.part in REPLYING:
        matter.assignments.filter(liable=True).exclude(pk=row.pk).update(liable=False)
        row.liable = row.part == Part.LEAD
    row.save(update_fields=["status", "signed_by", "signed_at", "person", "liable"])
    stop_clocks(matter=matter, outcome="sign", now=now, kinds=[ClockKind.SIGN], organisation=row.organisation)
    if row.part in REPLYING:
        stop_clocks(matter=matter, outcome="sign", now=now, kinds=[ClockKind.REPLY], sparing=answering)
