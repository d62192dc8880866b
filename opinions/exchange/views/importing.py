"""Work orders from a table: upload, a trial that names every bad row, and then the import itself."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from deputies.accounts.access import Permission, SignedIn, requires
from liaison.base.documents.xlsx import Sheet, workbook_response
from liaison.base.errors import DomainError
from liaison.base.imports import Table, read_table
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from opinions.exchange.forms import TableForm
from opinions.exchange.models import Partner
from opinions.exchange.queries import partners_of
from opinions.exchange.services.importing import OrderReport, import_kept, import_orders
from opinions.exchange.views.common import FORM_METHODS, PAGES, own_partners, tabs
from opinions.intake.models import ImportFile
from opinions.intake.services.keeping import keep_table

MOST_ROWS = 5_000
"""Rows that a page takes in while staff wait; more go by the command."""
MOST_SHOWN = 100
TEMPLATE = ("工单编号", "标题", "内容", "反映日期", "地点", "街道", "类别", "反映人", "电话")
"""Headings of the template, as hotlines write them."""


@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_WORK)
def upload(request: SignedIn) -> HttpResponse:
    """First step: whose orders, and the table."""
    givers = [row for row in own_partners(request) if row.gives and row.active and not row.has_keys]
    form = TableForm(request.POST or None, request.FILES or None, partners=givers)
    if request.method == "POST" and form.is_valid():
        file = _kept(request, form)
        if file is not None:
            return redirect("exchange:import_table", partner=form.cleaned_data["partner"].code, pk=file.pk)
    context = {"form": form, "givers": givers, "tabs": tabs(request, "import")}
    return render(request, f"{PAGES}/upload.html", context, status=422 if request.method == "POST" else 200)


def _kept(request: SignedIn, form: TableForm) -> ImportFile | None:
    """The uploaded table, kept; None when the form says why not."""
    upload_ = form.cleaned_data["table"]
    content = upload_.read()
    try:
        table = read_table(content, name=upload_.name)
        if len(table.rows) <= MOST_ROWS:
            return keep_table(name=upload_.name, content=content, by=request.user, now=timezone.now())
        form.add_error("table", _("超过 5000 行，请管理员用 exchange import 命令导入，或分成几个文件。"))
    except DomainError as error:
        form.add_error("table", str(error.message))
    return None


@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_WORK)
def import_table(request: SignedIn, partner: str, pk: int) -> HttpResponse:
    """Second step: what would happen; then it happens, all or nothing."""
    found = get_object_or_404(partners_of(request.user), code=partner)
    file = get_object_or_404(ImportFile.objects.select_related("stored"), pk=pk, by=request.user)
    table, problem = _table(file), ""
    try:
        report = _run(request, found, file, table)
        if request.method == "POST" and report.ok:
            toast(request, _("已导入 %(count)d 件工单。") % {"count": report.created})
            return go(request, reverse("exchange:ledger"))
    except DomainError as error:
        report, problem = OrderReport(), str(error.message)
    context = {"partner": found, "file": file, "table": table, "report": report, "problem": problem}
    context["errors"] = report.errors[:MOST_SHOWN]
    return render(request, f"{PAGES}/import.html", context, status=422 if request.method == "POST" else 200)


def _run(request: SignedIn, partner: Partner, file: ImportFile, table: Table) -> OrderReport:
    if request.method == "POST":
        return import_kept(file, table, partner=partner, by=request.user, now=timezone.now())
    return import_orders(table, partner=partner, by=request.user, now=timezone.now(), dry_run=True)


def _table(file: ImportFile) -> Table:
    with file.stored.file.open("rb") as held:
        return read_table(held.read(), name=file.stored.name)


@require_safe
@requires(Permission.EXCHANGE_WORK)
def template(request: SignedIn) -> HttpResponse:
    """An empty table with the headings that are understood."""
    notes = (
        _("“工单编号”和“内容”必须填写，其余可以空着。"),
        _("“街道”写街道或社区的名称或代码；空着的由受理机构自己分派。"),
        _("同一编号再次导入：内容相同的跳过，内容不同的列为“待核对”，不会变成第二件。"),
    )
    return workbook_response(Sheet(title=_("工单"), columns=TEMPLATE, rows=(), notes=notes), name="orders.xlsx")
