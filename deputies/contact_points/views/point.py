"""The page of one contact point, who sits there, their turns."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, can, requires
from deputies.contact_points import services
from deputies.contact_points.forms import DutyForm, LeaveForm, PointForm, StandardForm, StationForm
from deputies.contact_points.models import ContactPoint, DutySlot, PointKind, Standard, Stationing
from deputies.contact_points.plaques import point_symbol, point_url
from deputies.contact_points.queries import stationings_at
from deputies.roster.queries import history
from liaison.base.files.responses import file_response
from liaison.base.stamps import reading
from liaison.base.web.forms import PhotoForm, ReasonForm, attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast

RELATED = ("organisation", "division", "electoral_district", "parent", "photo")
FORM_METHODS = ["GET", "HEAD", "POST"]
COMING = 30
"""Coming turns shown on a point's page."""


def _point(request: HttpRequest, pk: int) -> ContactPoint:
    """The point, 404 outside the user's scope."""
    user: Any = request.user
    return get_object_or_404(ContactPoint.objects.visible_to(user).select_related(*RELATED), pk=pk)


def _there(point: ContactPoint) -> str:
    return reverse("contact_points:point", args=[point.pk])


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@requires(Permission.POINT_VIEW)
@require_safe
@reading()
def point_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one point."""
    user: Any = request.user
    point = _point(request, pk)
    context = {
        "history": history(point.chain, ContactPoint, Standard),
        "may_edit": can(user, Permission.POINT_EDIT),
        "may_print": can(user, Permission.PLAQUE_PRINT) and point.active,
        "may_open_deputies": can(user, Permission.ROSTER_VIEW),
        **_contents(point, timezone.now()),
    }
    return render(request, "deputies/contact_points/point.html", context)


def _contents(point: ContactPoint, now: datetime) -> dict[str, Any]:
    """What stands on a point's page."""
    return {
        "point": point,
        "standards": [(one.label, one.value in point.standards) for one in Standard],
        "children": point.children.filter(active=True).order_by("name", "id"),
        "stationings": stationings_at(point),
        "duty": DutySlot.objects.coming(now).filter(contact_point=point).select_related("deputy")[:COMING],
        "now": now,
        "symbol": point_symbol(point),
        "url": point_url(point),
    }


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def point_new(request: HttpRequest) -> HttpResponse:
    """Add a point; `?parent=` names the one above."""
    user: Any = request.user
    form = PointForm(_posted(request), user=user, initial=_from_parent(request))
    if form.is_valid():
        point = attempt(form, services.create_point, details=form.details(), by=user, now=timezone.now())
        if point is not None:
            toast(request, _("“%(name)s”已登记，二维码已生成。") % {"name": point.name})
            return go(request, _there(point))
    return render(request, "deputies/contact_points/edit.html", {"form": form}, status=422 if form.is_bound else 200)


def _from_parent(request: HttpRequest) -> dict[str, Any]:
    """First values of a point that is added under another one."""
    user: Any = request.user
    asked = request.GET.get("parent", "")
    parent = ContactPoint.objects.visible_to(user).filter(pk=asked).first() if asked.isdecimal() else None
    if parent is None:
        return {}
    kinds = list(PointKind)
    below = kinds[min(kinds.index(PointKind(parent.kind)) + 1, len(kinds) - 1)]
    ids = {"organisation": str(parent.organisation_id), "division": str(parent.division_id)}
    return ids | {"parent": parent.pk, "kind": below, "electoral_district": str(parent.electoral_district_id or "")}


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def point_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the register knows."""
    user: Any = request.user
    point = _point(request, pk)
    form = PointForm(_posted(request), user=user, point=point)
    if form.is_valid():
        attempt(
            form, services.update_point, point=point, details=form.details(), version=form.stale_version,
            by=user, now=timezone.now(),
        )  # fmt: skip
        if form.is_valid():
            toast(request, _("“%(name)s”的资料已保存。") % {"name": point.name})
            return go(request, _there(point))
    context = {"form": form, "point": point}
    return render(request, "deputies/contact_points/edit.html", context, status=422 if form.is_bound else 200)


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def standards(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick what the point has (S6)."""
    point = _point(request, pk)
    form = StandardForm(_posted(request), initial={"met": point.standards})
    return _act(request, point, form, services.set_standards, title=_("七项标准"), submit=_("保存"))


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace or take away the picture of the place."""
    form = PhotoForm(_posted(request), request.FILES or None)
    return _act(request, _point(request, pk), form, services.replace_photo, title=_("联系点照片"), submit=_("保存"))


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the point out of use."""
    lead = _("停用后，已张贴的二维码会引导到上级联系点。")
    point, form = _point(request, pk), ReasonForm(_posted(request))
    undo, words = reverse("contact_points:reopen", args=[pk]), {"lead": lead, "danger": True}
    return _act(request, point, form, services.close_point, title=_("停用联系点"), undo=undo, **words)


@requires(Permission.POINT_EDIT)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the point into use again."""
    point = _point(request, pk)
    services.reopen_point(point=point, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast(request, _("“%(name)s”已恢复使用。") % {"name": point.name})
    return go(request, _there(point))


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a new code; the old print keeps leading here."""
    lead = _("换新二维码后请重印公示牌。旧码仍会引导到这里，不会报错。")
    form = ReasonForm(_posted(request))
    return _act(request, _point(request, pk), form, services.replace_code, title=_("更换二维码"), lead=lead)


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def station(request: HttpRequest, pk: int) -> HttpResponse:
    """Station a deputy here."""
    user: Any = request.user
    point = _point(request, pk)
    form = StationForm(_posted(request), user=user, point=point)
    return _act(request, point, form, services.station, title=_("安排驻点代表"), submit=_("安排"))


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """A deputy's time here ends."""
    user: Any = request.user
    rows = Stationing.objects.current().filter(contact_point__in=ContactPoint.objects.visible_to(user))
    row = get_object_or_404(rows.select_related("contact_point__organisation", "deputy"), pk=pk)
    form = LeaveForm(_posted(request))
    if form.is_valid():
        attempt(form, services.leave, stationing=row, by=user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            return _done(request, row.contact_point, _("结束驻点"))
    title = _("结束驻点：%(name)s") % {"name": row.deputy.name}
    return _small_form(request, row.contact_point, form, title=title, lead=_("这一天以后的值班安排会一并取消。"))


@requires(Permission.POINT_EDIT)
@require_http_methods(FORM_METHODS)
def duty_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a stationed deputy a turn."""
    point = _point(request, pk)
    form = DutyForm(_posted(request), point=point)
    if form.is_valid():
        slot = attempt(form, services.add_duty, point=point, by=request.user, now=timezone.now(), **form.values())
        if slot is not None:
            undo = reverse("contact_points:duty_remove", args=[slot.pk])
            return _done(request, point, _("安排值班"), undo=undo)
    return _small_form(request, point, form, title=_("安排值班"), submit=_("安排"))


@requires(Permission.POINT_EDIT)
@require_POST
def duty_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take off a turn that has not begun."""
    user: Any = request.user
    rows = DutySlot.objects.filter(contact_point__in=ContactPoint.objects.visible_to(user))
    slot = get_object_or_404(rows.select_related("contact_point__organisation", "deputy"), pk=pk)
    services.remove_duty(slot=slot, by=user, now=timezone.now())
    return _done(request, slot.contact_point, _("取消值班"))


@requires(Permission.POINT_VIEW)
@require_safe
def photo_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture of the place, to those who may see the record."""
    return file_response(request, _point(request, pk).photo)


def _act(
    request: HttpRequest,
    point: ContactPoint,
    form: forms.Form,
    service: Callable[..., object],
    *,
    undo: str = "",
    **words: Any,
) -> HttpResponse:
    """Show a small form; when it is good, call the service with its values and go back to the point."""
    if form.is_valid():
        attempt(form, service, point=point, by=request.user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            return _done(request, point, words["title"], undo=undo)
    return _small_form(request, point, form, **words)


def _done(request: HttpRequest, point: ContactPoint, what: object, *, undo: str = "") -> HttpResponse:
    toast(request, _("“%(name)s”：%(what)s已办好。") % {"name": point.name, "what": what}, undo_url=undo)
    return go(request, _there(point))


def _small_form(
    request: HttpRequest, point: ContactPoint, form: forms.Form, *, title: str, **words: Any
) -> HttpResponse:
    """The page (or dialog) of a small form."""
    context = {"submit": title, **words, "form": form, "title": f"{title} · {point.name}", "back": _there(point)}
    status = 422 if form.is_bound else 200
    return render_page(request, "deputies/roster/act.html", "deputies/roster/_act.html", context, status=status)
