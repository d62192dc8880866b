"""Who is asked to an activity, and what they answer."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.web.forms import posted
from liaison.base.web.steps import tap
from supervision.programme import queries, services
from supervision.programme.forms.activities import ExcuseForm, MarksForm, PeopleForm
from supervision.programme.models import Participant
from supervision.programme.views.serving import load_invitation, load_own_activity, place_of, serve, serve_on


@requires(P.PROGRAMME_EDIT)
def ask(request: SignedIn, pk: int) -> HttpResponse:
    """请人参加."""
    found = load_own_activity(request, pk)
    form = PeopleForm(*posted(request), activity=found)

    def act(**who: Any) -> None:
        services.ask_to_come(activity=found, circle=form.circle, **who)

    return serve_on(request, found, form, act, label=_("请人参加"), said=_("已加入。"))


@require_POST
@requires(P.PROGRAMME_EDIT)
def let_go(request: SignedIn, participant_id: int) -> HttpResponse:
    """不再邀请."""
    row = get_object_or_404(
        Participant.objects.filter(activity__in=queries.visible_activities(request.user).order_by().values("pk"))
        .select_related("activity__organiser", "deputy", "body", "user"),
        pk=participant_id,
    )  # fmt: skip
    place = place_of(row.activity)
    return tap(request, lambda **who: services.let_go(participant=row, **who), place=place, said=_("已去掉。"))


@require_POST
@requires(P.PROGRAMME_VIEW)
def come(request: SignedIn, participant_id: int) -> HttpResponse:
    """能参加: one tap."""
    row = load_invitation(request, participant_id)
    said = _("已回复：能参加。")

    def act(**who: Any) -> None:
        services.say(participant=row, coming=True, **who)

    return tap(request, act, place=_back(request, row), said=said)


def _back(request: SignedIn, row: Participant) -> str:
    """From the list back to the list."""
    return reverse("programme:activities") if request.POST.get("from") == "list" else place_of(row.activity)


@requires(P.PROGRAMME_VIEW)
def excuse(request: SignedIn, participant_id: int) -> HttpResponse:
    """不能参加: of a deputy one tap is enough, a reason may be said."""
    row = load_invitation(request, participant_id)
    form = ExcuseForm(*posted(request), participant=row)

    def act(**who: Any) -> None:
        services.say(participant=row, coming=False, reason=form.cleaned_data["reason"], **who)

    place, title = _back(request, row), row.activity.title
    said = _("已回复：请假。")
    return serve(request, form=form, label=_("不能参加"), place=place, act=act, said=said, about=title)


@requires(P.PROGRAMME_EDIT)
def marks(request: SignedIn, pk: int) -> HttpResponse:
    """登记到会."""
    found = load_own_activity(request, pk)
    form = MarksForm(*posted(request), participants=queries.people(found))

    def act(**who: Any) -> None:
        services.mark(activity=found, marks=form.marks, **who)

    return serve_on(request, found, form, act, label=_("登记到会"), said=_("已保存。"))
