"""A board as its page shows it: each number with its address and what it means, three trends, one breakdown."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from deputies.accounts.models import User
from liaison.base.web.parts import Tab
from supervision.dashboards.access import sees_bodies, sees_streets
from supervision.dashboards.drawing import Picture, Series, picture
from supervision.dashboards.forms import AXIS_LABELS, BoardForm
from supervision.dashboards.measures import MEASURES, RATES, Days, Measure, When
from supervision.dashboards.models import RollupState, Stage
from supervision.dashboards.percentiles import Spread
from supervision.dashboards.queries import Board, Chosen, Group, Month, Numbers, board, name_of, rate, to_ask

SIX = ("red", "yellow", "turning", "open", "closed")
COLUMNS = ("open", "red", "yellow", "turning", "opened", "closed")
WORDS = ("satisfied", "mostly", "unsatisfied", "solved", "partly", "unsolved", "lapsed", "waiting")
PROMISES = ("promises_open", "promises_overdue", "promises_kept", "promises_missed", "promises_withdrawn")
ENDS = ("opened", "closed", "declined", "merged", "withdrawn", "class_a", "class_b", "class_c", "class_d")
MOST_GROUPS = 40


@dataclass(frozen=True)
class Number:
    """A count that opens into its rows."""

    measure: Measure
    value: int
    url: str


@dataclass(frozen=True)
class Share:
    """A rate with both of its counts; `percent` is None where there is nothing to share."""

    label: Any
    formula: Any
    percent: float | None
    part: Number
    whole: Number


@dataclass(frozen=True)
class Line:
    """One line of the breakdown."""

    group: Group
    numbers: list[Number]
    share: Share


@dataclass(frozen=True)
class Lasting:
    """How long one way takes."""

    measure: Measure
    spread: Spread
    number: Number


@dataclass(frozen=True)
class Trend:
    """A picture and the table behind it."""

    title: Any
    picture: Picture
    bars: bool
    labels: list[Any]
    rows: list[tuple[date, list[Any]]]
    unit: str = ""


class Addresses:
    """Where the numbers of a board lead."""

    def __init__(self, form: BoardForm, chosen: Chosen) -> None:
        self._narrowing, self._chosen, self._place = form.narrowing, chosen, reverse("dashboards:rows")

    def of(self, key: str, month: date | None = None, **narrowed: int) -> str:
        """The rows behind a number, of one month or of the period."""
        found = {"measure": key, **self._narrowing, **narrowed}
        if MEASURES[key].when != When.NOW:
            first, last = (month, month) if month else (self._chosen.first, self._chosen.last)
            found |= {"since": f"{first:%Y-%m}", "until": f"{last:%Y-%m}"}
        return f"{self._place}?{urlencode(found)}"

    def number(self, key: str, numbers: Numbers, **narrowed: Any) -> Number:
        return Number(MEASURES[key], numbers[key], self.of(key, **narrowed))

    def share(self, key: str, numbers: Numbers, **narrowed: Any) -> Share:
        found = RATES[key]
        return Share(
            found.label, found.formula, rate(numbers, key), self.number(found.part, numbers, **narrowed),
            self.number(found.whole, numbers, **narrowed),
        )  # fmt: skip

    def line(self, group: Group, axis: str, *, leaves: bool) -> Line:
        narrowed = {"leaf" if leaves else axis: group.key}
        numbers = [self.number(key, group.numbers, **narrowed) for key in COLUMNS]
        return Line(group, numbers, self.share("content_rate", group.numbers, **narrowed))


def axes_for(user: User) -> list[str]:
    """By what the user's numbers can be broken down; whoever answers for one street or body sees no other."""
    first = ["street"] * sees_streets(user) + ["body"] * sees_bodies(user)
    return [*first, "category", "tier", *["deputy"] * sees_bodies(user)]


def home_page(user: User, form: BoardForm, at: Days, state: RollupState, *, wall: bool = False) -> dict[str, Any]:
    """All that the page of a board shows; on a wall nothing about a person."""
    chosen, offered = form.chosen(at.today), [axis for axis in axes_for(user) if not (wall and axis == "deputy")]
    axis = form.axis(offered)
    found, links = board(user, chosen, at, axis), Addresses(form, chosen)
    leaves = axis == "category" and chosen.category is not None
    lines = [links.line(group, axis, leaves=leaves) for group in found.groups[:MOST_GROUPS]]
    return {
        "state": state, "at": at, "chosen": chosen, "axis": axis, "axis_label": AXIS_LABELS[axis],
        "axes": _axes(form, offered, axis), "six": [links.number(key, found.numbers) for key in SIX],
        "content": links.share("content_rate", found.numbers),
        "words": [links.number(key, found.numbers) for key in WORDS],
        "ends": [links.number(key, found.numbers) for key in ENDS],
        "shares": [links.share(key, found.numbers) for key in RATES], "lasting": _lasting(found, links),
        "trends": trends(found.months), "month_links": month_links(found.months, links),
        "lines": lines, "left_out": max(0, len(found.groups) - MOST_GROUPS),
        "columns": [MEASURES[key] for key in COLUMNS], "ask": [] if wall else to_ask(user, chosen, at),
        "nothing": not any(found.numbers.values()),
        "promises": [links.number(key, found.numbers) for key in PROMISES],
    }  # fmt: skip


def _axes(form: BoardForm, offered: Iterable[str], current: str) -> list[Tab]:
    kept = {name: value for name, value in form.data.items() if name in form.fields and name != "by" and value}
    return [Tab(AXIS_LABELS[one], f"?{urlencode({**kept, 'by': one})}#by", None, one == current) for one in offered]


def _lasting(found: Board, links: Addresses) -> list[Lasting]:
    return [
        Lasting(MEASURES[stage], spread, Number(MEASURES[stage], spread.count, links.of(stage)))
        for stage, spread in found.spreads.items()
    ]


def trends(months: list[Month]) -> list[Trend]:
    """The three trends: how many come and go, how long it takes, and what the residents say."""
    flow = [Series(MEASURES[key].label, [month.numbers[key] for month in months]) for key in ("opened", "closed")]
    lasting = [
        Series(stage.label, [month.spreads.get(stage, Spread()).median for month in months])
        for stage in (Stage.REPLY, Stage.SOLVE)
    ]
    shares = [
        Series(RATES[key].label, [rate(month.numbers, key) for month in months])
        for key in ("content_rate", "rework_rate")
    ]
    return [
        _trend(_("新收和办结"), flow, months, bars=True),
        _trend(_("用时中位数（工作日）"), lasting, months),
        _trend(_("满意和基本满意率、返工率"), shares, months, most=100, unit="%"),
    ]


def _trend(
    title: Any, series: list[Series], months: list[Month], *, bars: bool = False, most: float = 0, unit: str = ""
) -> Trend:
    drawn = picture(series, [month.first.month for month in months], most=most, unit=unit)
    rows = [(month.first, [one.values[place] for one in series]) for place, month in enumerate(months)]
    return Trend(title, drawn, bars, [one.label for one in series], rows, unit)


def month_links(months: list[Month], links: Addresses) -> list[tuple[date, list[Number]]]:
    """Each month's numbers, with their addresses."""
    keys = ("opened", "closed", "rated", "content", "reworked")
    return [(month.first, [links.number(key, month.numbers, month=month.first) for key in keys]) for month in months]


def narrowed_by(chosen: Chosen) -> list[str]:
    """What the rows of a number are narrowed to, in words."""
    held = {"street": chosen.street, "body": chosen.body, "category": chosen.category, "tier": chosen.tier}
    found = [name_of(axis, key) for axis, key in held.items() if key is not None]
    if chosen.leaf is not None:
        found.append(_("%(name)s（不含下级）") % {"name": name_of("category", chosen.leaf)})
    return found + ([name_of("deputy", chosen.deputy)] if chosen.deputy else [])


def tag(user: User, state: RollupState, query: str, today: date, language: str) -> str:
    """What tells one state of a page from another: as long as it is the same, nothing on it has changed."""
    said = f"{state.version} {today} {user.pk} {user.organisation_id} {user.role} {language} {query}"
    return hashlib.sha256(said.encode()).hexdigest()[:20]
