"""Finding opinions that are alike: two statements whatever the number of opinions, each key read up to a bound."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from deputies.accounts.models import User
from liaison.base.stamps import cached
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.states import MatterKind, Status
from opinions.similar.compare import SAME, Likeness, Position, Setting, Sitter, Verdict, compared, metres_between
from opinions.similar.corpus import CANDIDATES, PER_KEY
from opinions.similar.explain import shared_words
from opinions.similar.keys import keys_of
from opinions.similar.models import HotIssue, HotIssueQuerySet, HotMember, Vocabulary
from opinions.similar.models import Likeness as Kept
from opinions.similar.places import NO_NAMES, Names
from opinions.similar.portrait import VERSION, Portrait, portrait, readable, unpacked
from opinions.similar.weights import Lengths, Weights

SAME_FROM = SAME
"""Score from which on a kept tie says that two tell of the same thing."""
STAMP = "similar"
"""Services that learn anew how common words are bump this stamp."""
HINT_LIMIT = 5
COUNTED_AMONG = 20
"""Opinions that are compared where only their number is asked for."""
ELSEWHERE_LIMIT = 10
EARLIEST = date(1970, 1, 1)
_ENDED = (Status.WITHDRAWN, Status.DRAFT)

# A limit that is known when it is planned, and beyond the mean number of rows of a key, has PostgreSQL read all rows of
# each key and sort them, also of the most common; from a subquery it does not know it, and reads in order.
_POSTGRESQL = """
SELECT posting.matter_id, SUM(asked.weight) AS weight
FROM unnest(%s::int[], %s::float8[]) AS asked(key, weight)
CROSS JOIN LATERAL (
  SELECT matter_id FROM opinions_posting
  WHERE key = asked.key AND raised_on >= %s ORDER BY raised_on DESC, matter_id DESC LIMIT (SELECT %s::int)
) AS posting
GROUP BY posting.matter_id ORDER BY weight DESC, posting.matter_id DESC LIMIT %s
"""
_SQLITE_KEY = """SELECT * FROM (
  SELECT matter_id, CAST(%s AS REAL) AS weight FROM opinions_posting
  WHERE key = %s AND raised_on >= %s ORDER BY raised_on DESC, matter_id DESC LIMIT %s)"""
_SQLITE = (
    "SELECT matter_id, SUM(weight) AS weight FROM ({}) GROUP BY matter_id ORDER BY weight DESC, matter_id DESC LIMIT %s"
)
_ROWS = """
SELECT kept.matter_id, kept.portrait, kept.raised_on, kept.latitude, kept.longitude, matter.division_id, matter.status,
       matter.merged_into_id, matter.title
FROM ({}) AS found
JOIN opinions_likeness AS kept ON kept.matter_id = found.matter_id
JOIN opinions_matter AS matter ON matter.id = kept.matter_id
"""


@dataclass(frozen=True)
class Alike:
    """An opinion that is alike, and what made it so."""

    matter_id: int
    score: float
    words: tuple[str, ...] = ()
    metres: float | None = None
    days: int | None = None
    verdict: Verdict = Verdict.SAME
    title: str = ""
    merged_into_id: int | None = None


@dataclass(frozen=True)
class Known:
    """How common words are in the place's own records, and its names of places."""

    weights: Weights
    names: Names = NO_NAMES


def known() -> Known:
    """What the records say; a copy per process, renewed by stamp."""
    return cached(STAMP, _load_known)


def _load_known() -> Known:
    kept = Vocabulary.objects.order_by("-id").first()
    if kept is None:
        return Known(Weights())
    return Known(Weights.unpacked(bytes(kept.counts), kept.total), Names(kept.names))


@dataclass(frozen=True)
class _Row:
    """A candidate as it comes from the database."""

    matter_id: int
    portrait: Portrait
    lengths: Lengths
    setting: Setting
    status: str
    merged_into_id: int | None
    title: str

    def beside(self, asked: Sitter) -> Sitter:
        """Ready to be compared with what is asked for."""
        return Sitter(self.portrait, asked.weights, self.setting, self.lengths)


def likely_duplicates(matter: Matter, user: User | None = None, *, limit: int = HINT_LIMIT) -> list[Alike]:
    """Opinions that tell of the same thing, the most alike first; only those in the scope of `user`, if given.

    Empty for a matter that is not indexed yet. What was merged with it already is left out.
    """
    found = [one for one in _alike_to_matter(matter) if one.verdict == Verdict.SAME]
    return _in_scope(found, user)[:limit]


def same_cause_elsewhere(matter: Matter, user: User | None = None, *, limit: int = ELSEWHERE_LIMIT) -> list[Alike]:
    """Opinions about the same cause at other places, to be linked as parent and child, never merged."""
    found = [one for one in _alike_to_matter(matter) if one.verdict == Verdict.ELSEWHERE]
    return _in_scope(found, user)[:limit]


def alike_to_text(
    text: str,
    *,
    division_id: int | None = None,
    place: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    now: datetime | None = None,
    limit: int = HINT_LIMIT,
) -> list[Alike]:
    """Opinions that tell of the same thing as a text that is being written, the most alike first."""
    asked = _asked(text, place, _setting(division_id, latitude, longitude, now))
    found = _compared(asked, _candidates(asked, None), words=True)
    return [one for one in found if one.verdict == Verdict.SAME and one.merged_into_id is None][:limit]


def count_like(
    *,
    text: str,
    division_id: int | None = None,
    place: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    since: datetime | None = None,
    metres: float | None = None,
    divisions: Collection[int] | None = None,
    exclude_matter_id: int | None = None,
) -> int:
    """How many opinions since then tell of the same thing, in these divisions (None for all), and within so many metres
    where both positions are known.

    One statement. At most `COUNTED_AMONG`: a rule asks for a few, not for a census.
    """
    asked = _asked(text, place, _setting(division_id, latitude, longitude, None))
    found = _candidates(asked, since, most=COUNTED_AMONG)
    rows = [row for row in found if row.matter_id != exclude_matter_id]
    if divisions is not None:
        rows = [row for row in rows if row.setting.division_id in divisions]
    if metres is not None:
        rows = [row for row in rows if within_metres(asked.setting.position, row.setting.position, metres)]
    return sum(compared(asked, row.beside(asked)).verdict == Verdict.SAME for row in rows)


def within_metres(one: Position, other: Position, metres: float) -> bool:
    """Whether two lie so near; where a position is not known, nobody can say that they do not."""
    apart = metres_between(Setting(None, *one), Setting(None, *other))
    return apart is None or apart <= metres


def alike_to_kept(kept: Kept, division_id: int, *, since: date | None = None) -> list[tuple[int, Likeness]]:
    """The opinions compared with an indexed one, as ties are made of them; one statement."""
    asked = _sitter(kept, division_id)
    rows = [row for row in _candidates(asked, since) if row.matter_id != kept.matter_id]
    return [(row.matter_id, compared(asked, row.beside(asked))) for row in rows]


def waiting(limit: int, *, after: int = 0) -> MatterQuerySet:
    """Opinions without a portrait, in order of their ids."""
    rows = Matter.objects.filter(pk__gt=after, kind=MatterKind.OPINION, likeness__isnull=True, opinion__isnull=False)
    return rows.order_by("pk")[:limit]


def outdated(limit: int) -> list[int]:
    """The newest opinions whose portraits another version made; read along an index, also where all are up to date."""
    for others in (Kept.objects.filter(version__lt=VERSION), Kept.objects.filter(version__gt=VERSION)):
        version = others.order_by("version").values_list("version", flat=True).first()
        if version is not None:
            rows = Kept.objects.filter(version=version).order_by("-raised_on")
            return list(rows.values_list("pk", flat=True)[:limit])
    return []


def hot_issues(user: User) -> HotIssueQuerySet:
    """Hot issues with at least one opinion in the user's scope, those that concern most people first."""
    visible = Matter.objects.visible_to(user).filter(hot_member__isnull=False)
    return HotIssue.objects.filter(pk__in=visible.values("hot_member__issue")).select_related("division").ranked()


def members(issue: HotIssue, user: User | None = None) -> QuerySet[HotMember]:
    """The opinions of a hot issue, the most typical first; only those in the user's scope, if given."""
    rows = HotMember.objects.filter(issue=issue).select_related("matter", "matter__division", "matter__category")
    return rows.filter(matter__in=Matter.objects.visible_to(user)) if user is not None else rows


def _alike_to_matter(matter: Matter) -> list[Alike]:
    kept = Kept.objects.filter(pk=matter.pk).first()
    if kept is None or not readable(bytes(kept.portrait)):
        return []
    asked = _sitter(kept, matter.division_id)
    rows = [row for row in _candidates(asked, None) if row.matter_id not in (matter.pk, matter.merged_into_id)]
    return [one for one in _compared(asked, rows, words=True) if one.merged_into_id is None]


def _sitter(kept: Kept, division_id: int) -> Sitter:
    made, lengths = unpacked(bytes(kept.portrait))
    setting = Setting(division_id, kept.latitude, kept.longitude, kept.raised_on.toordinal())
    return Sitter(made, known().weights, setting, lengths)


def _in_scope(found: Sequence[Alike], user: User | None) -> list[Alike]:
    if user is None or not found:
        return list(found)
    visible = Matter.objects.visible_to(user).filter(pk__in=[one.matter_id for one in found])
    allowed = set(visible.values_list("pk", flat=True))
    return [one for one in found if one.matter_id in allowed]


def _setting(division_id: int | None, latitude: float | None, longitude: float | None, now: datetime | None) -> Setting:
    day = timezone.localdate(now).toordinal() if now else None
    if latitude is None or longitude is None:
        return Setting(division_id, day=day)
    return Setting(division_id, float(latitude), float(longitude), day)


def _asked(text: str, place: str, setting: Setting) -> Sitter:
    records = known()
    return Sitter(portrait("", text, place, known=records.names), records.weights, setting)


def _compared(asked: Sitter, rows: Sequence[_Row], *, words: bool = False) -> list[Alike]:
    """The rows with their scores, the most alike first."""
    found = []
    for row in rows:
        like = compared(asked, row.beside(asked))
        told = shared_words(asked, row.portrait) if words and like.verdict != Verdict.OTHER else ()
        found.append(
            Alike(row.matter_id, like.score, told, like.metres, like.days, like.verdict, row.title, row.merged_into_id)
        )
    return sorted(found, key=lambda one: (-one.score, -one.matter_id))


def _candidates(asked: Sitter, since: datetime | date | None, *, most: int = CANDIDATES) -> list[_Row]:
    """The opinions that share most with what is asked for; one statement."""
    keys = keys_of(asked.portrait, asked.weights, asked.setting.division_id)
    if not keys:
        return []
    first = timezone.localdate(since) if isinstance(since, datetime) else since or EARLIEST
    sql = _POSTGRESQL
    values: list[Any] = [list(keys), list(keys.values()), first, PER_KEY, most]
    if connection.vendor != "postgresql":
        sql = _SQLITE.format(" UNION ALL ".join([_SQLITE_KEY] * len(keys)))
        values = [value for key, weight in keys.items() for value in (weight, key, first, PER_KEY)] + [most]
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(sql), values)
        return [_row(record) for record in cursor.fetchall() if record[6] not in _ENDED and readable(bytes(record[1]))]


def _row(record: Sequence[Any]) -> _Row:
    matter_id, kept, raised_on, latitude, longitude, division_id, status, merged_into_id, title = record
    day = raised_on if isinstance(raised_on, date) else date.fromisoformat(raised_on)
    setting = Setting(division_id, latitude, longitude, day.toordinal())
    return _Row(matter_id, *unpacked(bytes(kept)), setting, status, merged_into_id, title)
