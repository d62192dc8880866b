"""并案、同因分点 and taking out again, for programs of staff: over the same services as the pages.

A request that is sent again finds the step done and is told so (`again`); it is never done twice.
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.codes import normalise
from liaison.base.errors import InvalidInput, StaleState
from liaison.base.web.api import REFUSAL, TextField, api_view, read_fields
from liaison.base.web.schema import extend_schema
from liaison.base.workflow import WrongState
from opinions.handling import services
from opinions.handling.models import Merger, MergerKind
from opinions.handling.queries import asked_for, lies_in
from opinions.matters.models import Matter
from opinions.matters.states import Status

RELATED = ("holder", "holder_deputy", "deputy", "category", "opinion", "merged_into")
DONE_BEFORE = (StaleState, WrongState, services.AlreadyMerged)
"""What the services say to a step that has been done already, perhaps by this very request sent again."""


class TargetIn(serializers.Serializer[Any]):
    """The matter that takes the other in."""

    target = TextField(max_length=40, help_text="tracking code")


class JoinedOut(serializers.Serializer[Any]):
    """How the matter stands now."""

    code = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    merged_into = serializers.CharField(allow_null=True, help_text="code of the matter in which it lies")
    again = serializers.BooleanField(help_text="this had been done before")


ANSWERS = {200: JoinedOut, **dict.fromkeys((400, 401, 403, 404, 409), REFUSAL)}


def _answered(matter: Matter, *, again: bool) -> Response:
    held = Matter.objects.select_related("merged_into").get(pk=matter.pk)
    told = {
        "code": held.code, "status": held.status, "status_label": str(Status(held.status).label),
        "merged_into": held.merged_into.code if held.merged_into else None, "again": again,
    }  # fmt: skip
    return Response(told)


def _joined(request: Request, code: str, kind: MergerKind, service: Callable[..., Matter]) -> Response:
    check(request.user, Permission.MATTER_MERGE)
    user: Any = request.user
    matter = asked_for(user, code, *RELATED)
    named = normalise(read_fields(TargetIn, request.data)["target"])
    target = Matter.objects.one_visible_to(user, named).first()
    if target is None:
        raise InvalidInput(_("没有找到这个编号的事项，或者它不在您的范围内。"), field="target")
    try:
        service(matter=matter, target=target, by=user, now=timezone.now())
    except DONE_BEFORE:
        if not lies_in(matter, target, kind):
            raise
        return _answered(matter, again=True)
    return _answered(matter, again=False)


@extend_schema(summary="Merge an opinion into another", request=TargetIn, responses=ANSWERS)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def merge(request: Request, code: str) -> Response:
    """并案: history and attachments stay; everyone merged hears the news of the target."""
    return _joined(request, code, MergerKind.SAME, services.merge)


@extend_schema(summary="Make an opinion a branch of another", request=TargetIn, responses=ANSWERS)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def branch(request: Request, code: str) -> Response:
    """同因分点: one cause with many places; the branch keeps its place and its resident."""
    return _joined(request, code, MergerKind.BRANCH, services.branch)


@extend_schema(summary="Take an opinion out again", request=None, responses=ANSWERS)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def unmerge(request: Request, code: str) -> Response:
    """撤销并案、移出分点: the matter stands as it stood, and the days are made up for."""
    check(request.user, Permission.MATTER_MERGE)
    user: Any = request.user
    matter = asked_for(user, code, *RELATED)
    try:
        services.unmerge(matter=matter, by=user, now=timezone.now())
    except DONE_BEFORE:
        last = Merger.objects.filter(matter=matter).order_by("-id").first()
        if last is None or last.undone_at is None:
            raise
        return _answered(matter, again=True)
    return _answered(matter, again=False)


for view in (merge, branch, unmerge):
    view.permission = str(Permission.MATTER_MERGE)
