"""Reviews of replies for programs of staff: over the same services as the pages."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.errors import InvalidInput
from liaison.base.web.api import REFUSAL, TextField, api_view, read_fields
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.queries import asked_for
from opinions.matters.models import Matter
from opinions.matters.queries import lit
from supervision.quality import services
from supervision.quality.access import reviewable
from supervision.quality.models import Level, QualityMark
from supervision.quality.queries import about, checklist


class MarkIn(serializers.Serializer[Any]):
    """A review. Without a level it is the worst that the items imply."""

    reply = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    items = serializers.ListField(child=TextField(max_length=30), default=list, help_text="codes of the checklist")
    level = serializers.ChoiceField(choices=Level.choices, default="", allow_blank=True)
    reason = TextField(max_length=2000)


class LiftIn(serializers.Serializer[Any]):
    """Why the mark goes."""

    reason = TextField(max_length=2000)


class MarkOut(serializers.Serializer[Any]):
    """One review."""

    id = serializers.IntegerField()
    level = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField(), help_text="codes of the checklist")
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    lift_reason = serializers.CharField()


class ReviewedOut(serializers.Serializer[Any]):
    """A reply with its reviews."""

    reply = serializers.IntegerField()
    body = serializers.CharField()
    issued_at = serializers.DateTimeField()
    may_mark = serializers.BooleanField()
    marks = MarkOut(many=True)


class QualityOut(serializers.Serializer[Any]):
    """The light of a matter with why, and the reviews that the user reads."""

    code = serializers.CharField()
    light = serializers.CharField(allow_null=True, help_text="green, yellow, red; null at an end without a mark")
    light_reason = serializers.CharField()
    replies = ReviewedOut(many=True)


READ = {200: QualityOut, **dict.fromkeys((401, 403, 404), REFUSAL)}
WRITE = {200: QualityOut, **dict.fromkeys((400, 401, 403, 404, 409), REFUSAL)}


def _told(request: Request, matter: Matter) -> Response:
    user: Any = request.user
    light = lit(matter, local_today(timezone.now()))
    shown = {
        "code": matter.code, "light": light.light if light else None, "light_reason": light.reason if light else "",
        "replies": [_reply(one) for one in about(matter, user)],
    }  # fmt: skip
    return Response(QualityOut(shown).data)


def _reply(one: Any) -> dict[str, Any]:
    reply = one.reply
    marks = [
        {**{name: getattr(mark, name) for name in ("id", "level", "reason", "at", "lifted_at", "lift_reason")},
         "items": [item.code for item in mark.found], "by": str(mark.organisation)}
        for mark in one.marks
    ]  # fmt: skip
    body = services.writer_of(reply)
    return {"reply": reply.pk, "body": body, "issued_at": reply.issued_at, "may_mark": one.may_mark, "marks": marks}


@extend_schema(methods=["GET"], summary="Light and reviews of a matter", responses=READ)
@extend_schema(methods=["POST"], summary="Review a reply", request=MarkIn, responses=WRITE)
@api_view(["GET", "POST"])
@permission_classes([IsAuthenticated])
def quality(request: Request, code: str) -> Response:
    """办理质量: the light is the worse of time and quality. POST reviews one reply; nobody reviews the own body's."""
    check(request.user, Permission.MATTER_VIEW)
    user: Any = request.user
    matter = asked_for(user, code)
    if request.method == "POST":
        check(user, Permission.QUALITY_MARK)
        sent = read_fields(MarkIn, request.data)
        rows = reviewable(user).filter(matter=matter).select_related("matter", "organisation", "deputy", "written_by")
        reply = get_object_or_404(rows, pk=sent.pop("reply"))
        sent["items"] = _items(sent["items"])
        services.mark_reply(reply=reply, by=user, now=timezone.now(), **sent)
        matter = reply.matter
    return _told(request, matter)


def _items(codes: list[str]) -> list[Any]:
    found = list(checklist().filter(code__in=codes))
    if len(found) != len(set(codes)):
        raise InvalidInput(_("清单里没有这一项。"), field="items")
    return found


@extend_schema(summary="Lift a mark of quality", request=LiftIn, responses=WRITE)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def lift(request: Request, mark_id: int) -> Response:
    """撤销: the mark stays on record with why, and lights no more."""
    check(request.user, Permission.QUALITY_MARK)
    user: Any = request.user
    rows = QualityMark.objects.filter(reply__in=reviewable(user)).select_related("matter", "reply")
    mark = get_object_or_404(rows, pk=mark_id)
    services.lift_mark(mark=mark, by=user, now=timezone.now(), **read_fields(LiftIn, request.data))
    return _told(request, mark.matter)


quality.permission = str(Permission.MATTER_VIEW)
lift.permission = str(Permission.QUALITY_MARK)
