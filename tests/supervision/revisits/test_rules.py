"""What contradicts what, and which ratings stand out: pure rules."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.evaluation.models import Solved
from opinions.matters.models import ReplyClass, Satisfaction
from supervision.revisits.models import FlagKind
from supervision.revisits.rules import (
    BURST,
    MINUTE,
    RESIDENTS,
    TOO_SOON,
    Anomaly,
    AnomalyKind,
    Word,
    anomalies,
    bare,
    contradictions,
)

START = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
SILENCE = st.just("")


@pytest.mark.parametrize(
    ("heard", "before", "flags"),
    [
        ({"satisfied": "unsatisfied", "solved": ""}, {"rated": "satisfied"}, [FlagKind.SATISFACTION]),
        ({"satisfied": "unsatisfied", "solved": ""}, {"rated": "mostly"}, [FlagKind.SATISFACTION]),
        ({"satisfied": "unsatisfied", "solved": ""}, {"rated": "unsatisfied"}, []),
        ({"satisfied": "satisfied", "solved": ""}, {"rated": "unsatisfied"}, []),
        ({"satisfied": "", "solved": "no"}, {"rated_solved": "yes"}, [FlagKind.SOLVED]),
        ({"satisfied": "", "solved": "partly"}, {"rated_solved": "yes"}, []),
        ({"satisfied": "", "solved": "no"}, {"reply_class": "A"}, [FlagKind.CLASS]),
        ({"satisfied": "", "solved": "no"}, {"reply_class": "B"}, []),
        ({"satisfied": "unsatisfied", "solved": "no"}, {}, []),
    ],
)
def test_only_a_worse_word_flags(heard: dict[str, str], before: dict[str, str], flags: list[FlagKind]) -> None:
    assert contradictions(**heard, **before) == flags


@given(
    rated=SILENCE | st.sampled_from(Satisfaction.values), solved=SILENCE | st.sampled_from(Solved.values),
    reply=SILENCE | st.sampled_from(ReplyClass.values),
)  # fmt: skip
def test_silence_contradicts_nothing(rated: str, solved: str, reply: str) -> None:
    assert contradictions(satisfied="", solved="", rated=rated, rated_solved=solved, reply_class=reply) == []


def word(number: int, seconds: float = 0, **fields: object) -> Word:
    at = START + timedelta(seconds=seconds)
    return Word(id=number, at=at, **{"resident": number, "writer": "o1", **fields})  # type: ignore[arg-type]


def of(kind: AnomalyKind, words: list[Word]) -> list[Anomaly]:
    return [one for one in anomalies(words) if one.kind == kind]


@given(seconds=st.lists(st.integers(0, 600), max_size=12))
def test_bursts_are_those_within_a_minute(seconds: list[int]) -> None:
    words = [word(number, second) for number, second in enumerate(seconds)]
    found = of(AnomalyKind.BURST, words)
    for one in found:
        times = [held.at for held in one.words]
        assert len(times) >= BURST
        assert max(times) - min(times) <= MINUTE
    told = [held.id for one in found for held in one.words]
    assert len(told) == len(set(told))
    ordered = sorted(seconds)
    dense = any(later - first <= 60 for first, later in zip(ordered, ordered[BURST - 1 :], strict=False))
    assert bool(found) == dense


def test_burst_is_of_one_writer() -> None:
    assert of(AnomalyKind.BURST, [word(n, n, writer=f"o{n}") for n in range(9)]) == []
    assert of(AnomalyKind.BURST, [word(n, n, writer="") for n in range(9)]) == []


@given(residents=st.lists(st.integers(0, 5), max_size=8))
def test_one_address_counts_residents_and_not_ratings(residents: list[int]) -> None:
    words = [word(n, n * 999, client_hash="h", resident=who) for n, who in enumerate(residents)]
    assert bool(of(AnomalyKind.DEVICE, words)) == (len(set(residents)) >= RESIDENTS)
    assert of(AnomalyKind.DEVICE, [word(n, n * 999, client_hash="") for n in range(9)]) == []


def test_own_address_is_that_of_the_writer() -> None:
    own, other = word(1, client_hash="h", own_hashes={"h"}), word(2, 999, client_hash="h", own_hashes={"x"})
    (found,) = of(AnomalyKind.OWN, [own, other])
    assert found.words == [own]


@given(gap=st.integers(-60, 120))
def test_too_soon_ends_at_its_limit(gap: int) -> None:
    held = word(1, gap, replied_at=START)
    assert bool(of(AnomalyKind.SOON, [held])) == (0 <= gap <= TOO_SOON.total_seconds())


@pytest.mark.parametrize(("comment", "stands_out"), [("办得很好，谢谢你们！", True), ("谢谢", False), ("", False)])
def test_same_words_of_several_residents(comment: str, *, stands_out: bool) -> None:
    words = [word(n, n * 999, comment=comment + "。" * n) for n in range(RESIDENTS)]
    assert bool(of(AnomalyKind.WORDS, words)) == stands_out


@given(text=st.text(max_size=30))
def test_bare_words_have_no_punctuation(text: str) -> None:
    assert bare(bare(text)) == bare(text)


def test_key_changes_when_more_ratings_join() -> None:
    words = [word(n, n * 999, client_hash="h") for n in range(RESIDENTS)]
    (first,) = of(AnomalyKind.DEVICE, words)
    (without_oldest,) = of(AnomalyKind.DEVICE, [*words[1:], word(0, 1, client_hash="h")])
    (more,) = of(AnomalyKind.DEVICE, [*words, word(9, 9999, client_hash="h")])
    assert first.key == without_oldest.key != more.key
