"""Promises for programs of staff: the ledger, and reporting that one is done; over the same services as the pages.

A report that is sent again finds it reported and is told so (`again`); it is never told twice.
"""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.errors import NotAllowed, StaleState
from liaison.base.web.api import REFUSAL, TextField, api_view, read_fields
from liaison.base.web.listing import PAGE, page_of, paged
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState
from opinions.promises import services
from opinions.promises.access import reports_on
from opinions.promises.models import Promise
from opinions.promises.queries import RELATED, piles
from opinions.promises.states import PromiseStatus


class ReportIn(serializers.Serializer[Any]):
    """What was done."""

    text = TextField(max_length=2000, help_text="what was done, for the resident to read")


class PromiseOut(serializers.Serializer[Any]):
    """One promise as it stands."""

    id = serializers.IntegerField()
    matter = serializers.CharField(help_text="tracking code")
    what = serializers.CharField()
    body = serializers.CharField()
    person = serializers.CharField()
    made_on = serializers.DateField()
    first_due_on = serializers.DateField()
    due_on = serializers.DateField()
    moves = serializers.IntegerField(help_text="how often it was moved")
    status = serializers.CharField()
    status_label = serializers.CharField()
    light = serializers.CharField(allow_null=True)
    again = serializers.BooleanField(required=False, help_text="this had been done before")


def _told(row: Promise) -> dict[str, Any]:
    light = row.light_on(local_today(timezone.now()))
    return {
        "id": row.pk, "matter": row.matter.code, "what": row.what, "body": row.organisation.name, "person": row.person,
        "made_on": row.made_on, "first_due_on": row.first_due_on, "due_on": row.due_on, "moves": row.moves,
        "status": row.status, "status_label": str(row.get_status_display()), "light": light.value if light else None,
    }  # fmt: skip


@extend_schema(
    summary="The ledger of promises",
    parameters=[PAGE],
    responses={200: page_of(PromiseOut), **dict.fromkeys((401, 403), REFUSAL)},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def listing(request: Request) -> Response:
    """In the caller's scope, the nearest day first; `pile` as in the tabs of the page (open, overdue, soon, judge,
    kept, not_kept, all)."""
    check(request.user, Permission.MATTER_VIEW)
    user: Any = request.user
    rules = piles(local_today(timezone.now()))
    rule = rules.get(request.query_params.get("pile", "open"), rules["open"])
    rows = Promise.objects.visible_to(user).filter(rule).select_related(*RELATED)
    return paged(request, rows, ("due_on", "id"), _told)


@extend_schema(
    summary="Report a promise done",
    request=ReportIn,
    responses={200: PromiseOut, **dict.fromkeys((400, 401, 403, 404, 409), REFUSAL)},
)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def report(request: Request, promise_id: int) -> Response:
    """报告办到了. It is not kept by that: a resident or the supervising side says so."""
    check(request.user, Permission.MATTER_VIEW)
    user: Any = request.user
    held = get_object_or_404(Promise.objects.visible_to(user).select_related(*RELATED), pk=promise_id)
    if not reports_on(user, held):
        raise NotAllowed
    text, again = read_fields(ReportIn, request.data)["text"], False
    try:
        services.report_done(promise=held, text=text, by=user, now=timezone.now())
    except (WrongState, StaleState):
        held = Promise.objects.select_related(*RELATED).get(pk=promise_id)
        if held.status != PromiseStatus.REPORTED:
            raise
        again = True
    return Response({**_told(held), "again": again})


for view in (listing, report):
    view.permission = str(Permission.MATTER_VIEW)
