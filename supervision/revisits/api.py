"""Call-backs for programs of staff, e.g. a call centre: over the same services as the pages. No number is given out:
it is only ever revealed on the page, with a reason.
"""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.web.api import REFUSAL, TextField, api_view, read_fields
from liaison.base.web.listing import PAGE, page_of, paged
from opinions.evaluation.models import Solved
from opinions.matters.models import Satisfaction
from supervision.revisits import services
from supervision.revisits.access import calls_of, draws_of
from supervision.revisits.models import Revisit, RevisitStatus
from supervision.revisits.queries import verify


class RevisitOut(serializers.Serializer[Any]):
    """One call-back."""

    id = serializers.IntegerField()
    code = serializers.CharField(help_text="tracking code of the matter")
    status = serializers.CharField()
    tries = serializers.IntegerField()
    given_at = serializers.DateTimeField()
    satisfied = serializers.CharField()
    solved = serializers.CharField()
    words = serializers.CharField()


class OutcomeIn(serializers.Serializer[Any]):
    """What was heard; left out or empty what the resident did not say."""

    satisfied = serializers.ChoiceField(choices=Satisfaction.choices, default="", allow_blank=True)
    solved = serializers.ChoiceField(choices=Solved.choices, default="", allow_blank=True)
    words = TextField(max_length=2000, default="", allow_blank=True)


class MissedIn(serializers.Serializer[Any]):
    """Whether it is given up."""

    last = serializers.BooleanField(default=False)


class ProofOut(serializers.Serializer[Any]):
    """A draw with all that is needed to draw again."""

    seed = serializers.CharField()
    digest = serializers.CharField()
    population = serializers.ListField(child=serializers.CharField())
    drawn = serializers.ListField(child=serializers.CharField())
    holds = serializers.BooleanField()


REFUSED = dict.fromkeys((400, 401, 403, 404, 409), REFUSAL)


def _told(row: Revisit) -> dict[str, Any]:
    names = ("id", "status", "tries", "given_at", "satisfied", "solved", "words")
    return {"code": row.matter.code, **{name: getattr(row, name) for name in names}}


def _mine(request: Request, revisit_id: int) -> Revisit:
    check(request.user, Permission.REVISIT_CALL)
    user: Any = request.user
    related = ("matter__street", "matter__district", "caller")
    return get_object_or_404(calls_of(user).select_related(*related), pk=revisit_id)


@extend_schema(
    summary="Call-backs that wait for the user's body",
    parameters=[PAGE],
    responses={200: page_of(RevisitOut), **REFUSED},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def listing(request: Request) -> Response:
    """待回访, the oldest first."""
    check(request.user, Permission.REVISIT_CALL)
    user: Any = request.user
    rows = calls_of(user).filter(status=RevisitStatus.WAITING).select_related("matter")
    return paged(request, rows, ("id",), lambda row: RevisitOut(_told(row)).data)


@extend_schema(summary="Record a call-back", request=OutcomeIn, responses={200: RevisitOut, **REFUSED})
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def outcome(request: Request, revisit_id: int) -> Response:
    """记录回访: no rating is changed by it."""
    held = _mine(request, revisit_id)
    user: Any = request.user
    services.record_outcome(revisit=held, by=user, now=timezone.now(), **read_fields(OutcomeIn, request.data))
    return Response(RevisitOut(_told(held)).data)


@extend_schema(summary="Note a call that nobody took", request=MissedIn, responses={200: RevisitOut, **REFUSED})
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def missed(request: Request, revisit_id: int) -> Response:
    """未接通; with `last` it ends as not reachable."""
    held = _mine(request, revisit_id)
    user: Any = request.user
    services.note_missed(revisit=held, by=user, now=timezone.now(), **read_fields(MissedIn, request.data))
    return Response(RevisitOut(_told(held)).data)


@extend_schema(summary="Prove a draw", responses={200: ProofOut, **REFUSED})
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def proof(request: Request, draw_id: int) -> Response:
    """重新验算: order the population by SHA-256 of "seed:code"; the first of it are the rows."""
    check(request.user, Permission.REVISIT_DRAW)
    user: Any = request.user
    held = get_object_or_404(draws_of(user), pk=draw_id)
    rows = held.revisits.order_by("rank").values_list("matter__code", flat=True)
    told = {"seed": held.seed, "digest": held.digest, "population": held.drawn_from, "drawn": list(rows)}
    return Response({**told, "holds": verify(held).holds})


for view in (listing, outcome, missed):
    view.permission = str(Permission.REVISIT_CALL)
proof.permission = str(Permission.REVISIT_DRAW)
