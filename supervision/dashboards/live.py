"""What each matter and promise is to be counted under, as its own rows say now. Few statements, however many."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F, Q

from liaison.base.workdays.arithmetic import Calendar, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import ClockKind
from opinions.catalog.queries import category_tree
from opinions.clocks.models import Clock
from opinions.evaluation.models import Rating, RatingState, Solved
from opinions.evaluation.queries import with_rating_state
from opinions.handling.models import Assignment, AssignmentStatus, Part
from opinions.matters.models import Matter
from opinions.matters.states import OPEN, Status
from opinions.promises.models import Promise
from opinions.promises.states import PromiseStatus
from supervision.dashboards.models import NEVER, UNKNOWN, Fact, PromiseFact

TAKING = ("take", "assign", "settle")
"""Verbs by which a limit for taking ends because somebody took the matter."""
ANSWERING = ("reply", "answer", "part_reply", "report_back")
"""Verbs by which a limit for replying ends because there is a reply."""
LONGEST = 32_000
"""Days; longer ones are counted as this."""


class Handled(NamedTuple):
    """What assignments say: the body that is liable now, the one that led last (0: none), whether one gave it back."""

    liable: int = 0
    led: int = 0
    returned: bool = False


class Clocked(NamedTuple):
    """What stopped clocks say: the day it was first taken, and whether a reply came late."""

    taken_on: date | None = None
    late: int = UNKNOWN


def facts(which: Q) -> Iterator[Fact]:
    """What the matters are counted under that `which` chooses, a condition on the column `matter`; drafts are not."""
    handled, clocked, words = _handled(which), _clocked(which), _words(which)
    calendar, tops = current_calendar(), {one.pk: one.parent_id or one.pk for one in category_tree().values()}
    rows = with_rating_state(Matter.objects.annotate(matter=F("pk")).filter(which).exclude(status=Status.DRAFT))
    for row in rows.order_by("pk").values(*_COLUMNS):
        hand, clock = handled.get(row["pk"], Handled()), clocked.get(row["pk"], Clocked())
        yield _fact(row, hand, clock, words.get(row["pk"], ""), calendar, tops)


_COLUMNS = (
    "pk", "status", "district_id", "street_id", "category_id", "tier", "deputy_id", "holder_id", "holder_deputy_id",
    "opened_at", "first_replied_at", "closed_at", "due_on", "warn_on", "quality", "reply_class", "round",
    "satisfaction", "rating_state", "opinion__channel", "opinion__contact_point_id",
)  # fmt: skip


def _fact(
    row: dict[str, Any], hand: Handled, clock: Clocked, word: str, calendar: Calendar, tops: Mapping[int, int]
) -> Fact:
    is_open, rated = row["status"] in OPEN, row["rating_state"] == RatingState.RATED
    opened, ended = local_today(row["opened_at"]), _day(row["closed_at"])
    solved = word if rated else ""
    through = calendar.workdays_through(opened)

    def days(day: date | None) -> int:
        return UNKNOWN if day is None else max(0, min(LONGEST, calendar.workdays_through(day) - through))

    return Fact(
        matter=row["pk"], district=row["district_id"], street=row["street_id"],
        top=tops.get(row["category_id"], 0), category=row["category_id"] or 0,
        tier=row["tier"] or 0, deputy=row["deputy_id"] or 0, body=_body(row, hand, is_open=is_open),
        channel=row["opinion__channel"] or "", point=row["opinion__contact_point_id"] or 0,
        status=row["status"], open=is_open, opened_month=opened.replace(day=1),
        closed_month=ended.replace(day=1) if ended and not is_open else NEVER,
        due_on=(is_open and row["due_on"]) or NEVER, warn_on=(is_open and row["warn_on"]) or NEVER,
        quality=row["quality"] or "", rating=row["satisfaction"] if rated else row["rating_state"],
        solved=solved, reply_class=row["reply_class"], returned=hand.returned, reworked=row["round"] > 1,
        late=clock.late, take_days=days(clock.taken_on), reply_days=days(_day(row["first_replied_at"])),
        solve_days=days(ended) if solved == Solved.YES else UNKNOWN,
    )  # fmt: skip


def promises(which: Q) -> Iterator[PromiseFact]:
    """What the promises of these matters are counted under; one statement."""
    tops = {one.pk: one.parent_id or one.pk for one in category_tree().values()}
    rows = Promise.objects.filter(which).order_by("pk").values_list(
        "pk", "matter_id", "organisation_id", "status", "due_on", "settled_at", "matter__district_id",
        "matter__street_id", "matter__category_id", "matter__tier", "matter__deputy_id",
        "matter__opinion__channel", "matter__opinion__contact_point_id",
    )  # fmt: skip
    for pk, matter, body, status, due_on, settled_at, district, street, category, tier, deputy, channel, point in rows:
        ended = _day(settled_at)
        yield PromiseFact(
            promise=pk, matter=matter, district=district, street=street, top=tops.get(category, 0),
            category=category or 0, tier=tier or 0, body=body, deputy=deputy or 0, status=status,
            channel=channel or "", point=point or 0,
            due_on=due_on if status == PromiseStatus.OPEN else NEVER,
            settled_month=ended.replace(day=1) if ended else NEVER,
        )  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return local_today(moment) if moment else None


def _body(row: dict[str, Any], hand: Handled, *, is_open: bool) -> int:
    """Whose it is: while open who is liable, else who holds it, else (the resident's turn, or its end) who led."""
    if is_open and (hand.liable or row["holder_id"]):
        return int(hand.liable or row["holder_id"])
    return 0 if row["holder_deputy_id"] else hand.led


def _handled(which: Q) -> dict[int, Handled]:
    rows = Assignment.objects.filter(which).exclude(part=Part.CO).exclude(status=AssignmentStatus.REVOKED)
    found: dict[int, Handled] = {}
    for matter, body, _part, status, liable in rows.order_by("matter", "-part", "id").values_list(
        "matter", "organisation", "part", "status", "liable"
    ):
        held = found.get(matter, Handled())
        returned = status == AssignmentStatus.RETURNED
        led = held.led if returned else body
        found[matter] = Handled(body if liable else held.liable, led, held.returned or returned)
    return found


def _clocked(which: Q) -> dict[int, Clocked]:
    taking, answering = Q(kind=ClockKind.TAKE, outcome__in=TAKING), Q(kind=ClockKind.REPLY, outcome__in=ANSWERING)
    rows = Clock.objects.filter(which, taking | answering, stopped_at__isnull=False)
    found: dict[int, Clocked] = {}
    for matter, kind, due_on, stopped_at in rows.order_by().values_list("matter", "kind", "due_on", "stopped_at"):
        held, day = found.get(matter, Clocked()), _day(stopped_at) or due_on
        if kind == ClockKind.TAKE:
            found[matter] = held._replace(taken_on=min(day, held.taken_on or day))
        else:
            found[matter] = held._replace(late=max(held.late, int(day > due_on)))
    return found


def _words(which: Q) -> dict[int, str]:
    """Whether it is solved, by the resident's word on the last round: the first of several, which moved the matter."""
    rows = Rating.objects.filter(which, round=F("matter__round")).order_by("-id")
    return dict(rows.values_list("matter", "solved"))


def of(ids: Sequence[int]) -> Q:
    """The condition for these matters."""
    return Q(matter__in=ids)


def between(first: int, last: int) -> Q:
    """The condition for the matters numbered from `first` to `last`."""
    return Q(matter__gte=first, matter__lte=last)
