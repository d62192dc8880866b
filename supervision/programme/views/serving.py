"""What the screens of the programme share: loading by scope, forms as pages or dialogs, one-tap steps."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from deputies.accounts.access import SignedIn
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.parts import Thumb
from liaison.base.web.toasts import toast, toast_refusal
from supervision.programme.access import organises
from supervision.programme.models import Activity, Participant, Task
from supervision.programme.queries import own_invitations, visible_activities, visible_tasks

PAGES = "supervision/programme"
Act = Callable[..., Any]


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
    """A form as a page or a dialog. `act` does it and may return where to go; a refusal stands at its field and what
    was typed stays."""
    if form.is_bound and form.is_valid():
        went = attempt(form, act, by=request.user, now=timezone.now())
        if form.is_valid():
            toast(request, said)
            return go(request, went if isinstance(went, str) else place)
    context = {"form": form, "label": label, "place": place, "about": about}
    return render_page(
        request, f"{PAGES}/form.html", f"{PAGES}/_form.html", context, status=422 if form.is_bound else 200
    )


def serve_on(request: SignedIn, activity: Activity, form: Any, act: Act, *, label: Any, said: Any) -> HttpResponse:
    """A form about one activity, and back to it."""
    place, about = place_of(activity), activity.title
    return serve(request, form=form, label=label, place=place, act=act, said=said, about=about)


def tap(request: SignedIn, act: Act, *, place: str, said: Any) -> HttpResponse:
    """One tap, no form. A step that somebody else has done meanwhile is told, not lost."""
    try:
        act(by=request.user, now=timezone.now())
        toast(request, said)
    except NotAllowed:
        raise
    except DomainError as error:
        toast_refusal(request, error)
    return go(request, place)


def thumb(stored: StoredFile, url: str) -> Thumb:
    """A photo as it is shown."""
    return Thumb(url=url, name=stored.name, preview_url=f"{url}?thumb=1", size=stored.size)
