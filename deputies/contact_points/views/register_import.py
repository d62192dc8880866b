"""Importing contact points on the web: upload, dry run, confirm."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, requires
from deputies.contact_points.forms import PointsFileForm
from deputies.contact_points.register_import import apply_points, plan_points
from deputies.contact_points.register_template import register_template
from deputies.contact_points.views.held import pack, table_of, unpack
from liaison.base.documents.xlsx import workbook_response
from liaison.base.imports import Table
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast

MOST_ROWS = 2_000
"""Rows that are written while the user waits (some milliseconds each, in one transaction)."""
SALT = "points-import"
SHOWN = 100
"""Rows listed on the page of the dry run."""
PAGE = "deputies/contact_points/register_import.html"


@requires(Permission.POINT_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def points_import(request: HttpRequest) -> HttpResponse:
    """Upload a file and see what it would do; nothing is written."""
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PointsFileForm(*posted)
    table = attempt(form, table_of, form.cleaned_data["file"], most=MOST_ROWS) if form.is_valid() else None
    if table is None:
        return render(request, PAGE, {"form": form}, status=422 if form.is_bound else 200)
    return _dry_run(request, table)


@requires(Permission.POINT_EDIT)
@never_cache
@require_POST
def points_import_confirm(request: HttpRequest) -> HttpResponse:
    """Write what the dry run showed; it is planned afresh, since the register may have moved on."""
    user: Any = request.user
    table = unpack(request, SALT)
    plan = plan_points(table, by=user)
    if not plan.report.ok:
        return _dry_run(request, table)
    apply_points(plan, by=user, now=timezone.now())
    words = {"created": plan.report.created, "updated": plan.report.updated, "unchanged": plan.report.unchanged}
    toast(request, _("已导入：新增 %(created)s 个，修改 %(updated)s 个，不变 %(unchanged)s 个。") % words)
    return go(request, reverse("contact_points:list"))


@requires(Permission.POINT_EDIT)
@require_safe
def points_import_template(request: HttpRequest) -> HttpResponse:
    """The empty file with header, examples and notes."""
    return workbook_response(register_template(), name="contact-points-template.xlsx")


def _dry_run(request: HttpRequest, table: Table) -> HttpResponse:
    """What the file would do; with bad rows only the list of them."""
    user: Any = request.user
    plan = plan_points(table, by=user)
    context = {
        "report": plan.report,
        "errors": plan.report.errors[:SHOWN],
        "steps": plan.acting[:SHOWN],
        "more": max(0, len(plan.acting) - SHOWN),
        "more_errors": max(0, len(plan.report.errors) - SHOWN),
        "packed": pack(request, table, SALT) if plan.report.ok and plan.acting else "",
        "form": PointsFileForm(),
    }
    return render(request, PAGE, context, status=200 if plan.report.ok else 422)
