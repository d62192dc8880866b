"""A promised day does not move with the working calendar, but the day from which it is yellow does. As sets: a constant
number of statements for each batch."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from liaison.base.arrays import Among
from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record_many
from liaison.base.stamps import reading
from liaison.base.updates import update_each
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.queries import Differences
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services import warn_day
from opinions.matters.models import Matter
from opinions.promises.models import Promise, PromiseQuerySet
from opinions.promises.states import REWARN, PromiseStatus

BATCH = 2_000
"""Promises in a transaction."""


class Moved(NamedTuple):
    """A promise that is yellow from another day on, and that day."""

    promise: Promise
    warn_on: date


def rewarn(*, since: Differences, now: datetime) -> int:
    """Compute the warning days of open promises by the present calendar, those that the differences can reach.

    Both histories say what moved. Returns how many did; doing it twice does nothing the second time.
    """
    ids = array("q", _reached(since).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH))
    return sum(_rewarn(list(ids[start : start + BATCH]), now) for start in range(0, len(ids), BATCH))


def _reached(since: Differences) -> PromiseQuerySet:
    """A warning day is counted back from the promised day, so only days between the two can move it."""
    rows = Promise.objects.filter(status=PromiseStatus.OPEN)
    if since.unknown:
        return rows
    return rows.filter(warn_on__lte=max(since.days), due_on__gte=min(since.days)) if since.days else rows.none()


@transaction.atomic
def _rewarn(ids: Sequence[int], now: datetime) -> int:
    """One batch: its matters are held, in the order of their numbers."""
    rows = Promise.objects.filter(Among("pk", ids), status=PromiseStatus.OPEN)
    list(Matter.objects.select_for_update().filter(pk__in=rows.values("matter")).order_by("pk").values_list("pk"))
    with reading():
        moved = list(_moved(rows.select_related("matter__category", "organisation").order_by("pk")))
    update_each(Promise, ("warn_on",), [(one.promise.pk, one.warn_on) for one in moved])
    update_each(Clock, ("warn_on", "next_on"), [(pk, day, day) for pk, day in _clocks(moved)])
    record_many(_facts(moved), by=None, now=now)
    return len(moved)


def _moved(rows: PromiseQuerySet) -> Iterator[Moved]:
    given = _given([row for row in rows if row.moves])
    for row in rows:
        day = warn_day(
            matter=row.matter, kind=ClockKind.PROMISE, due_on=row.due_on, today=given.get(row.chain, row.made_on)
        )
        if day != row.warn_on:
            yield Moved(row, day)


def _given(rows: Iterable[Promise]) -> dict[str, date]:
    """On which day promises that were moved got the day that they have; before it they are not yellow."""
    events = Event.objects.filter(chain__in=[row.chain for row in rows], verb__in=("move_promise", "reopen_promise"))
    return {chain: local_today(at) for chain, at in events.order_by("pk").values_list("chain", "at")}


def _clocks(moved: Sequence[Moved]) -> Iterator[tuple[int, date]]:
    """The running clocks that end with these promises, each with its new warning day: not before it was armed."""
    held = {(one.promise.matter_id, one.promise.organisation_id, one.promise.due_on): one for one in moved}
    matters = {matter for matter, _body, _day in held}
    clocks = Clock.objects.filter(kind=ClockKind.PROMISE, matter__in=matters, stopped_at__isnull=True)
    for clock in clocks.only("matter", "organisation", "started_on", "warn_on", "due_on"):
        one = held.get((clock.matter_id, clock.organisation_id or 0, clock.due_on))
        if one is None:
            continue
        armed_later = clock.warn_on > max(clock.started_on, one.promise.warn_on)
        day = max(one.warn_on, clock.warn_on if armed_later else clock.started_on)
        if day != clock.warn_on:
            yield clock.pk, day


def _facts(moved: Sequence[Moved]) -> dict[str, list[Fact]]:
    facts: dict[str, list[Fact]] = {}
    with override(settings.LANGUAGE_CODE):
        for row, day in moved:
            data = {"body": row.organisation.name, "due": row.due_on, "promise": row.pk}
            why = _("工作日历有改动，预警日由 %(before)s 改为 %(day)s。") % {"before": row.warn_on, "day": day}
            for chain in (row.chain, row.matter.chain):
                facts.setdefault(chain, []).append(Fact(verb=REWARN, reason=why, data=data))
    return facts
