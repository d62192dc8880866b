"""The statistics for programs of staff: the measures of the registry in the scope of whoever asks."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.stamps import reading
from liaison.base.web.api import REFUSAL, api_view
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import add_months, local_today
from supervision.dashboards.access import scope, sees_bodies, sees_streets
from supervision.reports import services
from supervision.reports.forms import period_of
from supervision.reports.queries import AXES, breakdown, side_of_scope, values
from supervision.reports.registry import registry

REFUSALS = dict.fromkeys((400, 401, 403, 503), REFUSAL)


class StatisticsIn(serializers.Serializer[Any]):
    """The period and the breakdown; a month that cannot be is ignored."""

    month = serializers.CharField(required=False, max_length=7, help_text="2026-10: this month alone")
    since = serializers.CharField(required=False, max_length=7, help_text="first month; eleven before the last")
    until = serializers.CharField(required=False, max_length=7, help_text="last month; the present one")
    by = serializers.ChoiceField(
        list(AXES), required=False, error_messages={"invalid_choice": _("没有这种分组。")},
        help_text="by what `groups` are broken down; others than those in the scope are empty",
    )  # fmt: skip


class MeasureOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="null where there is nothing to share or to measure")
    year_before = serializers.FloatField(allow_null=True, help_text="the same months of the year before; null of now")


class LineOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    values = serializers.DictField(
        child=serializers.FloatField(allow_null=True),
        help_text="no lengths of time; by month nothing of the moment; a deputy of two groups counts in both",
    )


class StatisticsOut(serializers.Serializer[Any]):
    """Counts of a month, of now (`now` in the definitions), shares in percent and medians of working days."""

    today = serializers.DateField()
    since = serializers.CharField()
    until = serializers.CharField()
    measures = MeasureOut(many=True)
    by = serializers.CharField(allow_blank=True)
    groups = LineOut(many=True)


class EntryOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    counts = serializers.CharField()
    without = serializers.CharField()
    unit = serializers.CharField()
    now = serializers.BooleanField(help_text="about the moment, not about months")
    public = serializers.BooleanField()


@extend_schema(summary="Statistics", parameters=[StatisticsIn], responses={200: StatisticsOut, **REFUSALS})
@api_view(["GET"])
@permission_classes([IsAuthenticated])
@reading()
def statistics(request: Request) -> Response:
    """Every measure of the registry, with the year before; the same numbers as the desk, the reports and /stats/."""
    check(request.user, Permission.SUPERVISION_VIEW)
    user: Any = request.user
    asked = StatisticsIn(data=request.query_params)
    asked.is_valid(raise_exception=True)
    now = timezone.now()
    services.brought_up(now)
    side, today = side_of_scope(scope(user), now), local_today(now)
    span, axis = period_of(asked.validated_data, today), asked.validated_data.get("by", "")
    this = values(side, span)
    before = values(side, (add_months(span[0], -12), add_months(span[1], -12)))
    hidden = {"street": not sees_streets(user), "body": not sees_bodies(user)}
    lines = breakdown(side, span, axis, now=axis != "month") if axis and not hidden.get(axis) else []
    measures = [
        {"code": one.code, "name": str(one.name), "unit": str(one.unit), "value": this[one.code],
         "year_before": None if one.now else before[one.code]}
        for one in registry().values()
    ]  # fmt: skip
    told = {"today": today, "since": f"{span[0]:%Y-%m}", "until": f"{span[1]:%Y-%m}", "measures": measures, "by": axis}
    groups = [{"key": str(one.key), "name": one.name, "values": one.values} for one in lines]
    return Response({**told, "groups": groups})


statistics.permission = str(Permission.SUPERVISION_VIEW)


@extend_schema(summary="What the statistics count", responses={200: EntryOut(many=True), **REFUSALS})
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def definitions(request: Request) -> Response:
    """Every measure by its code: what it counts, what it leaves out, its unit, and whether it is public."""
    check(request.user, Permission.SUPERVISION_VIEW)
    names = ("name", "counts", "without", "unit")
    return Response(
        [
            {"code": one.code, **{name: str(getattr(one, name)) for name in names}, "now": one.now,
             "public": one.public}
            for one in registry().values()
        ]
    )  # fmt: skip


definitions.permission = str(Permission.SUPERVISION_VIEW)
