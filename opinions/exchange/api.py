"""The interface for partners' programs: signed JSON; the body is read as bytes, since the signature is over them."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from liaison.base.codes import normalise
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.web.api import REFUSAL, MomentField, TextField, api_view, read_fields
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import public
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.exchange.models import Partner
from opinions.exchange.queries import Comparison, compare
from opinions.exchange.services.doors import open_door
from opinions.exchange.services.receiving import Answer, receive_order, receive_status
from opinions.exchange.services.statements import keep_statement
from opinions.exchange.signing import KEY, NONCE, SIGNATURE, TIMESTAMP
from opinions.exchange.states import NEWS

HEADERS = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=name != KEY, description=told)
    for name, told in (
        (TIMESTAMP, "seconds since 1970, within five minutes of our clock"),
        (NONCE, "16 to 64 letters, digits, - and _; never used before"),
        (SIGNATURE, "hexadecimal HMAC-SHA256 of timestamp, line feed, nonce, line feed, body"),
        (KEY, "the same for every repetition of one message"),
    )
] + [OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, response=[429], description="seconds to wait")]
FIELDS = {"number": "source_number", "raised_at": "raised_on"}
"""Names of the interface where they differ from those of intake."""
OWN = {ours: theirs for theirs, ours in FIELDS.items()}


class Unreadable(InvalidInput):
    message = gettext_lazy("请求的内容读不懂：要 UTF-8 编码的 JSON 对象。")


class TooBig(InvalidInput):
    message = gettext_lazy("请求的内容太长。")
    status_code = 413


class OrderIn(serializers.Serializer[Any]):
    """A work order. `number` is the partner's own, and names the order for good."""

    number = TextField(max_length=80)
    content = TextField(max_length=10_000)
    title = TextField(required=False, allow_blank=True, max_length=80)
    raised_at = MomentField(required=False, allow_null=True, help_text="without a zone: Beijing time")
    place = TextField(required=False, allow_blank=True, max_length=160)
    division = TextField(required=False, allow_blank=True, max_length=80, help_text="street or community, name or code")
    category = TextField(required=False, allow_blank=True, max_length=40, help_text="name or code")
    name = TextField(required=False, allow_blank=True, max_length=40)
    phone = TextField(required=False, allow_blank=True, max_length=40)


class AnswerOut(serializers.Serializer[Any]):
    """What became of a message; the same for the same message."""

    code = serializers.CharField(help_text="our tracking code")
    number = serializers.CharField(allow_blank=True)
    state = serializers.CharField(help_text="taken; updated: kept for staff to look at; else the state reported")


class StatusIn(serializers.Serializer[Any]):
    """How far an order is that we gave. `code` is ours, `number` the partner's; one of them is enough."""

    code = TextField(required=False, allow_blank=True, max_length=20)
    number = TextField(required=False, allow_blank=True, max_length=80)
    state = serializers.ChoiceField(choices=[(one.value, one.value) for one in NEWS])
    text = TextField(required=False, allow_blank=True, max_length=300)
    at = MomentField(help_text="when it came to this; without a zone: Beijing time")


class StatedOrder(serializers.Serializer[Any]):
    number = TextField(max_length=80)
    status = TextField(max_length=20, help_text="received, handling, replied, closed, declined or withdrawn")


class StatementIn(serializers.Serializer[Any]):
    """All orders that the partner has, or those since a day."""

    orders = StatedOrder(many=True, allow_empty=False)
    since = serializers.DateField(required=False, allow_null=True)


class ComparisonOut(serializers.Serializer[Any]):
    """What differs; lists are cut to 200."""

    counts = serializers.DictField(child=serializers.IntegerField())
    missing_here = serializers.ListField(child=serializers.CharField())
    missing_there = serializers.ListField(child=serializers.CharField())
    different = serializers.ListField(child=serializers.DictField())


REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), REFUSAL)


def _opened(request: Request, code: str) -> tuple[Partner, dict[str, Any]]:
    """The partner who sent the request, and the object in its body."""
    raw = request._request
    try:
        body = raw.body
    except RequestDataTooBig as error:
        raise TooBig from error
    partner = open_door(code, headers=raw.headers, body=body, client=client_hash(raw), now=timezone.now())
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(said, dict):
        raise Unreadable
    return partner, said


def _answered(answer: Answer) -> Response:
    return Response({"code": answer.code, "number": answer.number, "state": answer.state})


@public
@extend_schema(summary="Give a work order", parameters=HEADERS, request=OrderIn, responses={200: AnswerOut, **REFUSALS})
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def orders(request: Request, partner: str) -> Response:
    """A new number becomes an opinion; a known one gets the same answer; changed content is kept for staff."""
    sender, said = _opened(request, partner)
    values = read_fields(OrderIn, said)
    cells = {FIELDS.get(name, name): _text(value) for name, value in values.items()}
    try:
        return _answered(receive_order(partner=sender, cells=cells, now=timezone.now()))
    except DomainError as error:
        error.field = OWN.get(error.field, error.field)
        raise


def _text(value: Any) -> str:
    """A value as a cell of a table: moments in Beijing time."""
    if value is None or isinstance(value, str):
        return value or ""
    return value.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(" ", "seconds")


@public
@extend_schema(
    summary="Report on an order", parameters=HEADERS, request=StatusIn, responses={200: AnswerOut, **REFUSALS}
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def status(request: Request, partner: str) -> Response:
    """How far an order is that we gave; the same report again changes nothing."""
    sender, said = _opened(request, partner)
    values = read_fields(StatusIn, said)
    answer = receive_status(
        partner=sender, code=normalise(values.get("code", "")), number=values.get("number", ""), at=values["at"],
        state=values["state"], text=values.get("text", ""), now=timezone.now(),
    )  # fmt: skip
    return _answered(answer)


@public
@extend_schema(
    summary="Compare all orders", parameters=HEADERS, request=StatementIn, responses={200: ComparisonOut, **REFUSALS}
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def statement(request: Request, partner: str) -> Response:
    """What the partner has; the answer says what differs."""
    sender, said = _opened(request, partner)
    values = read_fields(StatementIn, said)
    rows = {row["number"]: row["status"] for row in values["orders"]}
    if len(rows) < len(values["orders"]):
        raise InvalidInput(_("同一编号出现了不止一次。"), field="orders")
    now = timezone.now()
    keep_statement(partner=sender, rows=rows, source="HTTP", by=None, now=now, since=values.get("since"))
    found = compare(sender)
    assert found is not None  # noqa: S101 - it has just been kept
    return Response(_compared(found))


def _compared(found: Comparison) -> dict[str, Any]:
    shown = found.shown
    return {
        "counts": found.counts,
        "missing_here": [number for number, _status in shown["only_there"]],
        "missing_there": [order.number for order in shown["only_here"]],
        "different": [
            {"number": order.number, "here": str(here), "there": str(there)}
            for order, here, there in shown["different"]
        ],
    }
