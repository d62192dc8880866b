"""Importing a roster on the web: upload, dry run, confirm."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, requires
from deputies.contact_points.forms import ImportForm
from deputies.contact_points.importing import Plan, apply_plan, plan_import
from deputies.contact_points.roster_template import roster_template
from deputies.contact_points.views.held import pack, table_of, unpack
from liaison.base.documents.xlsx import workbook_response
from liaison.base.imports import Table
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today

MOST_ROWS = 2_000
"""Rows that are written while the user waits (some milliseconds each, in one transaction)."""
SALT = "roster-import"
SHOWN = 100
"""Rows listed on the page of the dry run."""


@requires(Permission.ROSTER_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster_import(request: HttpRequest) -> HttpResponse:
    """Upload a file and see what it would do; nothing is written."""
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ImportForm(*posted)
    table = attempt(form, table_of, form.cleaned_data["file"], most=MOST_ROWS) if form.is_valid() else None
    if table is None:
        status = 422 if form.is_bound else 200
        return render(request, "deputies/contact_points/roster_import.html", {"form": form}, status=status)
    return _dry_run(request, table)


@requires(Permission.ROSTER_EDIT)
@never_cache
@require_POST
def roster_import_confirm(request: HttpRequest) -> HttpResponse:
    """Write what the dry run showed; it is planned afresh, since the roster may have moved on."""
    user: Any = request.user
    table = unpack(request, SALT)
    now = timezone.now()
    plan = plan_import(table, by=user, today=local_today(now))
    if not plan.report.ok:
        return _dry_run(request, table)
    apply_plan(plan, by=user, now=now, today=local_today(now))
    words = {"created": plan.report.created, "updated": plan.report.updated, "unchanged": plan.report.unchanged}
    toast(request, _("已导入：新增 %(created)s 位，更新 %(updated)s 位，不变 %(unchanged)s 位。") % words)
    return go(request, reverse("roster:list"))


@requires(Permission.ROSTER_EDIT)
@require_safe
def roster_import_template(request: HttpRequest) -> HttpResponse:
    """The empty file with header, examples and notes."""
    return workbook_response(roster_template(), name="roster-template.xlsx")


def _dry_run(request: HttpRequest, table: Table) -> HttpResponse:
    """What the file would do; with bad rows only the list of them."""
    user: Any = request.user
    now: datetime = timezone.now()
    plan: Plan = plan_import(table, by=user, today=local_today(now))
    context = {
        "report": plan.report,
        "errors": plan.report.errors[:SHOWN],
        "steps": plan.acting[:SHOWN],
        "more": max(0, len(plan.acting) - SHOWN),
        "more_errors": max(0, len(plan.report.errors) - SHOWN),
        "packed": pack(request, table, SALT) if plan.report.ok and plan.acting else "",
        "form": ImportForm(),
    }
    status = 200 if plan.report.ok else 422
    return render(request, "deputies/contact_points/roster_import.html", context, status=status)
