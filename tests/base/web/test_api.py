"""What every interface for programs shares: refusals in words, and bad input that never fails."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import translation
from rest_framework import serializers
from rest_framework.decorators import authentication_classes, permission_classes
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, ParseError, Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.web.api import (
    RETRY_AFTER,
    SENTENCES,
    BadFields,
    MomentField,
    NoObject,
    PlainJSONParser,
    TextField,
    TooDeep,
    api_view,
    handle_error,
    read_fields,
)


class Busy(DomainError):
    message = "忙"
    status_code = 429
    retry_after = 7


class NoteIn(serializers.Serializer[Any]):
    text = TextField(max_length=5)
    at = MomentField(required=False)


@api_view(["POST", "GET"])
@authentication_classes([])
@permission_classes([])
def note(request: Request) -> Response:
    return Response(read_fields(NoteIn, request.data))


def answered(error: Exception) -> Response:
    answer = handle_error(error, {})
    assert answer is not None
    return answer


def sent(body: str, kind: str = "application/json", **headers: Any) -> Response:
    answer: Response = note(APIRequestFactory().post("/", body.encode(), content_type=kind, **headers))
    return answer


def test_refusal_carries_its_sentence_and_nothing_else() -> None:
    answer = answered(StaleState())
    assert (answer.status_code, answer.data) == (409, {"detail": str(StaleState.message)})
    assert "Retry-After" not in answer.headers


def test_refusal_of_a_field_stands_at_the_field() -> None:
    answer = answered(InvalidInput("太短", field="text"))
    assert (answer.status_code, answer.data) == (400, {"detail": "太短", "fields": {"text": ["太短"]}})


def test_refusals_of_several_fields_stand_at_each() -> None:
    fields = {"text": ["太短"], "at": ["太早"]}
    answer = answered(BadFields(fields))
    assert (answer.status_code, answer.data) == (400, {"detail": str(BadFields.message), "fields": fields})


def test_refusal_that_ends_says_when() -> None:
    answer = answered(Busy())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    error = StaleState()
    error.retry_after = 3
    assert answered(error).headers["Retry-After"] == "3"


def test_outage_says_when_to_come_again() -> None:
    answer = answered(OperationalError("secret words of a server"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(RETRY_AFTER))
    assert list(answer.data) == ["detail"]
    assert "secret" not in answer.data["detail"]


def test_mistake_of_ours_is_not_taken_for_a_refusal() -> None:
    assert handle_error(KeyError("x"), {}) is None


@pytest.mark.parametrize(
    ("error", "status"), [(ParseError("JSON parse error - x"), 400), (MethodNotAllowed("PUT"), 405),
                          (NotAuthenticated(), 401)],
)  # fmt: skip
def test_framework_refuses_in_our_words(error: Exception, status: int) -> None:
    answer = answered(error)
    assert (answer.status_code, answer.data) == (status, {"detail": str(SENTENCES[type(error)])})


def test_framework_keeps_what_has_no_sentence_of_ours() -> None:
    assert answered(ValidationError({"text": ["太短"]})).data == {"text": ["太短"]}
    assert answered(Throttled(wait=9)).headers["Retry-After"] == "9"


@pytest.mark.parametrize("make", [*SENTENCES.values(), BadFields.message, TooDeep.default_detail,
                                  NoObject.default_detail, StaleState.message])  # fmt: skip
def test_sentences_are_said_in_both_languages(make: Any) -> None:
    chinese = str(make)
    with translation.override("en"):
        english = str(make)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
    assert english.isascii()


def test_methods_are_told_in_their_order() -> None:
    answer = note(APIRequestFactory().put("/"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, GET, OPTIONS")


@pytest.mark.parametrize("body", ["[]", "null", "1e999", '"x"', "true"])
def test_body_that_is_no_object_is_refused(body: str) -> None:
    answer = sent(body)
    assert (answer.status_code, answer.data) == (400, {"detail": str(NoObject.default_detail)})


@pytest.mark.parametrize("body", ["{", "NaN", "\ufeff{}", "{'a': 1}", '{"a": ' + "9" * 5000 + "}"])
def test_body_that_is_no_json_is_refused(body: str) -> None:
    answer = sent(body)
    assert (answer.status_code, answer.data) == (400, {"detail": str(SENTENCES[ParseError])})


def test_body_nested_too_deep_is_refused() -> None:
    with pytest.raises(TooDeep):
        PlainJSONParser().parse(io.BytesIO(b'{"a":' * 100_000), "application/json", {})


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_empty_body_is_one_without_fields(kind: str) -> None:
    answer = sent("", kind)
    assert (answer.status_code, list(answer.data["fields"])) == (400, ["text"])


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "x\\udfff"])
def test_text_that_no_database_keeps_is_refused(text: str) -> None:
    answer = sent(f'{{"text": "{text}"}}')
    assert (answer.status_code, list(answer.data["fields"])) == (400, ["text"])


def test_all_bad_fields_are_told_at_once() -> None:
    answer = sent('{"text": "' + "长" * 6 + '", "at": "soon"}')
    assert sorted(answer.data["fields"]) == ["at", "text"]


def test_good_fields_are_read() -> None:
    answer = sent('{"text": "𠮷🙂", "at": "2026-11-22T08:00:00+08:00", "more": 1}')
    assert answer.data == {"text": "𠮷🙂", "at": datetime(2026, 11, 22, tzinfo=UTC)}


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"],
)
@pytest.mark.parametrize(("language", "sentence"), [("zh-hans", "时间数值超出有效范围。"), ("en", "out of range")])
def test_moment_at_the_end_of_the_calendar_is_refused(value: str, language: str, sentence: str) -> None:
    with translation.override(language), pytest.raises(serializers.ValidationError, match=sentence):
        MomentField().run_validation(value)


@pytest.mark.parametrize("value", ["x", 5, True, [], {}, "2026-13-01T00:00", "2026-01-01T00:00:00+99:99"])
def test_what_is_no_moment_is_refused(value: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        MomentField().run_validation(value)


def test_moment_without_a_zone_is_of_beijing() -> None:
    read: Callable[[str], datetime] = MomentField().run_validation
    assert read("2026-11-22T08:00:00") == read("2026-11-22T00:00:00Z") == datetime(2026, 11, 22, tzinfo=UTC)
