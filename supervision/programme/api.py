"""Activities and tasks for programs of staff: read as the pages show them."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
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
from supervision.programme import queries
from supervision.programme.models import Activity, Task
from supervision.programme.states import ActivityStatus


class TaskOut(serializers.Serializer[Any]):
    """A task with its light as of today; null once it is done."""

    id = serializers.IntegerField()
    activity = serializers.IntegerField()
    text = serializers.CharField()
    body = serializers.CharField()
    person = serializers.CharField()
    due_on = serializers.DateField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    light = serializers.CharField(allow_null=True)


class ActivityOut(serializers.Serializer[Any]):
    """An activity without its people."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    title = serializers.CharField()
    organiser = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    all_day = serializers.BooleanField()
    place = serializers.CharField()
    scope = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    outcome_class = serializers.CharField(allow_blank=True)


class ActivityFullOut(ActivityOut):
    """An activity with what it is about, as far as that is in the caller's scope."""

    agenda = serializers.CharField(allow_blank=True)
    minutes = serializers.CharField(allow_blank=True)
    matters = serializers.ListField(child=serializers.CharField(), help_text="codes")
    tasks = TaskOut(many=True)


def _answers(form: Any) -> dict[int, Any]:
    return {200: form, **dict.fromkeys((401, 403, 404), REFUSAL)}


def _activity(row: Activity) -> dict[str, Any]:
    names = ("id", "kind", "title", "starts_at", "ends_at", "all_day", "place", "scope", "status", "outcome")
    return {
        **{name: getattr(row, name) for name in (*names, "outcome_class")}, "organiser": row.organiser.name,
        "kind_label": row.get_kind_display(), "status_label": row.get_status_display(),
    }  # fmt: skip


def _task(row: Task) -> dict[str, Any]:
    names = ("id", "text", "person", "due_on", "status")
    light = queries.task_light(row, local_today(timezone.now()))
    return {
        **{name: getattr(row, name) for name in names}, "activity": row.activity_id, "body": row.body.name,
        "status_label": row.get_status_display(), "light": light,
    }  # fmt: skip


@extend_schema(
    summary="Supervision activities in scope, the latest first",
    parameters=[PAGE, OpenApiParameter("status", str, enum=ActivityStatus.values)],
    responses=_answers(page_of(ActivityOut)),
)  # fmt: skip
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def activities(request: Request) -> Response:
    """A page of activities."""
    user: Any = request.user
    check(user, Permission.PROGRAMME_VIEW)
    rows = queries.visible_activities(user)
    status = request.query_params.get("status", "")
    rows = rows.filter(status=status) if status in ActivityStatus.values else rows
    return paged(request, rows, ("-starts_at", "-id"), _activity)


@extend_schema(summary="One supervision activity", responses=_answers(ActivityFullOut))
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def activity(request: Request, pk: int) -> Response:
    """One activity with its tasks."""
    user: Any = request.user
    check(user, Permission.PROGRAMME_VIEW)
    row = get_object_or_404(queries.visible_activities(user), pk=pk)
    links, _hidden = queries.matters_of(row, user)
    tasks = queries.visible_tasks(user).filter(activity=row).order_by("due_on", "id")
    more = {"agenda": row.agenda, "minutes": row.minutes, "matters": [link.matter.code for link in links]}
    return Response({**_activity(row), **more, "tasks": [_task(one) for one in tasks]})


@extend_schema(
    summary="Tasks of supervision activities in scope, the most urgent first",
    parameters=[PAGE, OpenApiParameter("show", str, enum=queries.SHOWN)],
    responses=_answers(page_of(TaskOut)),
)  # fmt: skip
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def tasks(request: Request) -> Response:
    """A page of tasks."""
    user: Any = request.user
    check(user, Permission.PROGRAMME_VIEW)
    wanted = queries.tasks_with(request.query_params.get("show", ""), local_today(timezone.now()))
    return paged(request, queries.visible_tasks(user).filter(wanted), ("due_on", "id"), _task)


@extend_schema(summary="One task of a supervision activity", responses=_answers(TaskOut))
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def task(request: Request, pk: int) -> Response:
    """One task."""
    user: Any = request.user
    check(user, Permission.PROGRAMME_VIEW)
    return Response(_task(get_object_or_404(queries.visible_tasks(user), pk=pk)))


for view in (activities, activity, tasks, task):
    view.permission = str(Permission.PROGRAMME_VIEW)
