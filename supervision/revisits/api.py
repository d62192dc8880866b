"""Call-backs for programs of staff, e.g. a call centre: over the same services as the pages. No number is given out:
it is only ever revealed on the page, with a reason.
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
from liaison.base.errors import InvalidInput
from liaison.base.web.api import REFUSAL, TextField, api_view, read_fields
from liaison.base.web.listing import PAGE, page_of, paged
from liaison.base.web.paging import KeysetPage
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from opinions.evaluation.models import Solved
from opinions.matters.models import Satisfaction
from supervision.revisits import services
from supervision.revisits.access import calls_of, draws_of
from supervision.revisits.forms import LedgerForm
from supervision.revisits.ledger import ORDER, lines, streets_for
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


class TouchOut(serializers.Serializer[Any]):
    """A call or a visit."""

    day = serializers.DateField()
    who = serializers.CharField()


class LineOut(serializers.Serializer[Any]):
    """A closed matter with the calls and visits since."""

    code = serializers.CharField(source="matter.code")
    title = serializers.CharField(source="matter.title")
    closed_at = serializers.DateTimeField(source="matter.closed_at")
    calls = TouchOut(many=True)
    visits = TouchOut(many=True)


class LedgerIn(serializers.Serializer[Any]):
    """Left out: the first street of the caller, the present half-year, all."""

    street = serializers.IntegerField(required=False)
    half = serializers.CharField(required=False, help_text="2026-2: from July 2026; six half-years back")
    state = serializers.ChoiceField(choices=["due", "done"], required=False)


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


@extend_schema(
    summary="The ledger of calls and visits",
    parameters=[LedgerIn, PAGE],
    responses={200: page_of(LineOut), **REFUSED},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def call_ledger(request: Request) -> Response:
    """回访台账: the matters closed in a half-year with the calls and visits since, those closed last first."""
    check(request.user, Permission.QUALITY_MARK)
    user: Any = request.user
    form = LedgerForm(request.query_params, streets=streets_for(user), today=local_today(timezone.now()))
    for name, errors in form.errors.items():
        raise InvalidInput(errors[0], field=name)
    page = KeysetPage(form.chosen(user), order=ORDER, cursor=request.query_params.get("page"))
    return Response({"results": LineOut(lines(page.items), many=True).data, "next": page.next_cursor})


call_ledger.permission = str(Permission.QUALITY_MARK)
for view in (listing, outcome, missed):
    view.permission = str(Permission.REVISIT_CALL)
proof.permission = str(Permission.REVISIT_DRAW)
