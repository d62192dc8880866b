"""Figures of proposals: against scikit-learn's, and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from opinions.suggestion.measures import (
    Judged,
    accuracy,
    accuracy_at,
    by_class,
    curve,
    macro_f1,
    proposed_threshold,
)

LABELS = st.sampled_from(["路灯", "公交", "学校", "看病"])
JUDGED = st.lists(st.builds(Judged, LABELS, LABELS, st.floats(0, 1)), min_size=1, max_size=60)


@given(JUDGED)
def test_macro_f1_is_that_of_scikit_learn(judged: list[Judged]) -> None:
    truth, proposed = [one.truth for one in judged], [one.proposed for one in judged]
    assert macro_f1(judged) == pytest.approx(f1_score(truth, proposed, average="macro", zero_division=0))


@given(JUDGED)
def test_coverage_falls_as_the_threshold_rises(judged: list[Judged]) -> None:
    points = curve(judged)
    covered = [point.coverage for point in points]
    assert covered == sorted(covered, reverse=True)
    assert points[0].coverage == 1
    assert points[0].accuracy == pytest.approx(accuracy(judged))


@given(JUDGED)
def test_rows_by_class_add_up(judged: list[Judged]) -> None:
    assert sum(one.rows for one in by_class(judged)) == len(judged)


@given(JUDGED)
def test_full_coverage_is_plain_accuracy(judged: list[Judged]) -> None:
    assert accuracy_at(judged, 1.0) == pytest.approx(accuracy(judged))


def test_accuracy_at_80_percent_leaves_out_the_least_sure() -> None:
    sure = [Judged("a", "a", 0.9)] * 8
    unsure = [Judged("a", "b", 0.1)] * 2
    assert accuracy_at([*unsure, *sure]) == 1
    assert accuracy([*unsure, *sure]) == 0.8


def test_figures_of_nothing_are_zero() -> None:
    assert (macro_f1([]), accuracy([]), accuracy_at([])) == (0, 0, 0)
    assert curve([])[0].accuracy is None


def test_proposed_threshold_is_the_lowest_that_is_right_often_enough() -> None:
    judged = [Judged("a", "b", 0.55)] * 5 + [Judged("a", "a", 0.78)] * 95
    assert proposed_threshold(curve(judged)) == 0.6


def test_proposed_threshold_without_hope_is_the_highest() -> None:
    assert proposed_threshold(curve([Judged("a", "b", 1.0)])) == 0.99
