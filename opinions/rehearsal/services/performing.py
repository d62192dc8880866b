"""Carrying a rehearsal out: opinions in order of their keys, batch by batch, in flat memory.

Each batch is written in one transaction that first makes sure that this worker still has the rehearsal. A worker that
was lost leaves nothing behind: the next one begins anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Min
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError
from liaison.base.jobs.kinds import Progress
from liaison.base.stamps import reading
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.queries import category_tree
from opinions.rehearsal.models import Against, Difference, Rehearsal
from opinions.rehearsal.queries import opinions_of
from opinions.rehearsal.tally import Tally, Where, merged
from opinions.routing.models import RuleSet
from opinions.routing.queries import active_set
from opinions.routing.services.replaying import (
    UNRECORDED,
    Ground,
    Outcome,
    Past,
    Replay,
    decided_then,
    moment_key,
    pasts,
)

BATCH = 2_000
"""Opinions read, decided and written at a time."""
KEPT = timedelta(days=90)
"""Differences are kept for so long; the figures stay."""


class Cancelled(DomainError):
    message = _("演练已取消。")


class Overtaken(DomainError):
    message = _("另一个后台程序接手了这次演练。")


class NotOpen(DomainError):
    message = _("这次演练已经结束，不能取消。")


@transaction.atomic
def cancel(*, rehearsal: Rehearsal, now: datetime) -> None:
    """Stop a rehearsal that waits or runs; its worker stops at the next batch. Raises NotOpen."""
    standing = Rehearsal.objects.filter(pk=rehearsal.pk, finished_at=None, cancelled_at=None)
    if not standing.update(cancelled_at=now):
        raise NotOpen
    Difference.objects.filter(rehearsal=rehearsal).delete()


def purge(*, now: datetime) -> int:
    """Delete the differences of rehearsals past their time; the figures stay. Returns of how many rehearsals."""
    old = Rehearsal.objects.filter(created_at__lt=now - KEPT)
    held = set(old.filter(differences__isnull=False).values_list("pk", flat=True).distinct())
    for pk in held:
        Difference.objects.filter(rehearsal=pk).delete()
    return len(held)


def perform(
    *, rehearsal: Rehearsal, progress: Progress, clock: Callable[[], datetime] = timezone.now, batch: int = BATCH
) -> Rehearsal:
    """Replay all opinions and keep what differs. Raises Cancelled, Overtaken, and what `progress` raises.

    Running it again after a crash begins anew and leaves no trace of the first run.
    """
    run = _take(rehearsal, clock())
    with reading(), translation.override(settings.LANGUAGE_CODE):
        work = _Work.of(rehearsal)
        done = 0
        for rows in _batches(rehearsal, batch):
            found = work.compare(rows)
            done += len(rows)
            _write(rehearsal, run, done, found, clock())
            progress(min(done, rehearsal.total), rehearsal.total)
        told = work.tally.to_json()
        summary = {**told, "rules": merged(told["rules"], work.lineages), "names": work.names}
    _finish(rehearsal, run, summary, clock())
    rehearsal.refresh_from_db()
    return rehearsal


@dataclass
class _Work:
    """Both sides and the sums."""

    new: Replay
    old: Replay | None
    ground: Ground
    tally: Tally
    tops: dict[int, int]

    @classmethod
    def of(cls, rehearsal: Rehearsal) -> "_Work":
        ground = Ground()
        old = None if rehearsal.against == Against.HAPPENED else Replay(_compared_with(rehearsal), ground)
        return cls(Replay(rehearsal.rule_set, ground), old, ground, Tally(), _tops())

    @property
    def names(self) -> dict[str, str]:
        """What the rules were called when they were rehearsed."""
        held = {**(self.old.rule_names if self.old else {}), **self.new.rule_names}
        return {str(key): name for key, name in held.items()}

    @property
    def lineages(self) -> dict[int, str]:
        return {**(self.old.lineages if self.old else {}), **self.new.lineages}

    def compare(self, rows: list[Past]) -> list[Difference]:
        """Decide about a batch on both sides; gives what differs, not saved."""
        similar = self.new.asks_similar or (self.old is not None and self.old.asks_similar)
        self.ground.prepare(rows, similar=similar)
        then = decided_then([row.id for row in rows]) if self.old is None else {}
        found = []
        for row in rows:
            moment = moment_key(row.at)
            old = self.old.outcome(row, moment) if self.old else then.get(row.id, UNRECORDED)
            new = self.new.outcome(row, moment)
            month = f"{row.at.astimezone(SHANGHAI):%Y-%m}"
            where = Where(self.tops.get(row.category, 0) if row.category else 0, row.street, month)
            if self.tally.add(old, new, where):
                found.append(_difference(row.id, old, new))
        return found


def _compared_with(rehearsal: Rehearsal) -> RuleSet | None:
    """The other version; a street without rules of its own is compared with the district's alone."""
    if rehearsal.other is not None or not rehearsal.rule_set.street_id:
        return rehearsal.other
    return active_set(rehearsal.rule_set.district_id)


def _tops() -> dict[int, int]:
    """The category of the first level that each lies in."""
    tree = category_tree()
    found = {}
    for key, one in tree.items():
        top = one
        while top.parent_id:
            top = tree[top.parent_id]
        found[key] = top.pk
    return found


def _difference(matter_id: int, old: Outcome, new: Outcome) -> Difference:
    return Difference(
        matter_id=matter_id, old_tier=old.tier, new_tier=new.tier, old_body=old.body, new_body=new.body,
        old_deputy=old.deputy, new_deputy=new.deputy, old_rule=old.rule, new_rule=new.rule, old_fate=old.fate,
        new_fate=new.fate, old_confirm=old.confirm, new_confirm=new.confirm,
    )  # fmt: skip


def _batches(rehearsal: Rehearsal, batch: int) -> Iterator[list[Past]]:
    """Batch by batch in order of keys, up to the newest opinion at the beginning."""
    matters = opinions_of(rehearsal.rule_set, rehearsal.since, rehearsal.until, rehearsal.by)
    ends = matters.order_by().aggregate(first=Min("id"), last=Max("id"))
    if ends["first"] is None:
        return
    after = ends["first"] - 1
    while rows := pasts(matters.filter(id__gt=after, id__lte=ends["last"]).order_by("id")[:batch]):
        yield rows
        after = rows[-1].id


@transaction.atomic
def _take(rehearsal: Rehearsal, now: datetime) -> int:
    """Begin a run; what an earlier one left goes."""
    standing = Rehearsal.objects.filter(pk=rehearsal.pk, finished_at=None, cancelled_at=None)
    if not standing.update(run=F("run") + 1, done=0, beat_at=now):
        raise Cancelled
    Difference.objects.filter(rehearsal=rehearsal).delete()
    return int(Rehearsal.objects.values_list("run", flat=True).get(pk=rehearsal.pk))


@transaction.atomic
def _write(rehearsal: Rehearsal, run: int, done: int, found: list[Difference], now: datetime) -> None:
    _hold(rehearsal, run, done=done, beat_at=now)
    for one in found:
        one.rehearsal = rehearsal
    Difference.objects.bulk_create(found, batch_size=1_000)


def _finish(rehearsal: Rehearsal, run: int, summary: dict[str, object], now: datetime) -> None:
    _hold(rehearsal, run, summary=summary, total=summary["total"], finished_at=now)


def _hold(rehearsal: Rehearsal, run: int, **values: object) -> None:
    """Write only while this run holds. Raises Cancelled, Overtaken."""
    mine = Rehearsal.objects.filter(pk=rehearsal.pk, run=run, finished_at=None, cancelled_at=None)
    if mine.update(**values):
        return
    gone = not Rehearsal.objects.filter(pk=rehearsal.pk, cancelled_at=None).exists()
    raise Cancelled if gone else Overtaken
