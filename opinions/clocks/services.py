"""Starting, stopping, pausing and extending clocks. Each keeps `Matter.due_on` in step."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.errors import DomainError
from liaison.base.workdays.arithmetic import Unit, compute_due, local_today, subtract_workdays, workdays_between
from liaison.base.workdays.explain import explanation
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import ClockKind, TimeLimitPolicy
from opinions.catalog.queries import policy_for
from opinions.clocks.models import Clock
from opinions.matters.models import Matter

RESIDENTS = (ClockKind.RATE, ClockKind.SUPPLY)
"""Clocks that bind the resident: they give no light to any body."""
WINDOWS = (ClockKind.RETURN,)
"""Clocks that give a right until a day, and no duty."""


class AlreadyExtended(DomainError):
    message = _("这一时限已经延长过一次，不能再延。")


def build_clock(
    *, matter: Matter, kind: ClockKind, now: datetime, organisation: Organisation | None = None
) -> Clock | None:
    """A clock by the policy in force, not yet saved; None where no policy rules this step."""
    today = local_today(now)
    policy = policy_for(
        kind,
        on=today,
        district_id=matter.district_id,
        tier=matter.tier,
        category=matter.category,
        urgency=matter.urgency,
    )
    if policy is None:
        return None
    clock = Clock(
        matter=matter,
        organisation=organisation,
        kind=kind,
        policy=policy,
        amount=policy.amount,
        unit=policy.unit,
        started_on=today,
    )
    _compute(clock, start=today, amount=policy.amount, unit=policy.unit, warn_before=policy.warn_before)
    return clock


def _compute(clock: Clock, *, start: date, amount: int, unit: str, warn_before: int) -> None:
    calendar = current_calendar()
    limit = compute_due(calendar, start, amount, Unit(unit))
    clock.due_on = limit.due
    clock.warn_on = max(clock.started_on, subtract_workdays(calendar, limit.due, warn_before))
    clock.provisional = clock.provisional or limit.provisional
    clock.explanation = [*clock.explanation, explanation(limit)]


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
    today, calendar = local_today(now), current_calendar()
    for clock in matter.clocks.filter(stopped_at__isnull=True, paused_on__isnull=False).select_related("policy"):
        paused_on: date = clock.paused_on  # type: ignore[assignment]
        days = max(0, workdays_between(calendar, paused_on, today))
        clock.pauses = [*clock.pauses, [paused_on.isoformat(), today.isoformat()]]
        clock.paused_on = None
        if days:
            _compute(
                clock, start=clock.due_on, amount=days, unit=Unit.WORKING_DAYS, warn_before=_warn_before(clock.policy)
            )
        clock.save()
    refresh_due(matter)


def extend_clock(*, clock: Clock, amount: int, unit: str, by: Any, now: datetime) -> Clock:
    """Add to a limit, once. Raises AlreadyExtended. The caller records who approved it and why."""
    if clock.extended:
        raise AlreadyExtended
    clock.extended = True
    _compute(clock, start=clock.due_on, amount=amount, unit=unit, warn_before=_warn_before(clock.policy))
    clock.save()
    refresh_due(clock.matter)
    return clock


def _warn_before(policy: TimeLimitPolicy | None) -> int:
    return policy.warn_before if policy else 1


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
    values = due_values(running.only("kind", "due_on", "warn_on"))
    if any(getattr(matter, name) != value for name, value in values.items()):
        Matter.objects.filter(pk=matter.pk).update(**values)
        for name, value in values.items():
            setattr(matter, name, value)
