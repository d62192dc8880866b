"""What lies near: for a resident who types, for the matter page, and for the page of hot issues."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.accounts.queries import organisations_below
from deputies.organisations.models import Division
from deputies.organisations.queries import district_of, street_committee_of
from liaison.base.codes import normalise
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import Reach
from opinions.gathering.models import Topic, TopicMatter
from opinions.handling.models import Merger
from opinions.handling.queries import why_not
from opinions.matters.models import Attachment, Matter, Reporter
from opinions.matters.states import MERGEABLE, STAGE_OF, MatterKind, Stage
from opinions.proposals.queries import people_concerned
from opinions.similar.models import HotIssue, HotMember
from opinions.similar.queries import Alike, alike_to_text, likely_duplicates, members, same_cause_elsewhere

SHORTEST, LONGEST = 8, 2_000
"""Characters of a text from which, and up to which, it is compared while a resident types."""
LEAST_PEOPLE = 2
"""Fewer people behind all that is alike show nothing: a single household could be known by it."""
MOST_SHOWN = 3
_LOOKED_AT = 12
_ALL = 40
MOST_MEMBERS = 100
_TOLD = {
    Stage.SUBMITTED: _("等待接单"),
    Stage.TAKEN: _("已经接单"),
    Stage.HANDLED: _("正在办理"),
    Stage.RATED: _("已经答复"),
}
_RELATED = ("category", "division", "street", "opinion")


@dataclass(frozen=True)
class Nearby:
    """A matter of others in short facts that lead to nobody: no words, no name, no house, no picture."""

    matter_id: int
    category: str
    place: str
    stage: Stage
    days: int

    @property
    def told(self) -> Any:
        """How far it is, in a neighbour's words."""
        return _TOLD[self.stage]


@dataclass(frozen=True)
class Near:
    """What residents nearby have raised: how many people, and the matters that can be followed."""

    people: int = 0
    matters: Sequence[Nearby] = ()


def near(
    *, text: str, division: Division, now: datetime, place: str = "", latitude: float | None = None,
    longitude: float | None = None, own: int | None = None,
) -> Near:  # fmt: skip
    """Open matters that tell of the same thing as `text`, for anybody to see; empty below the privacy threshold.

    Left out is what belongs to one household, was raised anonymously, or is of a kind that other bodies settle
    (a lawsuit, a petition, a danger). `own` is the matter that the text has become, if it has.
    """
    if len(text.strip()) < SHORTEST:
        return Near()
    found = alike_to_text(
        text[:LONGEST], division_id=division.pk, place=place, latitude=latitude, longitude=longitude, now=now,
        limit=_LOOKED_AT,
    )  # fmt: skip
    ids = [one.matter_id for one in found if one.matter_id != own]
    rows = _to_be_shown(ids, division)
    people = {one for group in people_concerned(row.pk for row in rows).values() for one in group}
    if len(people) < LEAST_PEOPLE:
        return Near()
    today = local_today(now)
    shown = [_nearby(row, max(0, (today - local_today(row.opened_at)).days)) for row in _told_apart(rows)[:MOST_SHOWN]]
    return Near(len(people), shown)


def _told_apart(rows: Iterable[Matter]) -> list[Matter]:
    """One of those that read alike to the resident: the one furthest along, the oldest of these."""
    best: dict[tuple[int | None, int], Matter] = {}
    for row in rows:
        key = row.category_id, row.division_id
        held = best.setdefault(key, row)
        best[key] = min(held, row, key=lambda one: (-STAGE_OF[one.status], one.pk))
    return list(best.values())


def chosen_place(*codes: str) -> Division | None:
    """The first of the divisions named by code that is in use: the community chosen, else the place of the plaque."""
    wanted = [one for one in codes if one]
    places = {row.code: row for row in Division.objects.filter(code__in=wanted, active=True)}
    return next((places[code] for code in wanted if code in places), None)


def _to_be_shown(ids: Sequence[int], division: Division) -> list[Matter]:
    """Those of the matters that anybody may know of, in their order; one statement."""
    district = district_of(street_committee_of(division) or division)
    if not ids or district is None:
        return []
    rows = Matter.objects.filter(pk__in=ids, kind=MatterKind.OPINION, status__in=MERGEABLE, district=district)
    rows = rows.filter(opinion__anonymous=False, opinion__warnings=[]).exclude(opinion__reach=Reach.HOUSEHOLD)
    held = {row.pk: row for row in rows.select_related("category", "division")}
    return [held[pk] for pk in ids if pk in held]


def _nearby(row: Matter, days: int) -> Nearby:
    category = row.category.name if row.category else ""
    return Nearby(row.pk, category, row.division.name, STAGE_OF[row.status], days)


@dataclass(frozen=True)
class Candidate:
    """A matter that is alike, with what made it so."""

    matter: Matter
    alike: Alike

    @property
    def percent(self) -> int:
        """Likeness is an estimate: it never says certain."""
        return min(99, round(self.alike.score * 100))

    @property
    def metres(self) -> int | None:
        """Rounded to ten: positions of phones are no better."""
        return None if self.alike.metres is None else int(round(self.alike.metres, -1))

    @property
    def open(self) -> bool:
        return self.matter.is_open


@dataclass(frozen=True)
class Joined:
    """A matter that lies in another: its merger, whether the user may open it, and why it cannot be taken out."""

    matter: Matter
    merger: Merger | None
    visible: bool
    may_part: bool


def candidates(matter: Matter, user: User) -> tuple[list[Candidate], list[Candidate]]:
    """Likely duplicates of the matter, and the same cause at other places, in the user's scope."""
    same, elsewhere = likely_duplicates(matter, user), same_cause_elsewhere(matter, user)
    held = Matter.objects.select_related(*_RELATED).in_bulk([one.matter_id for one in (*same, *elsewhere)])
    return tuple([Candidate(held[one.matter_id], one) for one in rows] for rows in (same, elsewhere))  # type: ignore[return-value]


def candidate(matter: Matter, other: Matter, user: User) -> Candidate | None:
    """What makes `other` alike to the matter; None where nothing does."""
    rows = (*likely_duplicates(matter, user, limit=_ALL), *same_cause_elsewhere(matter, user, limit=_ALL))
    return next((Candidate(other, one) for one in rows if one.matter_id == other.pk), None)


def joined(matter: Matter, user: User, *, now: datetime) -> list[Joined]:
    """What lies in the matter: branches first, then the newest. Three statements, and two for each that may part."""
    rows = list(
        Matter.objects.filter(merged_into=matter).select_related(*_RELATED, "merged_into").order_by("-id")[:_ALL]
    )
    live = Merger.objects.filter(matter__in=rows, undone_at__isnull=True)
    mergers = {row.matter_id: row for row in live.select_related("by")}
    seen = set(Matter.objects.visible_to(user).filter(merged_into=matter).values_list("pk", flat=True))
    found = [
        Joined(
            row, mergers.get(row.pk), row.pk in seen, row.pk in seen and why_not(user, row, "unmerge", now=now) is None
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.merger is None or one.merger.kind != "branch")


def photos_of(matter: Matter) -> int:
    """How many files hang on the matter."""
    return Attachment.objects.filter(matter=matter).count()


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """`text` cut into pieces, each with whether it is one of `words`. Pure."""
    pieces, at = list[tuple[str, bool]](), 0
    spans = sorted((start, -len(word)) for word in words if word for start in _starts(text, word))
    for start, length in spans:
        if start >= at:
            pieces += [(text[at:start], False), (text[start : start - length], True)]
            at = start - length
    return [piece for piece in (*pieces, (text[at:], False)) if piece[0]]


def _starts(text: str, word: str) -> Iterable[int]:
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + len(word))


def tell_apart(issues: Iterable[HotIssue], user: User) -> None:
    """Set of each `seen` (opinions in the user's scope), `hidden` (others), `shown_title`, `subject`; two statements.

    Where some opinions lie elsewhere, the title is that of one in the scope: nobody reads here what they cannot open.
    The subject is place and category, for headings that others read: no resident's own sentence.
    """
    rows = list(issues)
    visible = HotMember.objects.filter(issue__in=rows, matter__in=Matter.objects.visible_to(user).values("pk"))
    titles: dict[int, list[str]] = {}
    categories: dict[int, Counter[str]] = {}
    told = visible.order_by("issue", "-score", "matter").values_list("issue", "matter__title", "matter__category__name")
    for issue, title, category in told:
        titles.setdefault(issue, []).append(title)
        categories.setdefault(issue, Counter()).update([category] if category else [])
    totals = dict(HotMember.objects.filter(issue__in=rows).order_by().values_list("issue").annotate(n=Count("pk")))
    for row in rows:
        held: Any = row
        own = titles.get(row.pk, [])
        held.seen, held.hidden = len(own), totals.get(row.pk, 0) - len(own)
        held.shown_title = row.title if not held.hidden else (own[0] if own else "")
        held.subject = _subject(row, categories.get(row.pk))


def _subject(issue: HotIssue, categories: Counter[str] | None) -> str:
    if not categories:
        return ""
    words = {"place": issue.division.name, "category": categories.most_common(1)[0][0]}
    return gettext("%(place)s%(category)s问题") % words


def members_for(issue: HotIssue, user: User) -> list[Matter]:
    """The opinions of the issue in the user's scope, the most typical first, with `people` behind each."""
    rows = list(members(issue, user).select_related("matter__street", "matter__merged_into")[:MOST_MEMBERS])
    matters = [row.matter for row in rows]
    people = people_concerned(row.pk for row in matters)
    for row in matters:
        row.people = len(people.get(row.pk, ()))  # type: ignore[attr-defined]
    return matters


def visible_topics(user: User) -> QuerySet[Topic]:
    """Topics of the user's body or those below it, and those with an opinion in the user's scope."""
    if user.role in DISTRICT_ROLES:
        rows = Topic.objects.filter(district=user.organisation_id)
    else:
        links = TopicMatter.objects.filter(matter__in=Matter.objects.visible_to(user).values("pk"))
        rows = Topic.objects.filter(pk__in=links.values("topic")) | Topic.objects.filter(
            organisation__in=organisations_below(user)
        )
    return rows.select_related("organisation", "created_by")


def topic_matters(topic: Topic, user: User) -> tuple[list[Matter], int, int]:
    """The opinions of a topic in the user's scope, how many lie elsewhere, and how many people are concerned in all."""
    ids = list(topic.links.values_list("matter", flat=True))
    rows = Matter.objects.visible_to(user).filter(pk__in=ids).select_related("division", "category").order_by("-id")
    found = list(rows)
    people = {one for group in people_concerned(ids).values() for one in group}
    return found, len(ids) - len(found), len(people)


def own_matter(code: str, key: str) -> tuple[Matter, Reporter] | None:
    """The matter and the resident that code and key of a private link name together."""
    rows = Reporter.objects.filter(matter__code=normalise(code)).select_related(
        "matter__division", "matter__opinion", "matter__category", "matter__street", "matter__district"
    )
    held = next((row for row in rows if constant_time_compare(row.link_key.encode(), key.encode())), None)
    return (held.matter, held) if held else None
