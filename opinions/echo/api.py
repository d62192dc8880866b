"""The wall for programs: what everybody may read, without a key."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from liaison.base.errors import DomainError
from liaison.base.throttle import count
from liaison.base.web.api import REFUSAL, api_view
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import PUBLIC
from liaison.base.web.listing import PAGE, page_of
from liaison.base.web.paging import KeysetPage
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from opinions.echo.forms import WallForm
from opinions.echo.models import Echo
from opinions.echo.queries import ORDER, RESULTS, narrowed
from opinions.echo.reading import Told, told, whole

MOST_A_MINUTE, MINUTE = 120, 60
"""How often one address may ask; seconds of a minute."""


class AskedTooOften(DomainError):
    message = _("问得太频繁了，请过一分钟再试。")
    status_code = 429
    retry_after = MINUTE


class PictureOut(serializers.Serializer[Any]):
    """A picture, without metadata."""

    moment = serializers.CharField(help_text="before or after")
    url = serializers.URLField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class EchoOut(serializers.Serializer[Any]):
    """One entry. Replied, solved and satisfied are three facts; empty where nobody said so."""

    code = serializers.CharField()
    url = serializers.URLField()
    title = serializers.CharField()
    raised = serializers.CharField()
    done = serializers.CharField()
    bodies = serializers.CharField()
    area = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    reply_class = serializers.CharField(allow_blank=True, help_text="A, B, C, D")
    replied_on = serializers.DateField(allow_null=True)
    solved = serializers.CharField(allow_blank=True, help_text="the resident's word: yes, partly, no")
    satisfaction = serializers.CharField(allow_blank=True, help_text="the resident's word; empty is unrated")
    promise = serializers.CharField(allow_blank=True, help_text="running, missed, kept")
    promised_for = serializers.DateField(allow_null=True)
    handled_again = serializers.BooleanField()
    published_at = serializers.DateTimeField()
    pictures = PictureOut(many=True)


def _told(card: Told) -> dict[str, Any]:
    echo, came = card.echo, card.outcome
    return {
        "code": echo.code, "url": f"{settings.PUBLIC_URL}{card.url}", **echo.texts(), "area": echo.area.name,
        "category": echo.category.name if echo.category else "", "reply_class": came.reply_class,
        "replied_on": came.replied_on, "solved": came.solved, "satisfaction": came.satisfaction,
        "promise": came.promise, "promised_for": came.due_on, "handled_again": came.again,
        "published_at": echo.published_at,
        "pictures": [
            {"moment": one.moment, "url": f"{settings.PUBLIC_URL}{one.url}", "width": one.width, "height": one.height}
            for one in card.pictures
        ],
    }  # fmt: skip


@extend_schema(
    summary="The echo wall",
    auth=[],
    parameters=[
        PAGE, OpenApiParameter("area", str), OpenApiParameter("category", str),
        OpenApiParameter("result", str, enum=list(RESULTS)), OpenApiParameter("month", str, description="2026-11"),
    ],
    responses={200: page_of(EchoOut), 429: REFUSAL},
)  # fmt: skip
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def listing(request: Request) -> Response:
    """Approved, de-identified outcomes, the newest first. A filter that leads to nothing is ignored."""
    if count(f"echo:{client_hash(request)}", MINUTE, now=timezone.now()) > MOST_A_MINUTE:
        raise AskedTooOften
    rows = whole(narrowed(Echo.objects.shown(), WallForm(request.query_params).chosen))
    page: KeysetPage[Echo] = KeysetPage(rows, order=ORDER, cursor=request.query_params.get("page"))
    cards = told(page.items, local_today(timezone.now()))
    return Response({"results": [_told(one) for one in cards], "next": page.next_cursor})


listing.permission = PUBLIC
