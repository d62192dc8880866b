"""Starting, stopping, pausing and extending clocks. Each keeps `Matter.due_on` in step."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError
from liaison.base.stamps import Stamp
from liaison.base.workdays.arithmetic import Unit, compute_due, local_today, subtract_workdays, workdays_between
from liaison.base.workdays.explain import explanation
from liaison.base.workdays.queries import STAMP as CALENDAR
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import ClockKind
from opinions.catalog.queries import policy_for
from opinions.clocks.models import Clock
from opinions.matters.models import Matter

RESIDENTS = (ClockKind.RATE, ClockKind.SUPPLY)
"""Clocks that bind the resident: they give no light to any body."""
WINDOWS = (ClockKind.RETURN,)
"""Clocks that give a right until a day, and no duty."""


PAUSE, EXTENSION, MERGED = "pause", "extension", "merged"
"""Why a limit was made longer, as the explanation keeps it."""
OWN = "own"
"""A limit that whoever assigned the matter (or a routing rule) set, in place of the policy's."""
BEFORE_LEAD = "before_lead"
"""A co-handler's limit that was cut so that the lead has its opinion a working day before the reply is due."""
OWN_KINDS = (ClockKind.REPLY, ClockKind.CO_OPINION)
"""Limits that can be set for one assignment."""
CHAIN = "clocks"
"""Chain of the ledger in which recomputations stand as a whole; each matter's chain has its own line."""

name_verbs({"recompute": _("重新计算时限")})


class OwnLimit(NamedTuple):
    """A limit set for one matter, in place of the policy's; 0 working days is the same day."""

    amount: int
    unit: str = Unit.WORKING_DAYS


class AlreadyExtended(DomainError):
    message = _("这一时限已经延长过一次，不能再延。")


def build_clock(
    *,
    matter: Matter,
    kind: ClockKind,
    now: datetime,
    organisation: Organisation | None = None,
    own: OwnLimit | None = None,
) -> Clock | None:
    """A clock by its `own` limit or the policy in force, not yet saved; None where neither rules this step."""
    today = local_today(now)
    policy = policy_for(
        kind,
        on=today,
        district_id=matter.district_id,
        tier=matter.tier,
        category=matter.category,
        urgency=matter.urgency,
    )
    limit = own or (OwnLimit(policy.amount, policy.unit) if policy else None)
    if limit is None:
        return None
    clock = Clock(
        matter=matter,
        organisation=organisation,
        kind=kind,
        policy=policy,
        amount=limit.amount,
        unit=limit.unit,
        started_on=today,
    )
    warn_before, cause = policy.warn_before if policy else 1, OWN if own else ""
    _compute(clock, start=today, amount=limit.amount, unit=limit.unit, warn_before=warn_before, cause=cause)
    return clock


def _compute(clock: Clock, *, start: date, amount: int, unit: str, warn_before: int, cause: str = "") -> None:
    """Add a limit to the clock's sum; `cause` says why one is added to the first."""
    calendar = current_calendar()
    limit = compute_due(calendar, start, amount, Unit(unit))
    _set_dates(clock, limit.due, warn_before)
    clock.provisional = clock.provisional or limit.provisional
    clock.explanation = [*clock.explanation, explanation(limit) | ({"cause": cause} if cause else {})]


def _set_dates(clock: Clock, due: date, warn_before: int) -> None:
    """Let the clock end on `due`, and be looked at from its warning day on."""
    clock.due_on = due
    clock.warn_on = max(clock.started_on, subtract_workdays(current_calendar(), due, warn_before))
    clock.next_on = clock.warn_on


def _end_before(clock: Clock, lead_due: date | None) -> None:
    """Cut a co-handler's limit to the working day before the lead's, where it would end later."""
    calendar = current_calendar()
    latest = max(clock.started_on, subtract_workdays(calendar, lead_due, 1)) if lead_due else clock.due_on
    if clock.due_on <= latest:
        return
    warn_before = clock.policy.warn_before if clock.policy else 1
    _set_dates(clock, latest, warn_before)
    clock.explanation = [*clock.explanation, {"cause": BEFORE_LEAD, "due": latest.isoformat()}]


def lead_due(matter: Matter) -> date | None:
    """The day on which the lead's reply is due: that of the newest running limit for a reply."""
    running = matter.clocks.filter(kind=ClockKind.REPLY, stopped_at__isnull=True).order_by("-id")
    return running.values_list("due_on", flat=True).first()


def set_co_limit(*, clock: Clock, days: int) -> Clock:
    """Give a co-handler another limit of `days` working days from the start, never later than the lead allows."""
    clock.amount, clock.unit, clock.explanation, clock.provisional = days, Unit.WORKING_DAYS, [{"cause": OWN}], False
    _compute_again(clock)
    _end_before(clock, lead_due(clock.matter))
    clock.save()
    refresh_due(clock.matter)
    return clock


def _add(clock: Clock, amount: int, unit: str, cause: str) -> None:
    """Let the clock run longer, counted from the day it was due."""
    warn_before = clock.policy.warn_before if clock.policy else 1
    _compute(clock, start=clock.due_on, amount=amount, unit=unit, warn_before=warn_before, cause=cause)


def start_clock(
    *, matter: Matter, kind: ClockKind, now: datetime, organisation: Organisation | None = None
) -> Clock | None:
    """Start a clock of `kind` and refresh the matter's due date.

    One that runs already runs on: a second order to the same body gives it no new time.
    """
    running = matter.clocks.filter(kind=kind, organisation=organisation, stopped_at__isnull=True).first()
    if running is not None:
        return running
    clock = build_clock(matter=matter, kind=kind, now=now, organisation=organisation)
    if clock is not None:
        clock.save(force_insert=True)
        refresh_due(matter)
    return clock


def start_clocks(
    *,
    matter: Matter,
    kinds: Iterable[ClockKind],
    now: datetime,
    organisation: Organisation | None = None,
    own: OwnLimit | None = None,
    before: date | None = None,
) -> list[Clock]:
    """Start several clocks that bind one body, as `start_clock` does one; gives those that began now.

    `own` is the limit for the reply or the co-opinion; the other steps keep to the policy. A co-opinion is due a
    working day `before` the lead's reply, or earlier.
    """
    wanted = list(kinds)
    held = matter.clocks.filter(kind__in=wanted, organisation=organisation, stopped_at__isnull=True)
    running = set(held.values_list("kind", flat=True))
    built = [
        build_clock(
            matter=matter, kind=kind, now=now, organisation=organisation, own=own if kind in OWN_KINDS else None
        )
        for kind in wanted
    ]
    for clock in built:
        if clock is not None and clock.kind == ClockKind.CO_OPINION:
            _end_before(clock, before)
    fresh = Clock.objects.bulk_create(clock for clock in built if clock is not None and clock.kind not in running)
    refresh_due(matter)
    return fresh


def stop_clocks(
    *,
    matter: Matter,
    outcome: str,
    now: datetime,
    kinds: Iterable[ClockKind] = (),
    organisation: Organisation | None = None,
    sparing: Iterable[int] = (),
) -> None:
    """Stop the running clocks of the matter: all, or those of `kinds`, or those that bind `organisation`.

    Clocks that bind one of the bodies `sparing` (ids) run on.
    """
    running = matter.clocks.filter(stopped_at__isnull=True)
    if kinds:
        running = running.filter(kind__in=list(kinds))
    if organisation is not None:
        running = running.filter(organisation=organisation)
    running.exclude(organisation__in=list(sparing)).update(stopped_at=now, outcome=outcome)
    refresh_due(matter)


def pause_clocks(*, matter: Matter, now: datetime) -> None:
    """Pause what binds the bodies, while the resident is asked (domain.md: a clock pauses only on named events)."""
    running = matter.clocks.filter(stopped_at__isnull=True, paused_on__isnull=True).exclude(kind__in=RESIDENTS)
    running.update(paused_on=local_today(now))
    refresh_due(matter)


def resume_clocks(*, matter: Matter, now: datetime) -> None:
    """Let paused clocks run on: the working days of the pause are added to the limit."""
    today = local_today(now)
    for clock in matter.clocks.filter(stopped_at__isnull=True, paused_on__isnull=False).select_related("policy"):
        paused_on: date = clock.paused_on  # type: ignore[assignment]
        clock.pauses = [*clock.pauses, [paused_on.isoformat(), today.isoformat()]]
        clock.paused_on = None
        _add_pause(clock, paused_on, today)
        clock.save()
    refresh_due(matter)


def _add_pause(clock: Clock, first: date, last: date, cause: str = PAUSE) -> None:
    days = workdays_between(current_calendar(), first, last)
    if days > 0:
        _add(clock, days, Unit.WORKING_DAYS, cause)


def restart_clocks(*, matter: Matter, ids: Iterable[int], since: datetime, now: datetime) -> None:
    """Let clocks that stopped at `since` run on, as if they had been paused: the matter was merged and is itself again.

    One that was paused already when it stopped stays paused.
    """
    first, today = local_today(since), local_today(now)
    for clock in matter.clocks.filter(pk__in=list(ids), stopped_at__isnull=False).select_related("policy"):
        clock.stopped_at, clock.outcome = None, ""
        if clock.paused_on is None:
            clock.pauses = [*clock.pauses, [first.isoformat(), today.isoformat(), MERGED]]
            _add_pause(clock, first, today, MERGED)
        clock.save()
    refresh_due(matter)


def extend_clock(*, clock: Clock, amount: int, unit: str, by: Any, now: datetime) -> Clock:
    """Add to a limit, once. Raises AlreadyExtended. The caller records who approved it and why."""
    if clock.extended:
        raise AlreadyExtended
    clock.extended = True
    _add(clock, amount, unit, EXTENSION)
    clock.save()
    refresh_due(clock.matter)
    return clock


def due_values(clocks: Iterable[Clock]) -> dict[str, Any]:
    """The matter's due fields from its running clocks: the tightest duty of a body."""
    duties = [clock for clock in clocks if clock.kind not in (*RESIDENTS, *WINDOWS)]
    tightest = min(duties, key=lambda clock: (clock.due_on, clock.kind), default=None)
    if tightest is None:
        return {"due_on": None, "warn_on": None, "due_clock": ""}
    return {"due_on": tightest.due_on, "warn_on": tightest.warn_on, "due_clock": tightest.kind}


def refresh_due(matter: Matter) -> None:
    """Bring the matter's due date into step with its running clocks."""
    running = matter.clocks.filter(stopped_at__isnull=True, paused_on__isnull=True)
    values = due_values(running.only("matter", "kind", "due_on", "warn_on"))
    if any(getattr(matter, name) != value for name, value in values.items()):
        Matter.objects.filter(pk=matter.pk).update(**values)
        for name, value in values.items():
            setattr(matter, name, value)


def follow_calendar(*, now: datetime) -> int | None:
    """Recompute all open limits if the working calendar was edited since that was last done; else None, by two looks.

    Sweeps call it, so that importing a list is enough, and a missed run heals itself.
    """
    version = Stamp.objects.filter(name=CALENDAR).values_list("version", flat=True).first() or 0
    done = Event.objects.filter(chain=CHAIN, verb="recompute").order_by("-seq").only("data").first()
    if version == (done.data["calendar"] if done else 0):
        return None
    moved = recompute_open(now=now)
    with transaction.atomic():
        fact = Fact(verb="recompute", data={"calendar": version, "matters": moved})
        record(CHAIN, fact, by=None, now=now)
    return moved


def recompute_open(*, now: datetime) -> int:
    """Compute every limit that still runs by the present calendar; says in the history of each matter what moved.

    Each matter has its own transaction. Returns how many matters had a limit that moved.
    """
    running = Clock.objects.filter(stopped_at__isnull=True).order_by("matter_id")
    ids = running.values_list("matter_id", flat=True).distinct()
    return sum(_recompute_matter(pk, now) for pk in ids.iterator(chunk_size=2000))


@transaction.atomic
def _recompute_matter(pk: int, now: datetime) -> bool:
    matter = Matter.objects.select_for_update().get(pk=pk)
    moved = []
    for clock in matter.clocks.filter(stopped_at__isnull=True).select_related("policy"):
        before = clock.due_on, clock.provisional
        _compute_again(clock)
        if clock.kind == ClockKind.CO_OPINION:
            _end_before(clock, lead_due(matter))
        clock.save()
        if before[0] != clock.due_on:
            moved.append({"clock": clock.kind, "from": before[0].isoformat(), "to": clock.due_on.isoformat()})
    refresh_due(matter)
    if moved:
        record(matter.chain, Fact(verb="recompute", data={"moved": moved}), by=None, now=now)
    return bool(moved)


def _compute_again(clock: Clock) -> None:
    """The clock's sum anew: the first limit, its finished pauses, its extension."""
    extensions = [part for part in clock.explanation if part.get("cause") == EXTENSION]
    cause = OWN if clock.explanation and clock.explanation[0].get("cause") == OWN else ""
    warn_before = clock.policy.warn_before if clock.policy else 1
    clock.explanation, clock.provisional = [], False
    _compute(clock, start=clock.started_on, amount=clock.amount, unit=clock.unit, warn_before=warn_before, cause=cause)
    for first, last, *why in clock.pauses:
        _add_pause(clock, date.fromisoformat(first), date.fromisoformat(last), *why)
    for part in extensions:
        _add(clock, part["amount"], part["unit"], EXTENSION)
