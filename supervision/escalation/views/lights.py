"""督办待办: what calls on somebody to act, what was done about it, and what a digest told of."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from deputies.accounts.access import Permission, SignedIn, can, requires
from liaison.base.errors import DomainError
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast
from opinions.matters.models import Matter
from supervision.escalation import queries
from supervision.escalation.forms import DoneForm, LightsForm
from supervision.escalation.models import Digest, Firing
from supervision.escalation.services import acknowledge

PAGES = "supervision/escalation"


@require_GET
@requires(Permission.SUPERVISION_VIEW)
def lights(request: SignedIn) -> HttpResponse:
    """What waits for somebody to act, newest first; first of all what waits for the user."""
    form = LightsForm(request.GET, user=request.user)
    page = KeysetPage(form.chosen(), order=("-id",), cursor=request.GET.get("page"))
    context = {"form": form, "page": page, "setbacks": _setbacks(request)}
    context["may_remind"] = can(request.user, Permission.ORDER_REMIND)
    return render_page(request, f"{PAGES}/lights.html", f"{PAGES}/_lights.html", context)


def _setbacks(request: SignedIn) -> list[Any]:
    """What the sweep had to set aside: for who can have it put right."""
    return list(queries.set_aside(request.user)) if can(request.user, Permission.LADDER_EDIT) else []


@require_http_methods(["GET", "POST"])
@requires(Permission.SUPERVISION_VIEW)
def act(request: SignedIn, pk: int) -> HttpResponse:
    """Say what was done about one light."""
    rows = Firing.objects.filter(
        acts=True, matter__in=Matter.objects.visible_to(request.user), alerts__person=request.user
    )
    firing = get_object_or_404(rows.select_related("matter", *queries.RELATED), pk=pk)
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            acknowledge(firing=firing, done=form.cleaned_data["done"], by=request.user, now=timezone.now())
        except DomainError as error:
            form.add_error("done", str(error.message))
        else:
            toast(request, _("已记入这件事的经过。"))
            return go(request, reverse("escalation:lights"))
    context = {"firing": firing, "form": form}
    return render_page(request, f"{PAGES}/act.html", f"{PAGES}/_act.html", context, status=422 if form.errors else 200)


@require_GET
@requires(Permission.DESK)
def digest(request: SignedIn, pk: int) -> HttpResponse:
    """All that one message told of."""
    try:
        found = queries.digest_of(request.user, pk)
    except Digest.DoesNotExist as error:
        raise Http404 from error
    page = KeysetPage(queries.told_in(found), order=("first", "id"), cursor=request.GET.get("page"))
    return render_page(request, f"{PAGES}/digest.html", f"{PAGES}/_digest.html", {"digest": found, "page": page})
