"""Plaques to download, one or many, and the panel of a deputy's places and code."""

from typing import Any, get_args

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from deputies.accounts.access import Permission, can, requires
from deputies.contact_points import plaques as making
from deputies.contact_points.forms import PlaqueForm
from deputies.contact_points.models import ContactPoint, DutySlot
from deputies.contact_points.queries import COMING, stationings_of
from deputies.roster.models import Deputy
from liaison.base.documents.plaques import PlaqueData
from liaison.base.jobs.models import Job
from liaison.base.jobs.services import start_job
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go, render_page

FORMS = get_args(making.Form)


@requires(Permission.PLAQUE_PRINT)
@require_safe
def point_plaque(request: HttpRequest, pk: int, form: making.Form) -> HttpResponse:
    """One point's plaque."""
    user: Any = request.user
    point = get_object_or_404(ContactPoint.objects.visible_to(user).in_use(), pk=pk)
    data = making.plaques_of_points(ContactPoint.objects.filter(pk=point.pk))
    return _download(data, form, f"plaque-{point.code}")


@requires(Permission.PLAQUE_PRINT)
@require_safe
def deputy_plaque(request: HttpRequest, pk: int, form: making.Form) -> HttpResponse:
    """One deputy's plaque."""
    user: Any = request.user
    deputy = get_object_or_404(Deputy.objects.visible_to(user).active(), pk=pk)
    data = making.plaques_of_deputies(Deputy.objects.filter(pk=deputy.pk))
    return _download(data, form, f"plaque-{deputy.code}")


def _download(data: list[PlaqueData], form: making.Form, name: str) -> HttpResponse:
    response = HttpResponse(making.render(data, form), content_type=making.CONTENT_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.ROSTER_VIEW)
@require_safe
def deputy_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a deputy sits, the next turns, and the QR symbol; a panel of the deputy's page, or a page of its own."""
    user: Any = request.user
    deputy = get_object_or_404(Deputy.objects.visible_to(user), pk=pk)
    printable = {f: reverse("contact_points:deputy_plaque", args=[deputy.pk, f]) for f in FORMS}
    context = {
        "deputy": deputy,
        "stationings": stationings_of(deputy),
        "duty": DutySlot.objects.coming(timezone.now()).filter(deputy=deputy).select_related("contact_point")[:COMING],
        "symbol": making.deputy_symbol(deputy),
        "url": making.deputy_url(deputy),
        "may_print": can(user, Permission.PLAQUE_PRINT) and deputy.status == "active",
        **printable,
    }
    parts = "deputies/contact_points/deputy_panel.html", "deputies/contact_points/_deputy_panel.html"
    return render_page(request, *parts, context)


@requires(Permission.PLAQUE_PRINT)
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    """Choose what to print; the worker makes it."""
    user: Any = request.user
    form = PlaqueForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        started = attempt(form, _start, user, form)
        if started is not None:
            return go(request, reverse("jobs:job", args=[started.pk]))
    return render(request, "deputies/contact_points/plaques.html", {"form": form}, status=422 if form.is_bound else 200)


def _start(user: Any, form: PlaqueForm) -> Job:
    """Queue the job for what was chosen."""
    what = form.cleaned_data["what"]
    organisations = sorted(map(int, form.cleaned_data.get("organisations", ())))
    count = making.how_many(user, what, organisations)
    params = {"what": what, "organisations": organisations}
    return start_job(
        kind=making.KIND, title=making.job_title(what, count), params=params, permission=making.job_permission(),
        by=user, now=timezone.now(),
    )  # fmt: skip
