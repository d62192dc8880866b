"""What the screens of the programme share: loading by scope, and their form."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from deputies.accounts.access import SignedIn
from liaison.base.errors import NotAllowed
from liaison.base.web.steps import Act, serve_form
from supervision.programme.access import organises
from supervision.programme.models import Activity, Participant, Task
from supervision.programme.queries import own_invitations, visible_activities, visible_tasks

PAGES = "supervision/programme"
FORM = f"{PAGES}/form.html", f"{PAGES}/_form.html"


def load_activity(request: SignedIn, pk: int) -> Activity:
    """The activity, if it is in the user's scope; else 404."""
    return get_object_or_404(visible_activities(request.user), pk=pk)


def load_own_activity(request: SignedIn, pk: int) -> Activity:
    """The activity, if it is in the user's scope and the user's committee holds it; else 404, or NotAllowed."""
    activity = load_activity(request, pk)
    if not organises(request.user, activity):
        raise NotAllowed
    return activity


def load_task(request: SignedIn, pk: int) -> Task:
    """The task, if it is in the user's scope; else 404."""
    return get_object_or_404(visible_tasks(request.user), pk=pk)


def load_invitation(request: SignedIn, pk: int) -> Participant:
    """The invitation, if the user answers it; else 404."""
    return get_object_or_404(own_invitations(request.user).select_related("activity", "deputy", "body", "user"), pk=pk)


def place_of(activity: Activity) -> str:
    """Where the activity is shown."""
    return reverse("programme:activity", args=[activity.pk])


def serve(
    request: SignedIn, *, form: Any, label: Any, place: str, act: Act, said: Any, about: str = "",
) -> HttpResponse:  # fmt: skip
    """A form of the programme."""
    return serve_form(request, form, act, pages=FORM, said=said, place=place, label=label, about=about)


def serve_on(request: SignedIn, activity: Activity, form: Any, act: Act, *, label: Any, said: Any) -> HttpResponse:
    """A form about one activity, and back to it."""
    place, about = place_of(activity), activity.title
    return serve(request, form=form, label=label, place=place, act=act, said=said, about=about)
