"""Clocks that end on a day that somebody named: no limit is counted, so no edit of the calendar moves them."""

from datetime import date, datetime

from deputies.organisations.models import Organisation
from liaison.base.workdays.arithmetic import Unit, local_today, subtract_workdays
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services.running import policy_of
from opinions.clocks.sums import NAMED
from opinions.matters.models import Matter

WARN_BEFORE = 5
"""Working days before a named day from which it is yellow, where no policy says otherwise."""


def warn_day(*, matter: Matter, kind: ClockKind, due_on: date, today: date) -> date:
    """The day from which a named day is yellow: by the policy of its kind, and not before `today`."""
    policy = policy_of(matter, kind, today)
    before = policy.warn_before if policy else WARN_BEFORE
    return max(min(today, due_on), subtract_workdays(current_calendar(), due_on, before))


def keep_day(*, matter: Matter, kind: ClockKind, organisation: Organisation, day: date | None, now: datetime) -> None:
    """Let the one clock of `kind` that binds the body end on a `day` that was named; None stops it.

    Another day arms it anew; the same one changes nothing.
    """
    clock = matter.clocks.filter(kind=kind, organisation=organisation, stopped_at__isnull=True).first()
    if clock is None:
        if day is None:
            return
        clock = Clock(matter=matter, kind=kind, organisation=organisation, amount=0, unit=Unit.CALENDAR_DAYS)
        clock.started_on = local_today(now)
    elif clock.due_on == day:
        return
    if day is None:
        clock.stopped_at, clock.outcome = now, kind
    else:
        clock.started_on = min(clock.started_on, day)
        clock.warn_on = max(clock.started_on, warn_day(matter=matter, kind=kind, due_on=day, today=local_today(now)))
        clock.due_on, clock.next_on = day, clock.warn_on
        clock.explanation = [{"cause": NAMED, "due": day.isoformat()}]
    clock.save()
