"""Random conditions and facts over a small world of words, so that conditions meet facts often."""

from hypothesis import strategies as st

from deputies.roster.models import CongressLevel
from opinions.catalog.models import Reach, SourceChannel, Urgency
from opinions.routing.conditions import (
    CategoryIn,
    ChannelIn,
    Condition,
    DeputyActive,
    DeputyAddressed,
    DivisionWithin,
    Facts,
    Keywords,
    LevelIn,
    Mode,
    Names,
    Node,
    ReachIn,
    UrgencyIn,
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
KINDS: list[st.SearchStrategy[Condition]] = [
    _some(list(CATEGORIES)).map(CategoryIn),
    _some(list(DIVISIONS)).map(DivisionWithin),
    _some(SourceChannel.values[:4]).map(ChannelIn),
    _some(Reach.values).map(ReachIn),
    _some(Urgency.values).map(UrgencyIn),
    st.builds(Keywords, st.sampled_from(list(Mode)), _some(WORDS)),
    DEPUTIES,
]
"""Strategies of conditions that look at the same thing."""


def conditions() -> st.SearchStrategy[Condition]:
    return st.one_of(KINDS)


def pairs() -> st.SearchStrategy[tuple[Condition, Condition]]:
    """Two conditions, most often on the same thing."""
    alike = [st.tuples(kind, kind) for kind in KINDS]
    return st.one_of(*alike, st.tuples(conditions(), conditions()))


def _path(code: str, nodes: dict[str, Node]) -> tuple[str, ...]:
    path = []
    while code:
        path.append(code)
        code = nodes[code].parent
    return tuple(path)


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
        deputy_addressed=addressed,
        deputy_active=addressed and draw(st.booleans()),
    )
