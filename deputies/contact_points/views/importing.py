"""Importing a roster on the web: upload, dry run, confirm."""

from datetime import datetime
from typing import Any

from django.core import signing
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
from liaison.base.documents.xlsx import workbook_response
from liaison.base.errors import InvalidInput
from liaison.base.imports import Row, Table, read_table
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today

KEPT_SECONDS = 3600
"""How long a dry run may be confirmed."""
MOST_ROWS = 2_000
"""Rows that are written while the user waits (some milliseconds each, in one transaction)."""
MOST_PACKED = 1_500_000
"""Characters of a packed table that a form may carry (DATA_UPLOAD_MAX_MEMORY_SIZE bounds it)."""
SHOWN = 100
"""Rows listed on the page of the dry run."""


@requires(Permission.ROSTER_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster_import(request: HttpRequest) -> HttpResponse:
    """Upload a file and see what it would do; nothing is written."""
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ImportForm(*posted)
    table = attempt(form, _table, form.cleaned_data["file"]) if form.is_valid() else None
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
    table = _unpack(request)
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


def _table(upload: Any) -> Table:
    table = read_table(upload.read(), name=upload.name)
    if len(table.rows) > MOST_ROWS or len(_pack_text(table)) > MOST_PACKED:
        raise InvalidInput(
            _("网页一次最多导入 %(most)s 行，请分成几个文件，或由管理员用命令行导入。") % {"most": MOST_ROWS},
            field="file",
        )
    return table


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
        "packed": _pack(request, table) if plan.report.ok and plan.acting else "",
        "form": ImportForm(),
    }
    status = 200 if plan.report.ok else 422
    return render(request, "deputies/contact_points/roster_import.html", context, status=status)


def _pack_text(table: Table) -> str:
    rows = [[row.number, [row[column] for column in table.columns]] for row in table.rows]
    return signing.dumps([list(table.columns), rows], salt="roster-import", compress=True)


def _pack(request: HttpRequest, table: Table) -> str:
    """The table, signed for this user: the server keeps no personal data between the two steps."""
    return signing.dumps([request.user.pk, _pack_text(table)], salt="roster-import-by")


def _unpack(request: HttpRequest) -> Table:
    """The table of the dry run. Raises InvalidInput when it is not this user's, not ours or too old."""
    try:
        owner, packed = signing.loads(request.POST.get("packed", ""), salt="roster-import-by", max_age=KEPT_SECONDS)
        columns, rows = signing.loads(packed, salt="roster-import")
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidInput(_("这次试读已经过期，请重新上传文件。")) from error
    if owner != request.user.pk:
        raise InvalidInput(_("这次试读已经过期，请重新上传文件。"))
    return Table(columns, [Row(number, dict(zip(columns, cells, strict=True))) for number, cells in rows])
