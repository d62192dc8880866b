"""Random conditions and facts over a small world of words, so that conditions meet facts often."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st

from deputies.roster.models import CongressLevel
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import Reach, SourceChannel, Urgency, Wish
from opinions.routing.conditions import (
    CategoryIn,
    ChannelIn,
    Condition,
    DayKind,
    DeputyActive,
    DeputyAddressed,
    DivisionWithin,
    Facts,
    Group,
    Keywords,
    LevelIn,
    Mode,
    Moment,
    Names,
    Node,
    RaisedAt,
    ReachIn,
    SimilarAsk,
    SimilarCount,
    UrgencyIn,
    WishIn,
    Within,
)

CATEGORIES = {"a": Node("甲"), "a.1": Node("甲一", "a"), "a.2": Node("甲二", "a"), "b": Node("乙")}
DIVISIONS = {"1": Node("区"), "11": Node("东街", "1"), "12": Node("西街", "1"), "111": Node("东一", "11")}
NAMES = Names(CATEGORIES, DIVISIONS)
WORDS = ["灯", "路灯", "路", "电", "充电"]


def _some(values: list[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


DEPUTIES = st.one_of(
    _some(CongressLevel.values).map(LevelIn),
    st.booleans().map(lambda value: DeputyAddressed(value=value)),
    st.booleans().map(lambda value: DeputyActive(value=value)),
)
MINUTES = [0, 1, 360, 540, 1080, 1320, 1439]


def _is_a_condition(one: RaisedAt) -> bool:
    """Every day and all day is none; all day is written in one way."""
    return one.start != one.end or (one.days != DayKind.ANY and one.start == 0)


MOMENTS = st.builds(
    RaisedAt, st.sampled_from(list(DayKind)), st.sampled_from(MINUTES), st.sampled_from(MINUTES)
).filter(_is_a_condition)
COUNTS = st.one_of(
    st.builds(SimilarCount, st.sampled_from([1, 2, 3]), st.sampled_from([7, 30]), st.just(Within.METRES), st.just(200)),
    st.builds(SimilarCount, st.sampled_from([1, 2, 3]), st.sampled_from([7, 30]), st.just(Within.ESTATE)),
)
KINDS: list[st.SearchStrategy[Condition]] = [
    _some(list(CATEGORIES)).map(CategoryIn),
    _some(list(DIVISIONS)).map(DivisionWithin),
    _some(SourceChannel.values[:4]).map(ChannelIn),
    _some(Reach.values).map(ReachIn),
    _some(Urgency.values).map(UrgencyIn),
    _some(Wish.values).map(WishIn),
    st.builds(Keywords, st.sampled_from(list(Mode)), _some(WORDS)),
    DEPUTIES,
    MOMENTS,
    COUNTS,
]
"""Strategies of conditions that look at the same thing."""


def conditions() -> st.SearchStrategy[Condition]:
    return st.one_of(KINDS)


def pairs() -> st.SearchStrategy[tuple[Condition, Condition]]:
    """Two conditions, most often on the same thing."""
    alike = [st.tuples(kind, kind) for kind in KINDS]
    return st.one_of(*alike, st.tuples(conditions(), conditions()))


def groups() -> st.SearchStrategy[Group]:
    """A group; often of conditions on the same thing, so that groups meet."""
    alike = [st.lists(kind, min_size=1, max_size=3) for kind in KINDS]
    some = st.one_of(*alike, st.lists(conditions(), min_size=1, max_size=3))
    return st.builds(lambda mode, held: Group(mode, tuple(held)), st.sampled_from(list(Mode)), some)


def rules() -> st.SearchStrategy[list[Group]]:
    """The groups of a rule."""
    return st.lists(groups(), max_size=3)


def holds(rule: list[Group] | tuple[Group, ...], known: Facts) -> bool:
    """Whether a rule holds, worked out the long way: every condition is asked."""
    return all(_group_holds(group, [one.evaluate(known).held for one in group.conditions]) for group in rule)


def _group_holds(group: Group, held: list[bool]) -> bool:
    return {Mode.ALL: all(held), Mode.ANY: any(held), Mode.NONE: not any(held)}[group.mode]


def _path(code: str, nodes: dict[str, Node]) -> tuple[str, ...]:
    path = []
    while code:
        path.append(code)
        code = nodes[code].parent
    return tuple(path)


MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


def _moments() -> st.SearchStrategy[Moment]:
    minutes = st.sampled_from([*MINUTES, 541, 1081, 359])
    return st.builds(
        lambda minute, work, before: Moment(MONDAY + timedelta(minutes=minute), work, before),
        minutes, st.booleans(), st.booleans(),
    )  # fmt: skip


def _counting(counts: dict[tuple[int, str], int]) -> Callable[[SimilarAsk], int]:
    return lambda ask: counts.get((ask.days, ask.within), 0)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts as the program makes them: a level only with an addressed deputy, paths up the trees."""
    addressed = draw(st.booleans())
    category = draw(st.sampled_from(["", *CATEGORIES]))
    return Facts(
        categories=_path(category, CATEGORIES),
        divisions=_path(draw(st.sampled_from(list(DIVISIONS))), DIVISIONS),
        channel=draw(st.sampled_from(SourceChannel.values[:4])),
        level=draw(st.sampled_from(["", *CongressLevel.values])) if addressed else "",
        text="".join(draw(st.lists(st.sampled_from([*WORDS, "，不"]), max_size=5))),
        reach=draw(st.sampled_from(["", *Reach.values])),
        urgency=draw(st.sampled_from(Urgency.values)),
        wish=draw(st.sampled_from(["", *Wish.values])),
        deputy_addressed=addressed,
        deputy_active=addressed and draw(st.booleans()),
        moment=draw(_moments()),
        similar=_counting(
            {(days, within): draw(st.integers(0, 3)) for days in (7, 30) for within in ("metres", "estate")}
        ),
    )
