"""Adding up: the rows of every table are as many as the opinions."""

from hypothesis import given
from hypothesis import strategies as st

from opinions.catalog.models import Tier
from opinions.rehearsal.tally import Tally, Where, is_difference, merged
from opinions.routing.services.replaying import UNRECORDED, Fate, Outcome

FOUND = st.builds(
    Outcome, st.sampled_from(Tier.values), st.sampled_from([1, 2, 3]), st.none(), st.sampled_from([7, 8]),
    st.just(Fate.FOUND), st.booleans(), st.sampled_from(["", '{"fast_lane": true}']),
)  # fmt: skip
TO_DEPUTY = st.builds(lambda key: Outcome(1, None, key, 9, Fate.FOUND, False), st.sampled_from([4, 5]))
LOST = st.builds(lambda fate: Outcome(fate=fate), st.sampled_from([Fate.NO_MATCH, Fate.BROKEN, Fate.NO_BODY]))
OUTCOMES = st.one_of(FOUND, TO_DEPUTY, LOST)
PLACES = st.builds(
    Where, st.sampled_from([0, 1, 2]), st.sampled_from([10, 11]), st.sampled_from(["2026-01", "2026-02"])
)
ROWS = st.lists(st.tuples(st.one_of(OUTCOMES, st.just(UNRECORDED)), OUTCOMES, PLACES), max_size=30)


@given(ROWS)
def test_rows_of_every_table_are_as_many_as_the_opinions(rows: list[tuple[Outcome, Outcome, Where]]) -> None:
    tally = Tally()
    differ = sum(tally.add(*row) for row in rows)
    told = tally.to_json()
    assert told["total"] == len(rows)
    assert told["changed"] == differ == sum(is_difference(old, new) for old, new, _where in rows)
    for name in ("tiers", "bodies", "person"):
        assert [sum(row[side] for row in told[name]) for side in (1, 2)] == [len(rows)] * 2
    for name in ("categories", "streets"):
        assert sum(row[1] for row in told[name]) == len(rows)
        assert sum(row[2] for row in told[name]) == differ
    load = [count for months in told["load"].values() for count in months.values()]
    assert [sum(pair[side] for pair in load) for side in (0, 1)] == [len(rows)] * 2
    assert sum(count for _old, _new, count in told["moves"]) == differ


@given(st.lists(st.tuples(OUTCOMES, PLACES), max_size=30))
def test_a_version_against_itself_differs_nowhere(rows: list[tuple[Outcome, Where]]) -> None:
    tally = Tally()
    assert not any(tally.add(one, one, where) for one, where in rows)
    told = tally.to_json()
    assert (told["changed"], told["moves"]) == (0, [])
    assert all(row[1] == row[2] for name in ("tiers", "bodies", "person", "rules") for row in told[name])


def test_another_rule_with_the_same_result_is_no_difference() -> None:
    one = Outcome(2, 1, None, 7, Fate.FOUND, False)
    assert not is_difference(one, one._replace(rule=8))
    assert is_difference(one, one._replace(confirm=True))
    assert is_difference(one, one._replace(terms='{"fast_lane": true}'))


def test_what_was_never_recorded_is_counted_but_is_no_difference() -> None:
    tally = Tally()
    assert not tally.add(UNRECORDED, Outcome(2, 1), Where(0, 10, "2026-01"))
    assert (tally.unrecorded, tally.to_json()["bodies"]) == (1, [["b1", 0, 1], ["unrecorded", 1, 0]])


def test_copies_of_a_rule_in_both_versions_are_one_row() -> None:
    rows = merged([[1, 5, 0], [11, 0, 3], [12, 0, 2]], {1: "a", 11: "a", 12: "b"})
    assert rows == [[11, 5, 3], [12, 0, 2]]
