"""Hints about what belongs elsewhere."""

import pytest

from opinions.intake.hints import HINTS, Elsewhere, hints_for, named


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("楼下着火了快来", [Elsewhere.EMERGENCY]),
        ("法院判决后一直不执行", [Elsewhere.LAWSUIT]),
        ("这个项目围标串标", [Elsewhere.BIDDING]),
        ("我要举报社区干部贪污", [Elsewhere.PETITION]),
        ("煤气泄漏，我已经起诉物业", [Elsewhere.EMERGENCY, Elsewhere.LAWSUIT]),
        ("路灯坏了两周", []),
        ("", []),
    ],
)
def test_hints_follow_the_words(text: str, kinds: list[Elsewhere]) -> None:
    assert [hint.kind for hint in hints_for(text)] == kinds


def test_only_lawsuits_and_bidding_ask_for_a_word() -> None:
    assert {hint.kind for hint in HINTS if hint.confirm} == {Elsewhere.LAWSUIT, Elsewhere.BIDDING}


def test_every_kind_has_a_hint_that_names_a_place_to_go() -> None:
    assert {hint.kind for hint in HINTS} == set(Elsewhere)
    assert all(len(str(hint.text)) > 20 for hint in HINTS)


def test_named_hints_are_found_by_what_was_kept() -> None:
    assert [hint.kind for hint in named(["lawsuit", "gone"])] == [Elsewhere.LAWSUIT]
