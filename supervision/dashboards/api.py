"""The numbers of the dashboards for programs of staff: in the scope of whoever asks, each with what it counts."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.errors import DomainError
from liaison.base.web.api import REFUSAL, api_view
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import Tier
from supervision.dashboards.forms import PERIODS, BoardForm
from supervision.dashboards.measures import MEASURES, RATES
from supervision.dashboards.models import Stage
from supervision.dashboards.page import axes_for, tag
from supervision.dashboards.percentiles import Spread
from supervision.dashboards.queries import AXES, Numbers, board, days, rate
from supervision.dashboards.services import at_hand

REFUSALS = dict.fromkeys((401, 403, 503), REFUSAL)


class NotBuilt(DomainError):
    message = _("数字正在汇总，请过几分钟再试。")
    status_code = 503
    retry_after = 120


class DashboardIn(serializers.Serializer[Any]):
    """What the numbers are narrowed to; a value that cannot be is ignored."""

    period = serializers.ChoiceField(
        list(PERIODS), required=False, help_text="months up to the present one; 12 by default"
    )
    street = serializers.IntegerField(required=False)
    category = serializers.IntegerField(required=False, help_text="with the categories below it")
    tier = serializers.ChoiceField(Tier.choices, required=False)
    by = serializers.ChoiceField(list(AXES), required=False, help_text="by what `groups` are broken down")


class SpreadOut(serializers.Serializer[Any]):
    """Working days."""

    count = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.IntegerField(allow_null=True)


class MonthOut(serializers.Serializer[Any]):
    month = serializers.CharField(help_text="2026-11")
    numbers = serializers.DictField(child=serializers.IntegerField())
    rates = serializers.DictField(child=serializers.FloatField(allow_null=True))
    working_days = serializers.DictField(child=SpreadOut())


class GroupOut(serializers.Serializer[Any]):
    key = serializers.IntegerField(help_text="0: none")
    name = serializers.CharField()
    numbers = serializers.DictField(child=serializers.IntegerField())
    rates = serializers.DictField(child=serializers.FloatField(allow_null=True))


class DashboardOut(serializers.Serializer[Any]):
    """Names are those of `/api/v1/dashboards/definitions/`; rates are in percent, null of nothing."""

    today = serializers.DateField(help_text="the day of the lights")
    since = serializers.CharField()
    until = serializers.CharField()
    numbers = serializers.DictField(child=serializers.IntegerField())
    rates = serializers.DictField(child=serializers.FloatField(allow_null=True))
    working_days = serializers.DictField(child=SpreadOut())
    months = MonthOut(many=True)
    by = serializers.CharField()
    groups = GroupOut(many=True)


class DefinitionOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    counts = serializers.CharField()
    without = serializers.CharField()


def _counted(numbers: Numbers) -> dict[str, Any]:
    counts = {key: numbers[key] for key in MEASURES if key not in Stage.values}
    return {"numbers": counts, "rates": {key: rate(numbers, key) for key in RATES}}


def _lasting(spreads: Mapping[str, Spread]) -> dict[str, dict[str, Any]]:
    return {stage.value: vars(spreads.get(stage, Spread())) for stage in Stage}


@extend_schema(
    summary="Numbers of a dashboard", parameters=[DashboardIn], responses={200: DashboardOut, 304: None, **REFUSALS}
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def dashboard(request: Request) -> Response:
    """Counts, shares, working days, twelve months and a breakdown; `If-None-Match` spares what has not changed."""
    check(request.user, Permission.SUPERVISION_VIEW)
    user: Any = request.user
    now = timezone.now()
    state, today = at_hand(now=now), local_today(now)
    if state is None:
        raise NotBuilt
    etag = f'"{tag(user, state, request.query_params.urlencode(), today, get_language() or "")}"'
    if request.headers.get("If-None-Match") == etag:
        return Response(status=304, headers={"ETag": etag})
    form, at = BoardForm(request.query_params, user=user), days(current_calendar(), today)
    chosen, axis = form.chosen(today), form.axis(axes_for(user))
    found = board(user, chosen, at, axis)
    told = {
        "today": today, "since": f"{chosen.first:%Y-%m}", "until": f"{chosen.last:%Y-%m}",
        **_counted(found.numbers), "working_days": _lasting(found.spreads), "by": axis,
        "months": [
            {"month": f"{one.first:%Y-%m}", **_counted(one.numbers), "working_days": _lasting(one.spreads)}
            for one in found.months
        ],
        "groups": [{"key": one.key, "name": one.name, **_counted(one.numbers)} for one in found.groups],
    }  # fmt: skip
    return Response(told, headers={"ETag": etag})


dashboard.permission = str(Permission.SUPERVISION_VIEW)


@extend_schema(summary="What the numbers of a dashboard count", responses={200: DefinitionOut(many=True), **REFUSALS})
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def definitions(request: Request) -> Response:
    """Every number by its name: what it counts, and what it leaves out."""
    check(request.user, Permission.SUPERVISION_VIEW)
    return Response(
        [
            {"key": one.key, "label": str(one.label), "counts": str(one.counts), "without": str(one.without)}
            for one in MEASURES.values()
        ]
    )


definitions.permission = str(Permission.SUPERVISION_VIEW)
