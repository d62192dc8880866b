"""The limits of a matter for programs of staff, and what a limit from any day comes to."""

from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.codes import normalise
from liaison.base.errors import InvalidInput
from liaison.base.stamps import reading
from liaison.base.web.api import REFUSAL, api_view, read_fields
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import MOST, OUR_TIMES, Unit, compute_due, local_today
from liaison.base.workdays.explain import explanation, sentences
from liaison.base.workdays.queries import current_calendar
from opinions.clocks.models import Clock
from opinions.clocks.queries import light_of, told
from opinions.matters.models import Matter


class ClockOut(serializers.Serializer[Any]):
    """A limit: `due_on` is the last day in time, `explanation` the sum in sentences."""

    kind = serializers.CharField()
    kind_label = serializers.CharField()
    body = serializers.CharField(allow_blank=True, help_text="whom it binds; empty: the deputy or the resident")
    amount = serializers.IntegerField()
    unit = serializers.CharField()
    started_on = serializers.DateField()
    warn_on = serializers.DateField()
    due_on = serializers.DateField()
    light = serializers.CharField(allow_null=True, help_text="green, yellow, red; null once stopped or while paused")
    provisional = serializers.BooleanField(help_text="a year without an official list was touched")
    extended = serializers.BooleanField()
    paused_on = serializers.DateField(allow_null=True)
    pauses = serializers.ListField(help_text="finished pauses: from, to, and why where it was a merger")
    stopped_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(allow_blank=True, help_text="verb that stopped it")
    explanation = serializers.ListField(child=serializers.CharField())


class ClocksOut(serializers.Serializer[Any]):
    """The limits of a matter, running and stopped, the oldest first."""

    code = serializers.CharField()
    due_on = serializers.DateField(allow_null=True, help_text="of the tightest running duty")
    clocks = ClockOut(many=True)


@extend_schema(
    summary="The limits of an opinion", responses={200: ClocksOut, **dict.fromkeys((401, 403, 404), REFUSAL)}
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def clocks(request: Request, code: str) -> Response:
    """Every limit with its light and how it was computed."""
    check(request.user, Permission.MATTER_VIEW)
    user: Any = request.user
    matter = get_object_or_404(Matter.objects.one_visible_to(user, normalise(code)))
    today, rows = local_today(timezone.now()), matter.clocks.select_related("organisation")
    told_rows = [_clock(row, today) for row in rows]
    return Response({"code": matter.code, "due_on": matter.due_on, "clocks": told_rows})


clocks.permission = str(Permission.MATTER_VIEW)


def _clock(row: Clock, today: date) -> dict[str, Any]:
    plain = (
        "kind", "amount", "unit", "started_on", "warn_on", "due_on", "provisional", "extended", "paused_on", "pauses",
        "stopped_at", "outcome",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "kind_label": row.get_kind_display(),
        "body": row.organisation.name if row.organisation else "",
        "light": light_of(row, today),
        "explanation": told(row),
    }


class DueIn(serializers.Serializer[Any]):
    """A limit to add up."""

    start = serializers.DateField(help_text="the day that is not counted")
    amount = serializers.IntegerField(min_value=0)
    unit = serializers.ChoiceField(choices=Unit.choices)


class DueOut(serializers.Serializer[Any]):
    due_on = serializers.DateField()
    provisional = serializers.BooleanField()
    explanation = serializers.ListField(child=serializers.CharField())


@extend_schema(
    summary="What a limit comes to", parameters=[DueIn],
    responses={200: DueOut, **dict.fromkeys((400, 401, 403), REFUSAL)},
)  # fmt: skip
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def due(request: Request) -> Response:
    """The last day of a limit by the present calendar, with the sum in sentences."""
    check(request.user, Permission.DESK)
    given = read_fields(DueIn, request.query_params)
    unit = Unit(given["unit"])
    if given["amount"] > MOST[unit]:
        raise InvalidInput(field="amount")
    if given["start"].year not in OUR_TIMES:
        raise InvalidInput(field="start")
    with reading():
        limit = compute_due(current_calendar(), given["start"], given["amount"], unit)
    data = {"due_on": limit.due, "provisional": limit.provisional, "explanation": sentences(explanation(limit))}
    return Response(data)


due.permission = str(Permission.DESK)
