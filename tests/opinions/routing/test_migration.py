"""Stored rules of the first version read the same in their new shape."""

from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.routing.conditions import Condition, Facts, read_groups
from tests.opinions.routing.strategies import conditions, facts, holds

MIGRATION: Any = import_module("opinions.migrations.0005_rules_in_groups")


@given(st.lists(conditions(), max_size=4), facts())
def test_one_list_holds_as_it_did(old: list[Condition], known: Facts) -> None:
    made = read_groups(MIGRATION.in_groups([one.to_json() for one in old]))
    assert holds(made, known) == all(one.evaluate(known).held for one in old)


@given(st.lists(conditions(), max_size=4))
def test_way_back_gives_the_old_list(old: list[Condition]) -> None:
    stored = [one.to_json() for one in old]
    assert MIGRATION.one_list(MIGRATION.in_groups(stored)) == stored


@pytest.mark.parametrize("stored", [None, "text", {"kind": "keywords"}, [{"mode": "any", "conditions": [1]}]])
def test_what_cannot_be_read_stays_as_it_is(stored: object) -> None:
    assert MIGRATION.in_groups(stored) == stored


def test_broken_list_goes_on_reporting_itself() -> None:
    assert MIGRATION.in_groups([{"kind": "weather_is"}]) == [{"mode": "all", "conditions": [{"kind": "weather_is"}]}]
