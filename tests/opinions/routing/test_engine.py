"""First match wins, in order; a broken rule ends the search and says so."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.routing.conditions import (
    CategoryIn,
    ChannelIn,
    Facts,
    Group,
    Keywords,
    Mode,
    SimilarAsk,
    SimilarCount,
    Within,
    cheap_first,
    read_groups,
)
from opinions.routing.engine import ReadyRule, decide, read_rule
from tests.opinions.routing.strategies import facts, holds, rules

LAMP = Group(Mode.ALL, (Keywords(Mode.ANY, ("路灯",)),))


def _rules() -> st.SearchStrategy[list[ReadyRule]]:
    return st.lists(rules(), max_size=6).map(
        lambda many: [ReadyRule(key=n, order=n + 1, name=f"规则{n}", groups=tuple(one)) for n, one in enumerate(many)]
    )


@given(_rules(), facts())
def test_first_rule_that_holds_fires(many: list[ReadyRule], known: Facts) -> None:
    holding = [rule for rule in many if holds(rule.groups, known)]
    decision = decide(many, known)
    assert decision.rule == (holding[0] if holding else None)
    assert bool(decision.problem) is not bool(holding)


@given(_rules(), facts())
def test_same_rules_and_facts_give_the_same_decision(many: list[ReadyRule], known: Facts) -> None:
    assert decide(many, known) == decide(list(many), known)


@given(rules(), facts())
def test_what_is_costly_last_changes_no_outcome(rule: list[Group], known: Facts) -> None:
    assert holds(cheap_first(rule), known) == holds(rule, known)


@given(rules())
def test_rule_survives_json(rule: list[Group]) -> None:
    stored = json.loads(json.dumps([group.to_json() for group in rule]))
    assert list(read_groups(stored)) == rule


@given(_rules(), facts())
def test_rules_after_the_first_match_are_not_tried(many: list[ReadyRule], known: Facts) -> None:
    trials = decide(many, known).trials
    assert [trial.rule for trial in trials] == many[: len(trials)]
    assert [trial.matched for trial in trials[:-1]] == [False] * max(0, len(trials) - 1)


@given(_rules(), facts())
def test_every_refusal_shows_the_group_that_failed(many: list[ReadyRule], known: Facts) -> None:
    for trial in decide(many, known).trials:
        answers = [group.held for group in trial.groups]
        assert answers == ([True] * len(trial.rule.groups) if trial.matched else [True] * (len(answers) - 1) + [False])


@given(_rules(), facts())
def test_last_condition_asked_of_a_group_decided_it(many: list[ReadyRule], known: Facts) -> None:
    for group in (group for trial in decide(many, known).trials for group in trial.groups):
        last = group.asked[-1].held
        assert group.held == (last if group.mode != Mode.NONE else not last)


def test_order_decides_between_two_that_hold() -> None:
    lamp, everything = ReadyRule(1, 1, "路灯", (LAMP,)), ReadyRule(2, 2, "其余")
    known = Facts(text="路灯坏了")
    assert decide([lamp, everything], known).rule == lamp
    assert decide([everything, lamp], known).rule == everything


def test_similar_are_counted_only_when_everything_else_holds() -> None:
    asked: list[SimilarAsk] = []

    def count(ask: SimilarAsk) -> int:
        asked.append(ask)
        return 9

    known = Facts(text="电梯坏了", similar=count)
    rule = read_rule(
        key=1, order=1, name="成片的路灯",
        conditions=[Group(Mode.ALL, (SimilarCount(3, 7, Within.STREET), *LAMP.conditions)).to_json()],
    )  # fmt: skip
    assert decide([rule], known).rule is None
    assert asked == []
    assert decide([rule], Facts(text="路灯", similar=known.similar)).rule == rule
    assert asked == [SimilarAsk(7, "street")]


def test_street_rule_that_is_barred_is_passed_over_and_says_so() -> None:
    barred = ReadyRule(1, 1, "街道的", barred="区里没有放给街道。")
    everything = ReadyRule(2, 2, "其余")
    decision = decide([barred, everything], Facts())
    assert decision.rule == everything
    assert [trial.rule.barred for trial in decision.trials] == ["区里没有放给街道。", ""]


def test_no_rule_gives_a_problem() -> None:
    assert decide([], Facts()).problem
    assert decide([ReadyRule(1, 1, "路灯", (LAMP,))], Facts()).problem


@pytest.mark.parametrize(
    "stored",
    [
        {"kind": "keywords"},
        [{"kind": "keywords", "mode": "any", "values": ["灯"]}],
        [{"mode": "all", "conditions": []}],
        [{"mode": "some", "conditions": [{"kind": "deputy_active", "value": True}]}],
        [{"mode": "all", "conditions": [{"kind": "weather_is"}]}],
        [{"mode": "all", "conditions": [{"kind": "deputy_active", "value": True}] * 21}],
        [{"mode": "all", "conditions": [{"kind": "deputy_active", "value": True}]}] * 7,
        None,
        "all",
    ],
)
def test_broken_rule_ends_the_search_and_is_named(stored: object) -> None:
    broken = read_rule(key=1, order=1, name="坏规则", conditions=stored)
    decision = decide([broken, ReadyRule(2, 2, "其余")], Facts())
    assert decision.rule is None
    assert "坏规则" in decision.problem


def test_broken_rule_behind_a_match_does_no_harm() -> None:
    broken = read_rule(key=2, order=2, name="坏规则", conditions={"kind": "keywords"})
    assert broken.problem
    assert decide([ReadyRule(1, 1, "其余"), broken], Facts()).problem == ""


def test_a_hundred_rules_are_tried_in_five_milliseconds() -> None:
    """The worst case: all tried, each with fifty words, over a long text."""
    words = [tuple(f"词{rule}号{word}" for word in range(50)) for rule in range(100)]
    many = [
        ReadyRule(n, n, f"规则{n}", (Group(Mode.ALL, (Keywords(Mode.ANY, words[n]),)), Group(
            Mode.ANY, (CategoryIn(("urban",)), ChannelIn(("qr",)))
        )))
        for n in range(100)
    ]  # fmt: skip
    text = "小区门口的路灯坏了很久没有人来修，晚上老人孩子走路都不安全，希望尽快处理。" * 10
    spent = []
    for _n in range(20):
        known = Facts(text=text, categories=("traffic",), channel="web")
        began = time.perf_counter()
        decide(many, known)
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.005
