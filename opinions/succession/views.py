"""The district's bodies and places: look, rename, merge, close."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from deputies.accounts.access import Permission, requires
from deputies.organisations.models import STREET_KINDS, Division, Organisation
from deputies.organisations.services import chain_of, division_chain
from deputies.roster.queries import history
from liaison.base.stamps import reading
from liaison.base.web.forms import ReasonForm, attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast
from opinions.succession import services
from opinions.succession.forms import BodyForm, Finder, MergeForm, PlaceForm
from opinions.succession.queries import bodies_of, divisions_of, impact_of, impact_of_place, seal

FORM_METHODS = ["GET", "HEAD", "POST"]
ORDER = ("code", "id")


def _tabs(current: str) -> list[Tab]:
    pages = {"bodies": _("机构"), "places": _("区划")}
    return [Tab(label, reverse(f"succession:{name}"), current=name == current) for name, label in pages.items()]


def _body(request: HttpRequest, pk: int) -> Organisation:
    user: Any = request.user
    return get_object_or_404(bodies_of(user), pk=pk)


def _place(request: HttpRequest, pk: int) -> Division:
    user: Any = request.user
    return get_object_or_404(divisions_of(user), pk=pk)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@requires(Permission.BODIES_EDIT)
@require_safe
@reading()
def bodies(request: HttpRequest) -> HttpResponse:
    """The bodies of the district."""
    return _listing(request, bodies_of, "bodies")


@requires(Permission.BODIES_EDIT)
@require_safe
@reading()
def places(request: HttpRequest) -> HttpResponse:
    """The streets and communities of the district."""
    return _listing(request, divisions_of, "places")


def _listing(request: HttpRequest, rows_of: Callable[..., Any], name: str) -> HttpResponse:
    form = Finder(request.GET)
    page = KeysetPage(rows_of(request.user, **form.chosen), order=ORDER, cursor=request.GET.get("page"))
    context = {"form": form, "page": page, "tabs": _tabs(name)}
    return render(request, f"opinions/succession/{name}.html", context)


@requires(Permission.BODIES_EDIT)
@require_safe
@reading()
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """A body, what stands on it, what became of it."""
    held = _body(request, pk)
    context = {
        "held": held,
        "impact": impact_of(held),
        "merges": held.kind in STREET_KINDS,
        "history": history(chain_of(held), Organisation),
    }
    return render(request, "opinions/succession/body.html", context)


@requires(Permission.BODIES_EDIT)
@require_safe
@reading()
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """A place, what belongs to it, what became of it."""
    held = _place(request, pk)
    context = {"held": held, "impact": impact_of_place(held), "history": history(division_chain(held), Division)}
    return render(request, "opinions/succession/place.html", context)


@requires(Permission.BODIES_EDIT)
@require_http_methods(FORM_METHODS)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name; what was written before keeps the old one."""
    held = _body(request, pk)
    form = BodyForm(_posted(request), initial={"name": held.name, "short_name": held.short_name})
    return _act(request, form, services.rename_body, {"body": held}, title=_("改名"))


@requires(Permission.BODIES_EDIT)
@require_http_methods(FORM_METHODS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a body without successor."""
    held = _body(request, pk)
    form = ReasonForm(_posted(request))
    lead = _("撤销后不能再接收事项。名下还有事项、承诺、督办函、任务、代表、联系点、账号或下级机构的，不能直接撤销。")
    return _act(request, form, services.close_body, {"body": held}, title=_("撤销"), lead=lead, danger=True)


@requires(Permission.BODIES_EDIT)
@require_http_methods(FORM_METHODS)
def rename_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a place."""
    held = _place(request, pk)
    form = PlaceForm(_posted(request), initial={"name": held.name})
    return _act(request, form, services.rename_place, {"division": held}, title=_("改名"))


@requires(Permission.BODIES_EDIT)
@require_http_methods(FORM_METHODS)
def close_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a place out of use."""
    held = _place(request, pk)
    form = ReasonForm(_posted(request))
    lead = _("停用后居民和工作人员都不能再选这个地方。还有在用的下级、机构、联系点或未办结事项的，不能停用。")
    return _act(request, form, services.close_place, {"division": held}, title=_("停用"), lead=lead, danger=True)


def _act(
    request: HttpRequest, form: forms.Form, service: Callable[..., object], held: dict[str, Any], *, title: str,
    **words: Any,
) -> HttpResponse:  # fmt: skip
    """A small form; when it is good, the service, and back to the body or place."""
    (kind, row), *_rest = held.items()
    back = reverse("succession:body" if kind == "body" else "succession:place", args=[row.pk])
    if form.is_valid():
        attempt(form, service, **held, by=request.user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            toast(request, _("“%(name)s”：%(what)s已办好。") % {"name": row.name, "what": title})
            return go(request, back)
    context = {"form": form, "title": f"{title} · {row.name}", "submit": title, "back": back, **words}
    status = 422 if form.is_bound else 200
    return render_page(request, "opinions/succession/act.html", "opinions/succession/_act.html", context, status=status)


@requires(Permission.BODIES_EDIT)
@require_http_methods(FORM_METHODS)
@reading()
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """First what would move, then, confirmed for exactly that, the merger."""
    held = _body(request, pk)
    if held.kind not in STREET_KINDS:
        raise services.OnlyStreets
    form, seen = MergeForm(_posted(request), body=held), request.POST.get("seen", "")
    if form.is_valid() and seen:
        words = {"into": form.successor, "reason": form.cleaned_data["reason"], "seen": seen}
        done = attempt(form, services.merge_street, body=held, by=request.user, now=timezone.now(), **words)
        if done is not None:
            told = {"name": held.name, "into": form.successor.name, "n": done.open_matters}
            toast(request, _("“%(name)s”已并入“%(into)s”，移交未办结事项 %(n)s 件。") % told)
            return go(request, reverse("succession:body", args=[form.successor.pk]))
    context: dict[str, Any] = {"held": held, "form": form, "impact": impact_of(held)}
    if form.is_bound and "into" in form.cleaned_data and "reason" in form.cleaned_data:
        context |= {"into": form.successor, "seal": seal(context["impact"], form.successor)}
    return render(request, "opinions/succession/merge.html", context, status=422 if form.errors else 200)
