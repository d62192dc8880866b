"""Why a matter went where it went; following the suggestion, or deciding otherwise."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission, can, requires
from liaison.base.errors import InvalidInput, StaleState
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.handling.queries import why_not
from opinions.matters.models import Matter
from opinions.routing import services
from opinions.routing.forms import OverrideForm
from opinions.routing.queries import suggested, suggested_deputy
from opinions.routing.views.common import PAGES
from opinions.routing.wording import why


def matter_url(matter: Matter) -> str:
    """The matter's page, which belongs to the desk above."""
    return reverse("desk:matter", args=[matter.code])


def _matter(request: HttpRequest, code: str) -> Matter:
    """A matter in the user's scope, 404 for any other."""
    matters = Matter.objects.visible_to(request.user)  # type: ignore[arg-type]
    return get_object_or_404(matters.select_related("street", "district", "holder", "holder_deputy"), code=code)


@require_GET
@requires(Permission.MATTER_VIEW)
def why_panel(request: HttpRequest, code: str) -> HttpResponse:
    """Why the matter went where it went."""
    user: Any = request.user
    matter, now = _matter(request, code), timezone.now()
    may_override = can(user, Permission.MATTER_ASSIGN) and matter.status in services.REROUTABLE
    may_confirm = may_override and why_not(user, matter, "assign", now=now) is None
    may_hand_on = may_override and why_not(user, matter, "transfer", now=now) is None
    context = {
        "matter": matter,
        "decisions": why(matter),
        "may_override": may_override,
        "suggested": suggested(matter) if may_confirm else None,
        "deputy": suggested_deputy(matter) if may_hand_on else None,
    }
    return render_page(request, f"{PAGES}/why.html", f"{PAGES}/_why.html", context)


@require_POST
@requires(Permission.MATTER_ASSIGN)
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Do what the rules suggest; only on what the user saw."""
    user: Any = request.user
    matter = _matter(request, code)
    if request.POST.get("seen", "") not in ("", str(matter.version)):
        raise StaleState
    done = services.confirm(matter=matter, by=user, now=timezone.now())
    toast(request, _("已按建议转给代表。") if done.holder_deputy_id else _("已按建议交办。"))
    return go(request, matter_url(matter))


@require_http_methods(["GET", "POST"])
@requires(Permission.MATTER_ASSIGN)
def override(request: HttpRequest, code: str) -> HttpResponse:
    """Decide otherwise than the engine, with a reason; whoever comes second is told so, and keeps what was typed."""
    matter = _matter(request, code)
    form = OverrideForm(request.POST or None, matter=matter)
    if form.overtaken:
        form.is_valid()
        form.add_error(None, str(StaleState.message))
        return _page(request, form, matter, StaleState.status_code)
    if form.is_valid() and _overridden(request, form, matter):
        toast(request, _("已改派。"))
        return go(request, matter_url(matter))
    return _page(request, form, matter, 422 if form.is_bound else 200)


def _page(request: HttpRequest, form: OverrideForm, matter: Matter, status: int) -> HttpResponse:
    context = {"form": form, "matter": matter}
    return render_page(request, f"{PAGES}/override.html", f"{PAGES}/_override.html", context, status=status)


def _overridden(request: HttpRequest, form: OverrideForm, matter: Matter) -> bool:
    user: Any = request.user
    said = {"because": form.because, "text": form.cleaned_data["text"]}
    try:
        services.override(matter=matter, choice=form.choice, by=user, now=timezone.now(), **said)
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return False
    return True
