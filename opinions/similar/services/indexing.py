"""Keeping the index of similar opinions: portraits, postings, ties, and what the records say about words."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from liaison.base.later import later
from liaison.base.nudge import Nudge
from liaison.base.stamps import bump, reading
from opinions.matters.models import Matter
from opinions.matters.states import MatterKind
from opinions.similar.corpus import TIED
from opinions.similar.keys import keys_of
from opinions.similar.models import Alikeness, Likeness, Posting, Vocabulary
from opinions.similar.places import Learner
from opinions.similar.portrait import VERSION, portrait
from opinions.similar.queries import STAMP, Known, alike_to_kept, known, outdated, waiting
from opinions.similar.text import marks_of, plain, signs_of
from opinions.similar.weights import Weights

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

INDEX = Nudge("similar.index_waiting")
BATCH = 500
"""Opinions that are written in one transaction."""
WINDOW = timedelta(days=60)
"""Opinions are tied with those of so many days before."""
LEARNED_FROM = 50_000
"""Newest opinions from which is learned how common words are."""
LOOKED_BACK = 5_000
"""Ids before the newest indexed one among which new opinions are looked for: a table of millions is not walked."""
NIGHTS = 7
"""Nights in which each key has its turn to be cleared."""
_MOST_BEGINNINGS = 200_000


class _Raised(NamedTuple):
    """What an opinion is indexed from."""

    pk: int
    title: str
    content: str
    place: str
    latitude: float | None
    longitude: float | None
    division_id: int
    opened_at: datetime

    @property
    def fingerprint(self) -> str:
        told = "\x00".join([self.title, self.content, self.place, f"{self.latitude},{self.longitude},{VERSION}"])
        return hashlib.blake2b(f"{told}\x00{self.division_id}".encode(), digest_size=16).hexdigest()

    @property
    def day(self) -> date:
        return timezone.localdate(self.opened_at)


def index_soon() -> None:
    """After the caller's transaction has committed, ask a worker to index what is new. It never raises."""
    transaction.on_commit(INDEX, robust=True)


def index_waiting(*, now: datetime, limit: int = BATCH) -> int:
    """Index new opinions, else some that another version indexed, and look for ties; returns how many were indexed or
    tied."""
    newest = Likeness.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    found = list(waiting(limit, after=max(0, newest - LOOKED_BACK)).values_list("pk", flat=True))
    done = index_matters(matter_ids=found, now=now) or renew(now=now, limit=limit)
    return max(done, tie_waiting(now=now, limit=limit))


def index_matters(*, matter_ids: Sequence[int], now: datetime) -> int:
    """Make the portraits of these opinions, anew where there are any; returns how many. One transaction a batch."""
    with reading():
        records, done = known(), 0
        for start in range(0, len(matter_ids), BATCH):
            done += _index(list(_raised(Q(pk__in=matter_ids[start : start + BATCH]))), records, now)
    return done


@transaction.atomic
def _index(rows: Sequence[_Raised], records: Known, now: datetime) -> int:
    _drop(Likeness.objects.filter(pk__in=[row.pk for row in rows]).select_for_update())
    kept, postings = [], []
    for row in rows:
        made = portrait(row.title, row.content, row.place, known=records.names)
        keys = list(keys_of(made, records.weights, row.division_id))
        kept.append(
            Likeness(
                matter_id=row.pk, portrait=made.packed(made.lengths_by(records.weights)),
                keys=np.array(keys, dtype="<i4").tobytes(), made_at=now, version=VERSION,
                fingerprint=row.fingerprint, raised_on=row.day, latitude=row.latitude, longitude=row.longitude,
            )
        )  # fmt: skip
        postings += [Posting(key=key, raised_on=row.day, matter_id=row.pk) for key in keys]
    Likeness.objects.bulk_create(kept)
    Posting.objects.bulk_create(postings, batch_size=5_000, ignore_conflicts=True)
    return len(rows)


def forget(*, matter_ids: Iterable[int]) -> None:
    """Take opinions out of the index: their texts are erased, or they go."""
    with transaction.atomic():
        _drop(Likeness.objects.filter(pk__in=list(matter_ids)).select_for_update())
        Alikeness.objects.filter(Q(older__in=matter_ids) | Q(newer__in=matter_ids)).delete()


def _drop(kept: Iterable[Likeness]) -> None:
    """Delete rows with their postings, by the primary key of the postings."""
    for one in kept:
        keys = np.frombuffer(bytes(one.keys), dtype="<i4").tolist()
        Posting.objects.filter(key__in=keys, raised_on=one.raised_on, matter_id=one.pk).delete()
        one.delete()


def clear_left_over(*, now: datetime) -> int:
    """Delete the postings of opinions that are gone, among a part of the keys each night; returns how many.

    A matter that is deleted takes its portrait along, but not its postings, which have no foreign key.
    """
    width = -(-(2**32) // NIGHTS)
    first = timezone.localdate(now).toordinal() % NIGHTS * width - 2**31
    part = Posting.objects.filter(key__range=(first, min(first + width, 2**31) - 1))
    return part.filter(~Exists(Likeness.objects.filter(pk=OuterRef("matter_id")))).delete()[0]


def refresh(*, now: datetime, days: int = WINDOW.days) -> int:
    """Index anew what was corrected since it was indexed, among the opinions of the last days; returns how many."""
    since, changed = timezone.localdate(now) - timedelta(days=days), list[int]()
    rows = _raised(Q(likeness__raised_on__gte=since))
    for chunk in _chunks(rows):
        kept = Likeness.objects.filter(pk__in=[row.pk for row in chunk]).values_list("pk", "fingerprint")
        prints = dict(kept)
        changed += [row.pk for row in chunk if prints.get(row.pk) != row.fingerprint]
    return index_matters(matter_ids=changed, now=now)


def renew(*, now: datetime, limit: int = BATCH) -> int:
    """Index anew what another version indexed, as after an update with other word lists, the newest first; returns how
    many were looked at. The ties of opinions that are no longer grouped stay as they are."""
    found = outdated(limit)
    index_matters(matter_ids=found, now=now)
    kept = Likeness.objects.filter(pk__in=found)
    with transaction.atomic():
        _drop(kept.exclude(version=VERSION).select_for_update())
        kept.filter(raised_on__lt=timezone.localdate(now) - WINDOW).update(tied_at=now)
    return len(found)


def tie_waiting(*, now: datetime, limit: int = BATCH) -> int:
    """Look for the ties of opinions that were indexed since; returns how many were looked at."""
    rows = (
        Likeness.objects.filter(tied_at__isnull=True, version=VERSION).order_by("pk").select_related("matter")[:limit]
    )
    with reading():
        return sum(_tie(row, now) for row in rows)


@transaction.atomic
def _tie(kept: Likeness, now: datetime) -> int:
    found = alike_to_kept(kept, kept.matter.division_id, since=kept.raised_on - WINDOW)
    Alikeness.objects.filter(Q(older=kept.pk) | Q(newer=kept.pk)).delete()
    Alikeness.objects.bulk_create(
        (
            Alikeness(older_id=min(kept.pk, other), newer_id=max(kept.pk, other), score=like.score)
            for other, like in found
            if like.score >= TIED
        ),
        ignore_conflicts=True,
    )
    return Likeness.objects.filter(pk=kept.pk).update(tied_at=now)


def learn(*, now: datetime, most: int = LEARNED_FROM) -> int:
    """Learn from the newest opinions how common words are and which places are named; returns from how many."""
    weights, learner = Weights(), Learner()
    rows = Matter.objects.filter(kind=MatterKind.OPINION, opinion__isnull=False).order_by("-pk")
    for title, content, place in rows.values_list("title", "opinion__content", "opinion__place")[:most].iterator(BATCH):
        text = f"{plain(place)} {plain(title)} {plain(content)}"
        weights.count(marks_of(text), signs_of(text))
        learner.read(text)
        learner.forget_rare(_MOST_BEGINNINGS)
    with transaction.atomic():
        Vocabulary.objects.all().delete()
        names = learner.names().kinds
        Vocabulary.objects.create(counts=weights.packed(), total=weights.total, names=names, made_at=now)
        bump(STAMP)
    return weights.total


def _raised(which: Q) -> Iterator[_Raised]:
    rows = Matter.objects.filter(which, kind=MatterKind.OPINION, opinion__isnull=False).order_by("pk")
    fields = ("pk", "title", "opinion__content", "opinion__place", "opinion__latitude", "opinion__longitude")
    for pk, title, content, place, latitude, longitude, division_id, opened_at in rows.values_list(
        *fields, "division_id", "opened_at"
    ).iterator(BATCH):
        north, east = (None, None) if latitude is None else (float(latitude), float(longitude))
        yield _Raised(pk, title, content, place, north, east, division_id, opened_at)


def _chunks(rows: Iterator[_Raised]) -> Iterator[list[_Raised]]:
    chunk: list[_Raised] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
