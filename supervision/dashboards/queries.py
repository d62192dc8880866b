"""Reading the rollups: the numbers of a board, its months, its breakdown, and the facts behind a number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models import Sum as Total
from django.utils.translation import gettext as _

from deputies.accounts.models import User
from deputies.organisations.queries import bodies, current, predecessors
from deputies.roster.models import Deputy
from liaison.base.workdays.arithmetic import Calendar, Unit, add_months, compute_due
from opinions.catalog.models import Tier
from opinions.catalog.queries import category_tree
from opinions.desk.queries import fill_in, light_up, shown_of, table_rows
from opinions.matters.models import Matter
from opinions.promises.models import Promise
from supervision.dashboards.access import scope
from supervision.dashboards.cubes import CLOSED, DAYS, ENDED, OPEN, PROMISED, UNSETTLED, cube_for
from supervision.dashboards.measures import MEASURES, RATES, SUMS, Days, Measure, Rate, overdue, red, turning, yellow
from supervision.dashboards.models import (
    NEVER,
    Fact,
    Intake,
    Outcome,
    PromiseFact,
    PromiseSum,
    Span,
    Stage,
    Stock,
    Sum,
)
from supervision.dashboards.percentiles import Spread, spread

AXES = ("street", "body", "category", "tier", "deputy")
"""By what numbers can be broken down."""
MEASURED = ("street", "body", "category", "tier")
"""Those of them for which the working days are told too."""
MONTHS = 12
"""Months of a trend."""
ASKED = 8
"""Matters on the list of what to ask about."""
Numbers = Counter[str]


@dataclass(frozen=True)
class Chosen:
    """What a board is narrowed to, and its period: the months `first` to `last`, both included."""

    first: date
    last: date
    street: int | None = None
    category: int | None = None
    leaf: int | None = None
    """A category without those below it."""
    tier: int | None = None
    body: int | None = None
    deputy: int | None = None

    def place(self) -> dict[str, list[int]]:
        """What each dimension is narrowed to: a body stands for those merged into it too; 0 is none at all."""
        held = {"street": self.street, "body": self.body, "top": self.category, "category": self.leaf}
        held |= {"tier": self.tier, "deputy": self.deputy}
        found = {name: [value] for name, value in held.items() if value is not None}
        return found | {name: predecessors(found[name][0]) for name in ("street", "body") if any(found.get(name, ()))}


@dataclass
class Group:
    """One line of a breakdown: a street, a body, a category, a tier or a deputy."""

    key: int
    name: str
    numbers: Numbers = field(default_factory=Counter)
    reply: Spread = field(default_factory=Spread)


@dataclass
class Month:
    """One month of a trend."""

    first: date
    numbers: Numbers = field(default_factory=Counter)
    spreads: dict[str, Spread] = field(default_factory=dict)


@dataclass(frozen=True)
class Board:
    """What a dashboard shows; every number is the count of the facts that `behind` gives for its name."""

    numbers: Numbers
    spreads: Mapping[str, Spread]
    months: list[Month]
    axis: str
    groups: list[Group]


def measures() -> Mapping[str, Measure]:
    """Every count by its name."""
    return MEASURES


def rates() -> Mapping[str, Rate]:
    """Every share by its name."""
    return RATES


def rate(numbers: Numbers, key: str) -> float | None:
    """A share in percent; None where there is nothing to share."""
    whole = numbers[RATES[key].whole]
    return 100 * numbers[RATES[key].part] / whole if whole else None


def days(calendar: Calendar, today: date) -> Days:
    """The day of the lights and the next working day."""
    return Days(today, compute_due(calendar, today, 1, Unit.WORKING_DAYS).due)


@dataclass(frozen=True)
class Side:
    """What is read for a board: whose numbers, narrowed to what, in the light of which day."""

    district: int
    place: Mapping[str, Sequence[Any]]
    at: Days

    def where(self) -> Q:
        """The condition on facts and on sums."""
        return Q(district=self.district, **{f"{name}__in": values for name, values in self.place.items()})


def side_of(user: User, chosen: Chosen, at: Days) -> Side:
    """The user's scope, narrowed to what is chosen."""
    held = scope(user)
    place = chosen.place()
    for name, values in held.place.items():
        place[name] = [value for value in values if value in place.get(name, values)]
    return Side(held.district, place, at)


def board(user: User, chosen: Chosen, at: Days, axis: str) -> Board:
    """The board of a user; as many statements for a million matters as for none."""
    side = side_of(user, chosen, at)
    trend = (add_months(chosen.last, -back) for back in reversed(range(MONTHS)))
    months = {first: Month(first) for first in trend}
    span = min(chosen.first, *months), chosen.last
    numbers, within = Counter(_stock(side)[None]), _flows(side, span, "month")
    total: dict[str, Counter[int]] = defaultdict(Counter)
    for month, counted in within.items():
        numbers.update(counted if month >= chosen.first else {})
        if month in months:
            months[month].numbers = derived(counted)
    for (month, stage), counts in _spans(side, span, "month", tuple(Stage)).items():
        if month >= chosen.first:
            total[stage].update(counts)
        if month in months:
            months[month].spreads[stage] = spread(counts)
    return Board(
        derived(numbers), {stage: spread(total[stage]) for stage in Stage}, list(months.values()), axis,
        groups(user, chosen, at, axis),
    )  # fmt: skip


def derived(numbers: Numbers) -> Numbers:
    """The numbers with those that are sums of others."""
    return numbers + Counter({key: sum(numbers[part] for part in parts) for key, parts in SUMS.items()})


def groups(user: User, chosen: Chosen, at: Days, axis: str) -> list[Group]:
    """The breakdown by one axis, the most pressing first; within a category by those below it."""
    column = "top" if axis == "category" and chosen.category is None else axis
    side, span = side_of(user, chosen, at), (chosen.first, chosen.last)
    found: dict[int, Numbers] = defaultdict(Counter)
    for part in (_stock(side, column), _flows(side, span, column)):
        for key, counted in part.items():
            found[acting(axis, key)].update(counted)
    if axis == "deputy":
        found.pop(0, None)
    replies: dict[int, Counter[int]] = defaultdict(Counter)
    if axis in MEASURED:
        for (key, _stage), counts in _spans(side, span, column, (Stage.REPLY,)).items():
            replies[acting(axis, key)].update(counts)
    names = _names(axis, found)
    rows = [Group(key, names.get(key, ""), derived(held), spread(replies[key])) for key, held in found.items()]
    return sorted(rows, key=lambda row: (-row.numbers["red"], -row.numbers["yellow"], -row.numbers["open"], row.name))


Period = tuple[date, date]
Column = tuple[str, Q, Q]
"""A number: the column of sums that holds it, which sums count, and which facts."""


def _stock(side: Side, by: str = "") -> dict[Any, Numbers]:
    at = side.at
    lights = {"open": Q(), "red": red(at), "yellow": yellow(at), "turning": turning(at)}
    columns: dict[str, Column] = {name: ("n", condition, condition) for name, condition in lights.items()}
    columns |= {name: (name, Q(), OPEN[name]) for name in ("waiting", "proposed", "relayed")}
    found = _read(Stock, side, Fact.objects.filter(open=True), Q(), by, columns)
    late = overdue(at)
    promises: dict[str, Column] = {
        "promises_open": ("n", Q(), UNSETTLED), "promises_overdue": ("n", Q(due_on__lt=at.today), late),
    }  # fmt: skip
    running = PromiseFact.objects.annotate(month=F("settled_month"))
    return _joined(found, _read(PromiseSum, side, running, Q(month=NEVER), by, promises))


def _flows(side: Side, span: Period, by: str) -> dict[Any, Numbers]:
    """What came and what ended, by a column."""
    period = Q(month__gte=span[0], month__lte=span[1])
    came, ended = Fact.objects.annotate(month=F("opened_month")), Fact.objects.annotate(month=F("closed_month"))
    found = _read(Intake, side, came, period, by, {"opened": ("n", Q(), Q())})
    ends: dict[str, Column] = {name: (name, Q(), condition) for name, condition in ENDED.items()}
    settled = PromiseFact.objects.annotate(month=F("settled_month"))
    results: dict[str, Column] = {
        key: (name, Q(), PROMISED[name])
        for key, name in (
            ("promises_kept", "kept"),
            ("promises_missed", "not_kept"),
            ("promises_withdrawn", "withdrawn"),
        )
    }
    _joined(found, _read(Outcome, side, ended, period, by, ends))
    return _joined(found, _read(PromiseSum, side, settled, period, by, results))


def _joined(found: dict[Any, Numbers], more: Mapping[Any, Numbers]) -> dict[Any, Numbers]:
    """`found` with `more` numbers under the same keys."""
    for key, counted in more.items():
        found.setdefault(key, Counter()).update(counted)
    return found


def _read(
    model: type[Sum], side: Side, facts: QuerySet[Any], where: Q, by: str, columns: Mapping[str, Column]
) -> dict[Any, Numbers]:
    """Numbers by one column (none: of all), from the sums that go by all that is asked, else from the facts."""
    cube = cube_for(model, _needed(side, by))
    if cube is not None:
        rows: QuerySet[Any] = model._default_manager.filter(side.where(), where, cube=cube.number)
        counted: dict[str, Any] = {
            name: Total(held, filter=those, default=0) for name, (held, those, _facts) in columns.items()
        }
    else:
        rows = facts.filter(side.where(), where)
        counted = {name: Count("pk", filter=those) for name, (_held, _sums, those) in columns.items()}
    named = {f"count_{name}": expression for name, expression in counted.items()}
    if not by:
        return {None: _plain(rows.aggregate(**named))}
    return {row.pop(by): _plain(row) for row in rows.values(by).annotate(**named).order_by()}


def _needed(side: Side, by: str) -> set[str]:
    return {*side.place, by} - {"", "month", "district"}


def counted(side: Side, span: Period, by: str = "") -> dict[Any, Numbers]:
    """What came and what ended in the months of `span`, by a column (none: of all)."""
    return {key: derived(found) for key, found in _flows(side, span, by).items()}


def standing(side: Side, by: str = "") -> dict[Any, Numbers]:
    """What is so now, by a column (none: of all)."""
    return {key: derived(found) for key, found in _stock(side, by).items()}


def proposed_by_tier(district: int) -> list[tuple[int, int, int, int]]:
    """How many of a district stand as proposals now, by street, contact point and tier; one statement."""
    rows = Fact.objects.filter(OPEN["proposed"], district=district)
    return list(rows.values_list("street", "point", "tier").annotate(n=Count("matter")).order_by())


def lasting(side: Side, span: Period, by: str = "district") -> dict[tuple[Any, str], Spread]:
    """How many working days it took, by a column and stage."""
    return {key: spread(counts) for key, counts in _spans(side, span, by, tuple(Stage)).items()}


def _plain(row: dict[str, Any]) -> Numbers:
    return Counter({name.removeprefix("count_"): value for name, value in row.items()})


def _spans(side: Side, span: Period, by: str, stages: tuple[Stage, ...]) -> dict[tuple[Any, str], Counter[int]]:
    """How many took how many days, by a column and stage."""
    found: dict[tuple[Any, str], Counter[int]] = defaultdict(Counter)
    cube = cube_for(Span, _needed(side, by))
    period = side.where() & Q(month__gte=span[0], month__lte=span[1])
    if cube is not None:
        sums = Span.objects.filter(period, cube=cube.number, stage__in=stages)
        rows = list(sums.values_list(by, "stage", "days").annotate(count=Total("n")).order_by())
    else:
        closed = Fact.objects.annotate(month=F("closed_month")).filter(period)
        rows = [(key, stage, *more) for stage in stages for key, *more in _lasting(closed, stage, by)]
    for key, stage, lasted, count in rows:
        found[key, stage][lasted] += count
    return found


def _lasting(closed: QuerySet[Fact], stage: Stage, by: str) -> QuerySet[Any]:
    took = closed.filter(CLOSED, **{f"{DAYS[stage]}__gte": 0})
    return took.values_list(by, DAYS[stage]).annotate(count=Count("matter")).order_by()


def acting(axis: str, key: int) -> int:
    """What a key is counted under: a merged street or body under its successor."""
    held = bodies().get(key) if axis in ("street", "body") else None
    acting = current(held) if held else None
    return acting.pk if acting else key


def _names(axis: str, keys: Iterable[int]) -> dict[int, str]:
    """What the lines of a breakdown are called."""
    if axis == "deputy":
        return dict(Deputy.objects.filter(pk__in=list(keys)).values_list("pk", "name"))
    return {key: name_of(axis, key) for key in keys}


def name_of(axis: str, key: int) -> str:
    """What one line of a breakdown is called; empty where there is no such thing."""
    if axis == "tier":
        return str(Tier(key).label) if key in Tier else _("还没有分级")
    if axis == "category":
        return category_tree()[key].name if key in category_tree() else _("还没有分类")
    if axis == "deputy":
        return Deputy.objects.filter(pk=key).values_list("name", flat=True).first() or ""
    held = bodies().get(key)
    return str(held) if held else _("没有交给单位")


def behind(user: User, chosen: Chosen, measure: str, at: Days) -> QuerySet[Any]:
    """The facts that a number counts, in the user's scope."""
    return facts_of(side_of(user, chosen, at), (chosen.first, chosen.last), measure)


def facts_of(side: Side, span: Period, measure: str) -> QuerySet[Any]:
    """The facts that a number of a side counts."""
    found = MEASURES[measure]
    rows: QuerySet[Any] = found.of._default_manager.filter(side.where(), found.facts(side.at))
    if not found.month:
        return rows
    return rows.filter(**{f"{found.month}__gte": span[0], f"{found.month}__lte": span[1]})


def to_ask(user: User, chosen: Chosen, at: Days) -> list[Matter]:
    """What to ask about: the matters that are red for longest, each with its body as `asked`."""
    facts = list(behind(user, chosen, "red", at).order_by("due_on", "matter")[:ASKED])
    matters = Matter.objects.select_related("street", "holder", "holder_deputy").in_bulk(
        [fact.matter for fact in facts]
    )
    for fact in facts:
        held = bodies().get(fact.body)
        own = held is None or held.pk == fact.street
        matters[fact.matter].asked = "" if own else str(held)  # type: ignore[attr-defined]
    return [matters[fact.matter] for fact in facts]


def matters_of(facts: Iterable[Fact], today: date) -> list[dict[str, Any]]:
    """The matters of facts, in their order, lit, as rows of the desk's table; two statements."""
    keys = [fact.matter for fact in facts]
    found = shown_of(Matter.objects.filter(pk__in=keys)).in_bulk()
    fill_in(found.values())
    for matter in found.values():
        light_up(matter, today)
    return [*table_rows((found[key] for key in keys if key in found), {})]


def promises_of(facts: Iterable[PromiseFact], today: date) -> list[Promise]:
    """The promises of facts, in their order, lit, ready for a table; one statement."""
    keys = [fact.promise for fact in facts]
    found = Promise.objects.select_related("organisation", "matter").in_bulk(keys)
    for promise in found.values():
        promise.light = promise.light_on(today)  # type: ignore[attr-defined]
    return [found[key] for key in keys if key in found]
