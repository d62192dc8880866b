"""Lights for programs: those of a matter with what fired for it, and what waits for the user to act."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.web.api import REFUSAL, api_view
from liaison.base.web.listing import PAGE, page_of, paged
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.queries import asked_for
from supervision.escalation import queries
from supervision.escalation.models import Firing


class LightOut(serializers.Serializer[Any]):
    """A limit that runs, and its light."""

    clock = serializers.CharField()
    body = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField()
    light = serializers.CharField()


class FiringOut(serializers.Serializer[Any]):
    """A rung that was due, and what was done about it."""

    id = serializers.IntegerField()
    code = serializers.CharField(help_text="of the matter")
    clock = serializers.CharField(allow_blank=True, help_text="empty for a mark of quality")
    rung = serializers.CharField()
    light = serializers.CharField()
    due_on = serializers.DateField()
    day = serializers.DateField(help_text="on which the rung was due")
    acts = serializers.BooleanField(help_text="whether somebody must act")
    mine = serializers.BooleanField(help_text="whether it calls on you")
    done = serializers.CharField(allow_blank=True)
    retracted = serializers.BooleanField()


class LightsOut(serializers.Serializer[Any]):
    """What supervision knows of a matter."""

    code = serializers.CharField()
    lights = LightOut(many=True)
    fired = FiringOut(many=True)


def _firing(row: Firing, code: str) -> dict[str, Any]:
    return {
        "id": row.pk, "code": code, "clock": row.clock.kind if row.clock else "", "rung": row.rung.name,
        "light": row.light.value, "due_on": row.due_on, "day": row.day, "acts": row.acts,
        "mine": bool(getattr(row, "called", False)), "done": row.done, "retracted": row.retracted_at is not None,
    }  # fmt: skip


@extend_schema(summary="Lights of a matter", responses={200: LightsOut, **dict.fromkeys((401, 403, 404), REFUSAL)})
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def matter_lights(request: Request, code: str) -> Response:
    """The lights of the running limits, and all that fired, newest first."""
    check(request.user, Permission.SUPERVISION_VIEW)
    user: Any = request.user
    matter = asked_for(user, code)
    lights = [
        {
            "clock": one.clock.kind, "body": one.clock.organisation.name if one.clock.organisation else "",
            "due_on": one.clock.due_on, "light": one.light.value,
        }
        for one in queries.lit(matter, local_today(timezone.now()))
    ]  # fmt: skip
    fired = [_firing(row, matter.code) for row in queries.fired_for(matter, user)]
    return Response({"code": matter.code, "lights": lights, "fired": fired})


@extend_schema(
    summary="What waits for you to act",
    parameters=[PAGE],
    responses={200: page_of(FiringOut), **dict.fromkeys((401, 403), REFUSAL)},
)  # fmt: skip
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def to_act(request: Request) -> Response:
    """督办待办 of the user, newest first, thirty a page."""
    check(request.user, Permission.SUPERVISION_VIEW)
    user: Any = request.user
    rows = queries.to_act(user, mine=True)
    return paged(request, rows, ("-id",), lambda row: _firing(row, row.matter.code))


for view in (matter_lights, to_act):
    view.permission = str(Permission.SUPERVISION_VIEW)
