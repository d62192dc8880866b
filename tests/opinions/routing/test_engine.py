"""First match wins, in order; a broken rule ends the search and says so."""

from hypothesis import given
from hypothesis import strategies as st

from opinions.routing.conditions import Condition, Facts, Keywords, Mode
from opinions.routing.engine import ReadyRule, decide, read_rule
from tests.opinions.routing.strategies import conditions, facts


def _rules() -> st.SearchStrategy[list[ReadyRule]]:
    lists = st.lists(st.lists(conditions(), max_size=3).map(tuple), max_size=6)
    return lists.map(
        lambda many: [ReadyRule(key=n, order=n + 1, name=f"规则{n}", conditions=one) for n, one in enumerate(many)]
    )


def _holds(conditions: tuple[Condition, ...], known: Facts) -> bool:
    return all(condition.evaluate(known).held for condition in conditions)


@given(_rules(), facts())
def test_first_rule_that_holds_fires(rules: list[ReadyRule], known: Facts) -> None:
    holding = [rule for rule in rules if _holds(rule.conditions, known)]
    decision = decide(rules, known)
    assert decision.rule == (holding[0] if holding else None)
    assert bool(decision.problem) is not bool(holding)


@given(_rules(), facts())
def test_rules_after_the_first_match_are_not_tried(rules: list[ReadyRule], known: Facts) -> None:
    trials = decide(rules, known).trials
    assert [trial.rule for trial in trials] == rules[: len(trials)]
    assert [trial.matched for trial in trials[:-1]] == [False] * max(0, len(trials) - 1)


@given(_rules(), facts())
def test_every_refusal_shows_the_condition_that_failed(rules: list[ReadyRule], known: Facts) -> None:
    for trial in decide(rules, known).trials:
        answers = [answer.held for answer in trial.asked]
        assert answers == (
            [True] * len(trial.rule.conditions) if trial.matched else [True] * (len(answers) - 1) + [False]
        )


def test_order_decides_between_two_that_hold() -> None:
    lamp = ReadyRule(1, 1, "路灯", (Keywords(Mode.ANY, ("路灯",)),))
    everything = ReadyRule(2, 2, "其余")
    known = Facts(text="路灯坏了")
    assert decide([lamp, everything], known).rule == lamp
    assert decide([everything, lamp], known).rule == everything


def test_no_rule_gives_a_problem() -> None:
    assert decide([], Facts()).problem
    assert decide([ReadyRule(1, 1, "路灯", (Keywords(Mode.ANY, ("路灯",)),))], Facts()).problem


def test_broken_rule_ends_the_search_and_is_named() -> None:
    broken = read_rule(key=1, order=1, name="坏规则", conditions=[{"kind": "weather_is"}])
    decision = decide([broken, ReadyRule(2, 2, "其余")], Facts())
    assert decision.rule is None
    assert "坏规则" in decision.problem
    assert "weather_is" in decision.problem


def test_broken_rule_behind_a_match_does_no_harm() -> None:
    broken = read_rule(key=2, order=2, name="坏规则", conditions={"kind": "keywords"})
    assert broken.problem
    assert decide([ReadyRule(1, 1, "其余"), broken], Facts()).problem == ""
