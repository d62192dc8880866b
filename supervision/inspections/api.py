"""What citizen inspectors saw, for programs of staff: read only, and without their names."""

from typing import Any

from django.db.models import Count
from django.shortcuts import get_object_or_404
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
from supervision.inspections import queries
from supervision.inspections.models import Finding


class InspectionOut(serializers.Serializer[Any]):
    """One month's look; without `done_at` it was asked for and nobody has looked."""

    id = serializers.IntegerField()
    group = serializers.CharField()
    organisation = serializers.CharField()
    code = serializers.CharField(help_text="tracking code of the matter")
    what = serializers.CharField(help_text="what the inspectors look at")
    month = serializers.DateField(help_text="the first day of the month")
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    finding = serializers.CharField(allow_blank=True)
    finding_label = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    photos = serializers.IntegerField(help_text="how many")


def _told(row: Any) -> dict[str, Any]:
    names = ("id", "month", "asked_at", "done_at", "finding", "text", "photos_count")
    told = {name.removesuffix("_count"): getattr(row, name) for name in names}
    watch = row.watch
    return {
        **told, "finding_label": row.get_finding_display(), "group": watch.group.name, "what": watch.what,
        "organisation": watch.group.organisation.name, "code": watch.matter.code,
    }  # fmt: skip


def _rows(request: Request) -> Any:
    check(request.user, Permission.INSPECTION_VIEW)
    user: Any = request.user
    related = ("watch__matter", "watch__group__organisation")
    return queries.checks_for(user).select_related(*related).annotate(photos_count=Count("photos"))


READ = dict.fromkeys((401, 403, 404), REFUSAL)


@extend_schema(
    operation_id="v1_inspections_list",
    summary="What citizen inspectors saw, the latest month first",
    parameters=[
        PAGE, OpenApiParameter("finding", str, enum=Finding.values),
        OpenApiParameter("done", bool, description="only what was looked at, or only what was not"),
    ],
    responses={200: page_of(InspectionOut), **READ},
)  # fmt: skip
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def inspections(request: Request) -> Response:
    """群众监督员每月查看, of the user's committee and those below it."""
    rows, asked = _rows(request), request.query_params
    if asked.get("finding") in Finding.values:
        rows = rows.filter(finding=asked["finding"])
    if asked.get("done") in ("true", "false"):
        rows = rows.filter(done_at__isnull=asked["done"] == "false")
    return paged(request, rows, ("-month", "-id"), _told)


@extend_schema(summary="One look of a citizen inspector", responses={200: InspectionOut, **READ})
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def inspection(request: Request, pk: int) -> Response:
    """One month's look."""
    return Response(_told(get_object_or_404(_rows(request), pk=pk)))


for view in (inspections, inspection):
    view.permission = str(Permission.INSPECTION_VIEW)
