"""Importing contact points on the web: upload, dry run, confirm."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, requires
from deputies.contact_points.forms import PointsFileForm
from deputies.contact_points.register_import import apply_points, plan_points
from deputies.contact_points.register_template import register_template
from deputies.contact_points.views.dry_run import Kind, counted
from liaison.base.documents.xlsx import workbook_response
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast

POINTS = Kind(
    page="deputies/contact_points/register_import.html",
    salt="points-import",
    form=PointsFileForm,
    plan=lambda table, user: plan_points(table, by=user),
)


@requires(Permission.POINT_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def points_import(request: HttpRequest) -> HttpResponse:
    """Upload a file and see what it would do; nothing is written."""
    return POINTS.upload(request)


@requires(Permission.POINT_EDIT)
@never_cache
@require_POST
def points_import_confirm(request: HttpRequest) -> HttpResponse:
    """Write what the dry run showed."""
    user: Any = request.user
    now = timezone.now()
    report, refusal = POINTS.confirm(request, lambda plan: apply_points(plan, by=user, now=now))
    if refusal is not None:
        return refusal
    toast(request, _("已导入：新增 %(created)s 个，修改 %(updated)s 个，不变 %(unchanged)s 个。") % counted(report))
    return go(request, reverse("contact_points:list"))


@requires(Permission.POINT_EDIT)
@require_safe
def points_import_template(request: HttpRequest) -> HttpResponse:
    """The empty file with header, examples and notes."""
    return workbook_response(register_template(), name="contact-points-template.xlsx")
