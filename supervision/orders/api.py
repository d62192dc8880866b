"""Letters for programs of staff: the list, one letter, and its answer, over the same services as the pages.

A request that is sent again finds the step done and is told so (`again`); it is never done twice.
"""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.errors import DomainError
from liaison.base.web.api import REFUSAL, TextField, api_view, read_fields
from liaison.base.web.listing import PAGE, page_of, paged
from liaison.base.web.schema import extend_schema
from liaison.base.workdays.arithmetic import local_today
from supervision.orders import services
from supervision.orders.forms import LetterFilterForm
from supervision.orders.models import Letter
from supervision.orders.queries import document_of, filtered, letter_page, letters
from supervision.orders.services import AnswerData, PointData
from supervision.orders.states import UNANSWERED, AnswerStatus, LetterStatus


class NoSuchLetter(DomainError):
    """No letter with this number of ours, or none that the user may read."""

    message = _("没有这份督办函。")
    status_code = 404


class BriefOut(serializers.Serializer[Any]):
    """A letter in the list."""

    id = serializers.IntegerField()
    reference = serializers.CharField(help_text="发文字号; empty before it is issued")
    title = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    issuer = serializers.CharField()
    addressee = serializers.CharField()
    issued_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="last day for the answer; null while none is awaited")
    matters = serializers.IntegerField()
    promised_late = serializers.BooleanField(help_text="the signed answer names a later day than is demanded")


class DemandOut(serializers.Serializer[Any]):
    """One demand."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    due_on = serializers.DateField()


class LetterOut(BriefOut):
    """A letter with what it says."""

    paragraphs = serializers.ListField(child=serializers.CharField())
    demands = DemandOut(many=True)
    codes = serializers.ListField(child=serializers.CharField(), help_text="tracking codes of its matters")


class PointIn(serializers.Serializer[Any]):
    """What is done about one demand."""

    demand = serializers.IntegerField()
    measure = TextField(max_length=500)
    person = TextField(max_length=40)
    due_on = serializers.DateField()


class AnswerIn(serializers.Serializer[Any]):
    """An answer; `sign` signs it at once, by the head."""

    text = TextField(max_length=5000)
    points = PointIn(many=True)
    sign = serializers.BooleanField(default=False)


class AnsweredOut(serializers.Serializer[Any]):
    """How the letter stands now."""

    id = serializers.IntegerField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    again = serializers.BooleanField(help_text="this had been done before")


def _letter(request: Request, pk: int) -> Letter:
    user: Any = request.user
    found = letters(user).filter(pk=pk).first()
    if found is None:
        raise NoSuchLetter
    return found


def _brief(letter: Any) -> dict[str, Any]:
    return {
        "id": letter.pk, "reference": letter.reference, "title": letter.title, "status": letter.status,
        "status_label": str(LetterStatus(letter.status).label), "issuer": letter.issuer.name,
        "addressee": letter.addressee.name, "issued_at": letter.issued_at,
        "due_on": letter.due_on if letter.status in UNANSWERED else None, "matters": letter.matters,
        "promised_late": letter.promised_late,
    }  # fmt: skip


FILTERS = [
    OpenApiParameter("side", str, enum=["waiting", "to_us", "from_us"]),
    OpenApiParameter("status", str, enum=LetterStatus.values),
    OpenApiParameter("overdue", bool),
    PAGE,
]


READ = dict.fromkeys((401, 403, 404), REFUSAL)


@extend_schema(
    operation_id="v1_orders_list",
    summary="List supervision letters",
    parameters=FILTERS,
    responses={200: page_of(BriefOut), **READ},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def index(request: Request) -> Response:
    """督办函: those that the user may read, newest first."""
    check(request.user, Permission.ORDER_VIEW)
    user: Any = request.user
    form = LetterFilterForm(request.query_params, user=user)
    rows = filtered(letters(user), form.chosen, user, local_today(timezone.now()))
    return paged(request, rows, ("-id",), _brief)


@extend_schema(summary="Read a supervision letter", responses={200: LetterOut, **READ})
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def letter(request: Request, pk: int) -> Response:
    """What the letter says, its demands and its matters."""
    check(request.user, Permission.ORDER_VIEW)
    user: Any = request.user
    found = _letter(request, pk)
    demands = [{"id": one.pk, "text": one.text, "due_on": one.due_on} for one in found.demands.all()]
    told = _brief(found) | {
        "paragraphs": [one.text for one in document_of(found).body],
        "demands": demands,
        "codes": [one.code for one in letter_page(user, found).matters],
    }
    return Response(told)


ANSWERS = {200: AnsweredOut, **dict.fromkeys((400, 401, 403, 404, 409), REFUSAL)}


@extend_schema(summary="Answer a supervision letter", request=AnswerIn, responses=ANSWERS)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def answer(request: Request, pk: int) -> Response:
    """回复: written and sent to the head, or with `sign` signed by the head."""
    check(request.user, Permission.ORDER_ANSWER)
    user: Any = request.user
    found = _letter(request, pk)
    sent = read_fields(AnswerIn, request.data)
    again = _done(found, sent)
    if not again:
        points = {one["demand"]: PointData(one["measure"], one["person"], one["due_on"]) for one in sent["points"]}
        data, then = AnswerData(text=sent["text"], points=points), "sign" if sent["sign"] else "submit"
        services.give_answer(letter=found, data=data, then=then, by=user, now=timezone.now())
        found.refresh_from_db()
    told = {"id": found.pk, "status": found.status, "status_label": str(LetterStatus(found.status).label)}
    return Response(told | {"again": again})


def _done(found: Letter, sent: Any) -> bool:
    """Whether these words have been sent on, or signed, already."""
    wanted = [AnswerStatus.SIGNED] if sent["sign"] else [AnswerStatus.SIGNED, AnswerStatus.PENDING]
    return found.answers.filter(round=found.round, text=sent["text"], status__in=wanted).exists()


for view in (index, letter):
    view.permission = str(Permission.ORDER_VIEW)
answer.permission = str(Permission.ORDER_ANSWER)
