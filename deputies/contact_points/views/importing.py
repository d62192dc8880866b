"""Importing a roster on the web: upload, dry run, confirm."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, requires
from deputies.accounts.models import User
from deputies.contact_points.forms import ImportForm
from deputies.contact_points.importing import Plan, apply_plan, plan_import
from deputies.contact_points.roster_template import roster_template
from deputies.contact_points.views.dry_run import Kind, counted
from liaison.base.documents.xlsx import workbook_response
from liaison.base.imports import Table
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today


def _plan(table: Table, user: User) -> Plan:
    return plan_import(table, by=user, today=local_today(timezone.now()))


ROSTER = Kind(page="deputies/contact_points/roster_import.html", salt="roster-import", form=ImportForm, plan=_plan)


@requires(Permission.ROSTER_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster_import(request: HttpRequest) -> HttpResponse:
    """Upload a file and see what it would do; nothing is written."""
    return ROSTER.upload(request)


@requires(Permission.ROSTER_EDIT)
@never_cache
@require_POST
def roster_import_confirm(request: HttpRequest) -> HttpResponse:
    """Write what the dry run showed."""
    user: Any = request.user
    now = timezone.now()
    report, refusal = ROSTER.confirm(request, lambda plan: apply_plan(plan, by=user, now=now, today=local_today(now)))
    if refusal is not None:
        return refusal
    toast(request, _("已导入：新增 %(created)s 位，更新 %(updated)s 位，不变 %(unchanged)s 位。") % counted(report))
    return go(request, reverse("roster:list"))


@requires(Permission.ROSTER_EDIT)
@require_safe
def roster_import_template(request: HttpRequest) -> HttpResponse:
    """The empty file with header, examples and notes."""
    return workbook_response(roster_template(), name="roster-template.xlsx")
