"""The sum for the phone and the question for people."""

import base64
import json
import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from opinions.intake.challenge import LIFE, is_answered, is_solved, new_challenge, new_question, read_number
from tests.factories.intake import proof, solved


def changed(payload: str, **values: Any) -> str:
    """The payload with other values in it."""
    fields = json.loads(base64.b64decode(payload)) | values
    return base64.b64encode(json.dumps(fields).encode()).decode()


def test_solved_challenge_is_accepted() -> None:
    key = uuid4()
    assert is_solved(proof(key), key)


def test_solution_of_another_form_is_refused() -> None:
    assert not is_solved(proof(uuid4()), uuid4())


def test_expired_challenge_is_refused() -> None:
    key = uuid4()
    old = new_challenge(key, now=timezone.now() - LIFE - timedelta(minutes=1), hardness=50)
    assert not is_solved(solved(old), key)


def test_challenge_made_by_a_clock_that_runs_ahead_is_accepted() -> None:
    key = uuid4()
    early = new_challenge(key, now=timezone.now() + timedelta(days=2), hardness=50)
    assert is_solved(solved(early), key)


@pytest.mark.parametrize(
    "values",
    [
        {"number": 51},
        {"number": "1"},
        {"number": True},
        {"number": None},
        {"salt": "abc"},
        {"salt": 5},
        {"signature": "0" * 64},
        {"algorithm": "SHA-1"},
        {"algorithm": ["SHA-256"]},
        {"challenge": None},
    ],
)
def test_forged_solution_is_refused(values: dict[str, Any]) -> None:
    key = uuid4()
    assert not is_solved(changed(proof(key), **values), key)


def test_expiry_cannot_be_added_to_a_salt() -> None:
    key = uuid4()
    old = new_challenge(key, now=timezone.now() - LIFE - timedelta(minutes=1), hardness=50)
    assert not is_solved(changed(solved(old), salt=f"{old['salt']}expires=99999999999&"), key)


@pytest.mark.parametrize(
    "payload", ["", "x", "[]", "e30=", "bnVsbA==", "=" * 3000, "\x00", "W10=", base64.b64encode(b"[" * 900).decode()]
)
def test_rubbish_is_refused(payload: str) -> None:
    assert not is_solved(payload, uuid4())


def test_question_is_answered_in_digits_or_words() -> None:
    key = uuid4()
    question = new_question(key, random.Random(1))
    first, second = (read_number(question.text[0]), read_number(question.text[2]))
    assert first is not None
    assert second is not None
    answer = first + second
    assert is_answered(question.token, str(answer), key)
    assert is_answered(question.token, f" {answer}。", key)
    assert not is_answered(question.token, str(answer + 1), key)
    assert not is_answered(question.token, str(answer), uuid4())
    assert not is_answered(f"{question.token}x", str(answer), key)


def test_token_does_not_tell_the_answer() -> None:
    key = uuid4()
    tokens = {new_question(key, random.Random(seed)).token.split(":")[0] for seed in range(40)}
    assert all(len(token) == 64 for token in tokens)


def test_old_question_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    key = uuid4()
    question = new_question(key, random.Random(1))
    answer = (read_number(question.text[0]) or 0) + (read_number(question.text[2]) or 0)
    monkeypatch.setattr("opinions.intake.challenge.QUESTION_LIFE", timedelta(seconds=-1))
    assert not is_answered(question.token, str(answer), key)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("１２", 12),
        ("十二", 12),
        (" 十八 ", 18),
        ("012", 12),
        ("", None),
        ("abc", None),
        ("1e1", None),
        ("99999", None),
        ("²", 2),
    ],
)
def test_read_number(text: str, number: int | None) -> None:
    assert read_number(text) == number


def test_read_number_takes_chinese_words_in_any_language() -> None:
    with translation.override("en"):
        assert read_number("十二") == 12
