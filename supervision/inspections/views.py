"""Inspectors: their groups, what they look at, and the page of a one-time link."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.responses import file_response
from liaison.base.files.services import prepared_images
from liaison.base.web.decorators import public
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import render_page
from liaison.base.web.parts import Thumb
from liaison.base.web.steps import serve_form, tap
from liaison.base.workdays.arithmetic import local_today
from opinions.plans.queries import public_measures, with_plan_for
from supervision.inspections import queries, services
from supervision.inspections.access import keeps
from supervision.inspections.forms import CheckForm, GroupForm, InspectorForm, WatchForm
from supervision.inspections.models import Check, Inspector, InspectorGroup, Watch

PAGES = "supervision/inspections"


@require_GET
@requires(P.INSPECTION_VIEW)
def groups(request: SignedIn) -> HttpResponse:
    """The groups in the user's scope."""
    rows = queries.groups(request.user, local_today(timezone.now()))
    return render(request, f"{PAGES}/groups.html", {"groups": rows, "may_edit": can(request.user, P.PROGRAMME_EDIT)})


def _group(request: SignedIn, pk: int) -> InspectorGroup:
    return get_object_or_404(queries.visible_groups(request.user), pk=pk)


def _own(request: SignedIn, pk: int) -> InspectorGroup:
    """The group, if the user's committee keeps it; else 404 or NotAllowed."""
    found = _group(request, pk)
    if not keeps(request.user, found):
        raise NotAllowed
    return found


@require_GET
@requires(P.INSPECTION_VIEW)
def group(request: SignedIn, pk: int) -> HttpResponse:
    """One group: who, what they look at, what they saw, and gaps."""
    found, today = _group(request, pk), local_today(timezone.now())
    rows = queries.rows_of(queries.watches_of(found), today)
    context = {
        "group": found, "inspectors": queries.inspectors_of(found), "today": today,
        "rows": [(row, [(one, _thumbs(one)) for one in row.done]) for row in rows],
        "may_edit": keeps(request.user, found),
    }  # fmt: skip
    return render(request, f"{PAGES}/group.html", context)


def _thumbs(check: Check) -> list[Thumb]:
    return [Thumb.of(one, reverse("inspections:photo", args=[check.pk, one.pk])) for one in check.photos.all()]


@require_GET
@requires(P.MATTER_VIEW)
def photo(request: SignedIn, pk: int, photo_id: Any) -> HttpResponseBase:
    """A photo of a check, for whoever may open the matter or its plan."""
    matters = with_plan_for(request.user).order_by().values("pk")
    found = get_object_or_404(queries.visible_checks(matters), pk=pk)
    return file_response(request, get_object_or_404(found.photos, pk=photo_id), thumbnail="thumb" in request.GET)


@require_GET
@requires(P.MATTER_VIEW)
def panel(request: SignedIn, code: str) -> HttpResponse:
    """监督员查看, pulled by the page of a plan or project."""
    matter = get_object_or_404(with_plan_for(request.user), code=code)
    context = {"matter": matter, "about": queries.about(matter, request.user)}
    return render_page(request, f"{PAGES}/matter.html", f"{PAGES}/_panel.html", context)


def _serve(request: SignedIn, form: Any, service: Any, label: str, place: str, said: str, **given: Any) -> HttpResponse:
    """The form of the programme, with the service that it is for."""

    def act(**who: Any) -> None:
        data = {"matter" if name == "code" else name: value for name, value in form.cleaned_data.items()}
        service(**data, **given, **who)

    pages, about = ("supervision/programme/form.html", "supervision/programme/_form.html"), given.get("group", "")
    return serve_form(request, form, act, pages=pages, said=said, place=place, label=label, about=about)


def _place(group: InspectorGroup) -> str:
    return reverse("inspections:group", args=[group.pk])


@requires(P.PROGRAMME_EDIT)
def make(request: SignedIn) -> HttpResponse:
    """设立监督员小组."""
    form, place = GroupForm(*posted(request)), reverse("inspections:groups")
    return _serve(request, form, services.make_group, _("设立监督员小组"), place, _("已设立，请聘请监督员。"))


@requires(P.PROGRAMME_EDIT)
def name(request: SignedIn, pk: int) -> HttpResponse:
    """聘请监督员."""
    found = _own(request, pk)
    form, said = InspectorForm(*posted(request)), _("已聘请。")
    return _serve(request, form, services.name_inspector, _("聘请监督员"), _place(found), said, group=found)


@requires(P.PROGRAMME_EDIT)
def watch(request: SignedIn, pk: int) -> HttpResponse:
    """请监督员每月查看; the matter that the user came from stands there already."""
    found = _own(request, pk)
    form = WatchForm(*posted(request), user=request.user, initial={"code": request.GET.get("matter", "")[:40]})
    said = _("每月会请一位监督员去看。")
    return _serve(request, form, services.put_on_watch, _("请监督员每月查看"), _place(found), said, group=found)


@require_POST
@requires(P.PROGRAMME_EDIT)
def end_inspector(request: SignedIn, pk: int) -> HttpResponse:
    """监督员离任."""
    row = get_object_or_404(Inspector.objects.filter(group__in=queries.visible_groups(request.user)), pk=pk)
    act = partial(services.end_inspector, inspector=row)
    return tap(request, act, said=_("已离任，手机号已删除。"), place=_place(row.group))


@require_POST
@requires(P.PROGRAMME_EDIT)
def end_watch(request: SignedIn, pk: int) -> HttpResponse:
    """结束每月查看."""
    row = get_object_or_404(Watch.objects.filter(group__in=queries.visible_groups(request.user)), pk=pk)
    return tap(request, partial(services.end_watch, watch=row), said=_("已结束。"), place=_place(row.group))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a one-time link: what to look at, and what was seen."""
    now = timezone.now()
    try:
        found = services.open_check(token, now=now)
        form = CheckForm(*posted(request))
        if form.is_bound and form.is_valid() and _reported(form, token, now):
            return render(request, f"{PAGES}/thanks.html")
    except services.CheckDone as error:
        return render(request, f"{PAGES}/thanks.html", {"words": error.message}, status=error.status_code)
    except DomainError as error:
        return render(request, "opinions/guests/closed.html", {"words": error.message}, status=error.status_code)
    context = {"check": found, "form": form, "measures": public_measures(found.watch.matter)}
    return render(request, f"{PAGES}/look.html", context, status=422 if form.is_bound else 200)


def _reported(form: CheckForm, token: str, now: Any) -> bool:
    """Whether it was taken in; a refusal stands at its field."""

    def act() -> Check:
        data = form.cleaned_data
        with prepared_images(data.pop("photos"), by=None, now=now) as photos:
            return services.report(token=token, photos=photos, now=now, **data)

    return attempt(form, act) is not None
