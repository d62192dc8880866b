"""Is there a person behind the form? A sum for the phone that nobody notices, or a question in plain words.

The sum follows the ALTCHA protocol, version 1: find the number whose hash with the salt is the challenge.
Challenge and question are bound to the form's submission key. As a key makes one opinion only, a solution sent
again makes no second one: a used challenge needs no table of its own.
"""

import base64
import binascii
import json
import random
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from liaison.base.later import later

altcha = later("altcha")

HARDNESS = 60_000
"""Largest number that may have to be tried: about a fifth of a second on a cheap phone, before anything is typed."""
LIFE = timedelta(hours=24)
"""How long a page may lie open before its challenge is void; then the question is asked."""
QUESTION_LIFE = timedelta(hours=2)
_SALT = "opinions.intake.challenge"
_LONGEST_PAYLOAD = 1500
_system_random = random.SystemRandom()


def _hmac_key() -> str:
    return salted_hmac(_SALT, "altcha", algorithm="sha256").hexdigest()


def new_challenge(key: UUID, *, now: datetime, hardness: int = HARDNESS) -> dict[str, Any]:
    """A challenge for the form with this submission key, as the solver in the browser reads it."""
    made = altcha.create_challenge_v1(
        algorithm="SHA-256", max_number=hardness, salt_length=12, hmac_key=_hmac_key(), salt="", number=None,
        expires=now + LIFE, params={"key": key.hex},
    )  # fmt: skip
    fields: dict[str, Any] = made.to_dict()
    return fields


def is_solved(payload: str, key: UUID) -> bool:
    """Whether `payload` (base64 of JSON, from the browser) solves a live challenge of ours made for this very key."""
    fields = _decoded(payload)
    if fields is None or fields["algorithm"] != "SHA-256":
        return False
    valid, _error = altcha.verify_solution_v1(fields, _hmac_key(), check_expires=True)
    bound_to = parse_qs(urlsplit(fields["salt"]).query).get("key", [""])[0]
    return bool(valid) and constant_time_compare(bound_to, key.hex)


def _decoded(payload: str) -> Any:
    """The fields of a payload, or None unless each has its type."""
    if not payload or len(payload) > _LONGEST_PAYLOAD:
        return None
    try:
        fields = json.loads(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    texts = ("algorithm", "challenge", "salt", "signature")
    if not isinstance(fields, dict) or not all(isinstance(fields.get(name), str) for name in texts):
        return None
    return fields if type(fields.get("number")) is int else None


@dataclass(frozen=True)
class Question:
    """A little sum in words, and the signed token that knows its answer without telling it."""

    text: str
    token: str


def new_question(key: UUID, rng: random.Random = _system_random) -> Question:
    """A question for the form with this submission key."""
    first, second = rng.randint(2, 9), rng.randint(1, 9)
    words = number_words()
    text = _("%(first)s加%(second)s等于多少？") % {"first": words[first], "second": words[second]}
    return Question(text, signing.TimestampSigner(salt=_SALT).sign(_mark(key, first + second)))


def is_answered(token: str, answer: str, key: UUID) -> bool:
    """Whether `answer` (digits of any width, or words) is right for the question behind `token`, within its life."""
    number = read_number(answer)
    if number is None or len(token) > _LONGEST_PAYLOAD:
        return False
    try:
        mark = signing.TimestampSigner(salt=_SALT).unsign(token, max_age=QUESTION_LIFE)
    except signing.BadSignature:
        return False
    return constant_time_compare(mark, _mark(key, number))


def _mark(key: UUID, number: int) -> str:
    return salted_hmac(_SALT, f"{key.hex}:{number}", algorithm="sha256").hexdigest()


_NUMBERS = "零 一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八"


def number_words() -> list[str]:
    """The numbers from 0 to 18 in the reader's language."""
    return pgettext("numbers", "零 一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八").split()


def read_number(text: str) -> int | None:
    """The number meant by an answer such as 12, １２, 十二 or twelve; None for anything else."""
    plain = unicodedata.normalize("NFKC", text[:40]).strip().strip("。.").lower()
    if plain.isascii() and plain.isdigit():
        return int(plain) if len(plain) < 4 else None
    for words in (_NUMBERS.split(), [word.lower() for word in number_words()]):
        if plain in words:
            return words.index(plain)
    return None
