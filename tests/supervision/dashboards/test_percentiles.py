"""The middle and the ninth tenth of counted numbers, against the plain definition over all of them."""

from collections import Counter
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from supervision.dashboards.percentiles import Spread, spread


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_spread_is_that_of_all_numbers_in_order(numbers: list[int]) -> None:
    found, ordered = spread(Counter(numbers)), sorted(numbers)
    assert found.count == len(numbers)
    assert found.median == median(numbers)
    assert found.p90 == next(one for place, one in enumerate(ordered, 1) if place * 10 >= len(numbers) * 9)


def test_nothing_has_no_middle() -> None:
    assert spread({}) == Spread(0, None, None)
    assert spread({3: 0}) == Spread(0, None, None)
