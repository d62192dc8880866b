"""The quick search for the first rule finds what the engine finds."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from opinions.routing.conditions import Facts, Group, Keywords, Mode
from opinions.routing.engine import ReadyRule, decide, read_rule
from opinions.routing.quick import Quick, Words
from opinions.routing.services import replaying
from opinions.similar import compare
from tests.opinions.routing.strategies import facts, rules


def _itself(known: Facts) -> Facts:
    return known


def aspects(known: Facts) -> dict[str, object]:
    moment = known.moment
    assert moment is not None
    return {
        "category": known.categories, "division": known.divisions, "channel": known.channel, "reach": known.reach,
        "urgency": known.urgency, "wish": known.wish, "moment": (moment.minute, moment.workday, moment.workday_before),
        "deputy": (known.level, known.deputy_addressed, known.deputy_active),
    }  # fmt: skip


@st.composite
def versions(draw: st.DrawFn) -> list[ReadyRule]:
    """Rules in order; now and then a broken one, or one that the district bars."""
    made = []
    for order, groups in enumerate(draw(st.lists(rules(), max_size=5)), 1):
        broken, barred = draw(st.sampled_from([(False, ""), (False, ""), (True, ""), (False, "不许")]))
        stored = "?" if broken else [group.to_json() for group in groups]
        made.append(read_rule(key=order, order=order, name=f"规则{order}", conditions=stored, barred=barred))
    return made


@given(versions(), st.lists(facts(), min_size=1, max_size=6))
def test_quick_search_finds_the_rule_of_the_engine(version: list[ReadyRule], many: list[Facts]) -> None:
    """Several opinions one after another, so that what was kept of one serves the next."""
    quick = Quick(version)
    for known in [*many, *many]:
        decision = decide(version, known)
        ended = decision.rule or next((one.rule for one in decision.trials[-1:] if one.rule.problem), None)
        assert quick.first(aspects(known), known.folded, partial(_itself, known)) == ended


def test_words_that_lie_in_one_another_are_all_found() -> None:
    words = Words([(1, Keywords(Mode.ALL, ("电", "充电", "LED"))), (2, Keywords(Mode.NONE, ("路灯",)))])
    assert words.bits("充电桩的led灯") == 3
    assert words.bits("充路灯电") == 0


def test_facts_are_not_made_where_no_rule_asks() -> None:
    def never() -> Facts:
        raise AssertionError

    assert Quick([ReadyRule(1, 1, "其余", (Group(Mode.ANY, (Keywords(Mode.ANY, ("灯",)),)),))]).first({}, "灯", never)


def test_score_of_a_tie_is_that_of_the_comparison() -> None:
    assert compare.SAME == replaying.SAME_FROM
