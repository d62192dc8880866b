"""The interface for programs, over the same reception and services as the pages."""

from functools import partial
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.decorators import authentication_classes, parser_classes, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.codes import BadCode, parse_code
from liaison.base.stamps import reading
from liaison.base.web.api import REFUSAL, PlainJSONParser, TextField, api_view, read_fields
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import public
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import SourceChannel, Wish
from opinions.intake.assisting import deputies_for, setting_for, take_in
from opinions.intake.challenge import new_challenge
from opinions.intake.forms import ASSISTED, CONTENT_MAX, AssistedForm
from opinions.intake.queries import deputy_entrance, point_entrance
from opinions.intake.reception import Outcome, Sent, receive
from opinions.intake.services.submission import Receipt
from opinions.intake.tracking import find_matter, private_url, public_summary, track


class OpinionIn(serializers.Serializer[Any]):
    """An opinion; a second send with the same key makes no second one. `deputy` or `point` is a plaque's code."""

    submission_key = serializers.UUIDField(help_text="from GET /api/v1/challenge/")
    proof = TextField(required=False, allow_blank=True, help_text="base64 of the solved challenge")
    deputy = TextField(required=False, allow_blank=True, max_length=20)
    point = TextField(required=False, allow_blank=True, max_length=20)
    content = TextField(max_length=CONTENT_MAX, trim_whitespace=False)
    place = TextField(required=False, allow_blank=True, max_length=160)
    community = TextField(required=False, allow_blank=True, max_length=20, help_text="division code")
    category = TextField(required=False, allow_blank=True, max_length=30)
    wish = serializers.ChoiceField(required=False, allow_blank=True, choices=Wish.choices)
    latitude = serializers.FloatField(required=False, min_value=-90, max_value=90)
    longitude = serializers.FloatField(required=False, min_value=-180, max_value=180)
    name = TextField(required=False, allow_blank=True, max_length=40)
    phone = TextField(required=False, allow_blank=True, max_length=30)
    anonymous = serializers.BooleanField(required=False)
    consent_privacy = serializers.BooleanField(help_text="the resident has read the privacy notice and agrees")
    consent_contact = serializers.BooleanField(required=False)
    consent_publish = serializers.BooleanField(required=False)
    elsewhere_ok = serializers.BooleanField(required=False, help_text="send although a hint says where it belongs")
    question = TextField(
        required=False, allow_blank=True, help_text="token of the question in words, from a 403 answer"
    )
    answer = TextField(required=False, allow_blank=True, max_length=40)


class OpinionOut(serializers.Serializer[Any]):
    """The receipt. `link` is the resident's private address."""

    code = serializers.CharField()
    link = serializers.CharField()
    again = serializers.BooleanField(help_text="this form had been received before")


class ChallengeOut(serializers.Serializer[Any]):
    """A sum to do before sending (ALTCHA, version 1)."""

    submission_key = serializers.UUIDField()
    challenge = serializers.DictField()


class QuestionOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    token = serializers.CharField()


class AskedOut(serializers.Serializer[Any]):
    """The question in words, for who has not solved the challenge."""

    detail = serializers.CharField()
    question = QuestionOut()


class StageOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["done", "current", "todo", "stopped"])
    who = serializers.CharField(allow_blank=True)
    at = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_blank=True)


class TrackOut(serializers.Serializer[Any]):
    """What everybody may know of a matter."""

    code = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    next = serializers.CharField()
    stages = StageOut(many=True)


@public
@extend_schema(summary="Begin an opinion", responses={200: ChallengeOut})
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def challenge(request: Request) -> Response:
    """A submission key and the challenge that belongs to it."""
    key = uuid4()
    return Response({"submission_key": str(key), "challenge": new_challenge(key, now=timezone.now())})


@public
@extend_schema(
    summary="Submit an opinion",
    request=OpinionIn,
    responses={
        201: OpinionOut,
        200: OpenApiResponse(OpinionOut, "the same form had been received before"),
        403: AskedOut,
        **dict.fromkeys((400, 404, 409, 422, 429), REFUSAL),
    },
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@parser_classes([PlainJSONParser, MultiPartParser])
def opinions(request: Request) -> Response:
    """Submit through a plaque's door with a solved challenge, or with the answer to the question in words."""
    values = read_fields(OpinionIn, request.data)
    fields, files = _as_form(values), MultiValueDict(request.FILES)
    with reading():
        client = client_hash(request._request)
        return _received(Sent(fields, files, client, SourceChannel.WEB), values)


class AssistedIn(OpinionIn):
    """An opinion that an officer enters for a resident, who has been told and agrees."""

    channel = serializers.ChoiceField(choices=[(one.value, one.value) for one in ASSISTED])


@extend_schema(
    summary="Enter an opinion for a resident",
    request=AssistedIn,
    responses={201: OpinionOut, **dict.fromkeys((400, 401, 403, 409, 422), REFUSAL)},
)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
@parser_classes([PlainJSONParser, MultiPartParser])
def assisted(request: Request) -> Response:
    """Enter for a resident; signed-in staff only. The resident gets a link to confirm."""
    check(request.user, Permission.INTAKE_ASSIST)
    values = read_fields(AssistedIn, request.data)
    with reading():
        return _assisted(request, _as_form(values), MultiValueDict(request.FILES))


assisted.permission = str(Permission.INTAKE_ASSIST)


def _as_form(values: dict[str, Any]) -> QueryDict:
    """The fields as a browser's form would send them."""
    fields = QueryDict(mutable=True)
    for name, value in values.items():
        if value is not False:
            fields[name] = "on" if value is True else str(value)
    return fields


def _received(sent: Sent, values: dict[str, Any]) -> Response:
    code = values.get("deputy") or values.get("point") or ""
    door = partial(deputy_entrance if values.get("deputy") else point_entrance, code)
    outcome = receive(sent, door, now=timezone.now())
    if outcome is None:
        return _refused(404, _("没有这个代码。"))
    if outcome.receipt is not None:
        return _receipt(outcome.receipt)
    if outcome.question is not None:
        return _asked(outcome)
    return _refused(outcome.status, _("没有提交成功，请看各项的说明。"), outcome.form.errors)


def _asked(outcome: Outcome) -> Response:
    assert outcome.question is not None  # noqa: S101 - the caller looked
    question = {"text": outcome.question.text, "token": outcome.question.token}
    return Response({"detail": _("请先证明不是机器：做完挑战，或回答问题。"), "question": question}, status=403)


def _assisted(request: Request, fields: QueryDict, files: MultiValueDict) -> Response:
    user: Any = request.user
    fields["consent_told"] = fields.get("consent_privacy", "")
    form = AssistedForm(fields, files, setting=setting_for(user), deputies=deputies_for(user))
    receipt = take_in(form, by=user, now=timezone.now())
    if receipt is None:
        return _refused(422, _("没有登记成功，请看各项的说明。"), form.errors)
    return _receipt(receipt)


def _receipt(receipt: Receipt) -> Response:
    code = receipt.matter.code
    body = {"code": code, "link": private_url(code, receipt.reporter.link_key), "again": receipt.again}
    return Response(body, status=200 if receipt.again else 201)


def _refused(status: int, detail: str, errors: Any = None) -> Response:
    return Response({"detail": detail, **({"fields": errors} if errors else {})}, status=status)


@public
@extend_schema(summary="Follow an opinion", responses={200: TrackOut, 404: REFUSAL})
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def tracked(request: Request, code: str) -> Response:
    """The four stages of a matter; nothing personal."""
    try:
        matter = find_matter(parse_code(code))
    except BadCode:
        matter = None
    if matter is None:
        return _refused(404, _("没有查到这个编号。"))
    with reading():
        page = track(matter, None, today=local_today(timezone.now()))
        return Response(public_summary(page))
