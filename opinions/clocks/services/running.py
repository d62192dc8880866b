"""Starting, stopping, pausing and extending clocks. Each keeps `Matter.due_on` in step."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.errors import DomainError
from liaison.base.updates import update_each
from liaison.base.workdays.arithmetic import Unit, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import ClockKind, TimeLimitPolicy
from opinions.catalog.queries import policy_for
from opinions.clocks.models import Clock
from opinions.clocks.queries import RESIDENTS, WINDOWS
from opinions.clocks.sums import EXTENSION, MERGED, OWN, PAUSE, Sum, terms, total
from opinions.matters.models import Matter

OWN_KINDS = (ClockKind.REPLY, ClockKind.CO_OPINION, ClockKind.LETTER)
"""Limits that can be set for one assignment, or for one letter."""
NAMED_DAYS = (ClockKind.PROMISE,)
"""Clocks that end on a day that a reply named. They live beside the handling: no pause moves them, and a matter's due
date leaves them out, so that what is closed or waits for its rating is never a late matter."""
LASTING = (ClockKind.LETTER, *NAMED_DAYS)
"""Limits that end by their own steps alone: a letter wants its answer, whatever becomes of the matter."""


DUE = ("due_on", "warn_on", "due_clock")
"""Fields of a matter that follow from its running clocks."""


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
    policy = policy_of(matter, kind, today)
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
    made = _sum_of(clock)
    made.add(limit.amount, limit.unit, OWN if own else "")
    _hold(clock, made)
    return clock


def policy_of(matter: Matter, kind: ClockKind, day: date) -> TimeLimitPolicy | None:
    """The policy that rules this step of the matter on `day`."""
    return policy_for(
        kind, on=day, district_id=matter.district_id, tier=matter.tier, category=matter.category,
        urgency=matter.urgency,
    )  # fmt: skip


def _sum_of(clock: Clock) -> Sum:
    """The clock's sum so far, to go on from."""
    return Sum(current_calendar(), clock.started_on, due_on=clock.due_on, parts=clock.explanation)


def _hold(clock: Clock, made: Sum) -> None:
    """Let the clock end as the sum does, and be looked at from its warning day on."""
    clock.due_on, clock.explanation, clock.provisional = made.due_on, made.parts, made.provisional
    clock.warn_on = clock.next_on = made.warn_on(clock.policy.warn_before if clock.policy else None)


def _end_before(clock: Clock, lead_due: date | None) -> None:
    """Cut a co-handler's limit to the working day before the lead's, where it would end later."""
    made = _sum_of(clock)
    made.end_before(lead_due)
    _hold(clock, made)


def lead_due(matter: Matter) -> date | None:
    """The day on which the lead's reply is due: that of the newest running limit for a reply."""
    running = matter.clocks.filter(kind=ClockKind.REPLY, stopped_at__isnull=True).order_by("-id")
    return running.values_list("due_on", flat=True).first()


def set_co_limit(*, clock: Clock, days: int) -> Clock:
    """Give a co-handler another limit of `days` working days from the start, never later than the lead allows."""
    clock.amount, clock.unit = days, Unit.WORKING_DAYS
    own = terms(clock.started_on, days, clock.unit, clock.pauses, [{"cause": OWN}])
    _hold(clock, total(current_calendar(), own, lead_due=lead_due(clock.matter)))
    clock.save()
    refresh_due(clock.matter)
    return clock


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
    working day `before` the lead's reply, or earlier. Each letter has a clock of its own.
    """
    wanted = list(kinds)
    held = matter.clocks.filter(kind__in=wanted, organisation=organisation, stopped_at__isnull=True)
    running = set(held.exclude(kind=ClockKind.LETTER).values_list("kind", flat=True))
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
    """Stop the running clocks of the matter: all but LASTING ones, or those of `kinds`, or those that bind
    `organisation`.

    Clocks that bind one of the bodies `sparing` (ids) run on.
    """
    running = matter.clocks.filter(stopped_at__isnull=True)
    wanted = list(kinds)
    running = running.filter(kind__in=wanted) if wanted else running.exclude(kind__in=LASTING)
    if organisation is not None:
        running = running.filter(organisation=organisation)
    running.exclude(organisation__in=list(sparing)).update(stopped_at=now, outcome=outcome)
    refresh_due(matter)


def stop_chosen(*, clocks: Iterable[int | None], matters: Sequence[Matter], outcome: str, now: datetime) -> None:
    """Stop these clocks (ids) of matters whose rows the caller holds, by four statements."""
    Clock.objects.filter(pk__in=list(clocks), stopped_at__isnull=True).update(stopped_at=now, outcome=outcome)
    _refresh_due_of({matter.pk: matter for matter in matters})


def stop_clocks_of(*, matters: Sequence[Matter], outcome: str, now: datetime) -> None:
    """Stop the running clocks of many matters, all but LASTING ones, by three statements. The caller holds the rows."""
    rows = {matter.pk: matter for matter in matters}
    running = Clock.objects.filter(matter__in=list(rows), stopped_at__isnull=True)
    running.exclude(kind__in=LASTING).update(stopped_at=now, outcome=outcome)
    _refresh_due_of(rows)


def _refresh_due_of(rows: Mapping[int, Matter]) -> None:
    """Bring the due dates of many matters (by key) into step with their running clocks, by two statements."""
    running = Clock.objects.filter(matter__in=list(rows), stopped_at__isnull=True)
    left: dict[int, list[Clock]] = {pk: [] for pk in rows}
    for clock in running.filter(paused_on__isnull=True).only("matter", "kind", "due_on", "warn_on"):
        left[clock.matter_id].append(clock)
    wanted = {pk: due_values(clocks) for pk, clocks in left.items()}
    moved = [pk for pk in rows if any(getattr(rows[pk], name) != wanted[pk][name] for name in DUE)]
    update_each(Matter, DUE, [(pk, *(wanted[pk][name] for name in DUE)) for pk in moved])


def pause_clocks(*, matter: Matter, now: datetime) -> None:
    """Pause what binds the bodies, while the resident is asked (domain.md: a clock pauses only on named events)."""
    running = matter.clocks.filter(stopped_at__isnull=True, paused_on__isnull=True)
    running.exclude(kind__in=(*RESIDENTS, *NAMED_DAYS)).update(paused_on=local_today(now))
    refresh_due(matter)


def resume_clocks(*, matter: Matter, now: datetime) -> None:
    """Let paused clocks run on: the working days of the pause are added to the limit."""
    today = local_today(now)
    for clock in matter.clocks.filter(stopped_at__isnull=True, paused_on__isnull=False).select_related("policy"):
        _run_on(clock, today)
        clock.save()
    refresh_due(matter)


RESUMED = ("pauses", "explanation", "paused_on", "warn_on", "due_on", "next_on", "provisional")


def resume_clocks_of(*, matters: Iterable[Matter], outcome: str, now: datetime) -> None:
    """The time for supplying ends for many residents by `outcome`, and what was paused for it runs on.

    Five statements. The caller holds the rows.
    """
    rows, today = {matter.pk: matter for matter in matters}, local_today(now)
    running = Clock.objects.filter(matter__in=list(rows), stopped_at__isnull=True)
    running.filter(kind=ClockKind.SUPPLY).update(stopped_at=now, outcome=outcome)
    paused = list(running.filter(paused_on__isnull=False).select_related("policy"))
    for clock in paused:
        _run_on(clock, today)
    told = [[json.dumps(clock.pauses), json.dumps(clock.explanation, ensure_ascii=False)] for clock in paused]
    dates = [[getattr(clock, name) for name in RESUMED[2:]] for clock in paused]
    update_each(Clock, RESUMED, [(one.pk, *words, *days) for one, words, days in zip(paused, told, dates, strict=True)])
    _refresh_due_of(rows)


def _run_on(clock: Clock, today: date) -> None:
    """Let a paused clock run on from `today`, with the days of the pause added."""
    paused_on: date = clock.paused_on  # type: ignore[assignment]
    clock.pauses = [*clock.pauses, [paused_on.isoformat(), today.isoformat()]]
    clock.paused_on = None
    _add_pause(clock, paused_on, today)


def _add_pause(clock: Clock, first: date, last: date, cause: str = PAUSE) -> None:
    """Add the pause that was kept last. Days of the calendar and the working days of an extension come to another day
    in another order, so a limit of days or months that was extended is added up anew."""
    if clock.extended and clock.unit != Unit.WORKING_DAYS and clock.kind != ClockKind.CO_OPINION:
        of = terms(clock.started_on, clock.amount, clock.unit, clock.pauses, clock.explanation)
        made = total(current_calendar(), of)
    else:
        made = _sum_of(clock)
        made.add_pause(first, last, cause)
    _hold(clock, made)


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
    made = _sum_of(clock)
    made.add(amount, unit, EXTENSION)
    _hold(clock, made)
    clock.save()
    refresh_due(clock.matter)
    return clock


class Dated(Protocol):
    """What of a clock the matter's due date follows from."""

    @property
    def kind(self) -> str: ...
    @property
    def warn_on(self) -> date: ...
    @property
    def due_on(self) -> date: ...


def due_values(clocks: Iterable[Dated]) -> dict[str, Any]:
    """The matter's due fields from its running clocks: the tightest duty of a body."""
    duties = [clock for clock in clocks if clock.kind not in (*RESIDENTS, *WINDOWS, *NAMED_DAYS)]
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
