"""At the desk: entering for a resident, and importing tables."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from deputies.accounts.access import Permission, requires
from liaison.base.codes import grouped, qr_png
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.imports import read_table
from liaison.base.stamps import reading
from liaison.base.web.toasts import toast
from opinions.intake.assisting import deputies_for, may_see_receipt, receipt_gone, setting_for, take_in
from opinions.intake.forms import AssistedForm, TableForm
from opinions.intake.hints import HINTS
from opinions.intake.models import ImportFile, Opinion
from opinions.intake.queries import first_reporter
from opinions.intake.services.keeping import keep_table
from opinions.intake.tables import Sheet, take_over
from opinions.intake.tracking import private_url
from opinions.intake.views.following import QR_SIZE

FORM_METHODS = ["GET", "HEAD", "POST"]


@requires(Permission.INTAKE_ASSIST)
@require_http_methods(FORM_METHODS)
def assist(request: HttpRequest) -> HttpResponse:
    """Enter what a resident said; the resident confirms by link."""
    user: Any = request.user
    with reading():
        given: dict[str, Any] = {"setting": setting_for(user), "deputies": deputies_for(user)}
        if request.method != "POST":
            form = AssistedForm(initial={"channel": "station"}, **given)
            return render(request, "opinions/intake/assist.html", {"form": form, "all_hints": HINTS})
        form = AssistedForm(request.POST, request.FILES, **given)
        receipt = take_in(form, by=user, now=timezone.now())
        if receipt is None:
            return render(request, "opinions/intake/assist.html", {"form": form, "all_hints": HINTS}, status=422)
    return redirect("intake:assist_receipt", code=receipt.matter.code)


def _entered(request: HttpRequest, code: str) -> Opinion:
    """The opinion that this officer has just entered. Raises Http404, NotAllowed."""
    user: Any = request.user
    opinion = get_object_or_404(Opinion.objects.select_related("matter"), matter__code=code, assisted_by=user)
    if not may_see_receipt(opinion, by=user, now=timezone.now()):
        raise NotAllowed(receipt_gone())
    return opinion


@requires(Permission.INTAKE_ASSIST)
@never_cache
@require_safe
def assist_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What the officer hands to the resident: code, QR, link."""
    opinion = _entered(request, code)
    reporter = first_reporter(opinion.pk)
    context = {"matter": opinion.matter, "code": grouped(opinion.matter.code), "reporter": reporter}
    context["link"] = private_url(opinion.matter.code, reporter.link_key)
    return render(request, "opinions/intake/assist_receipt.html", context)


@requires(Permission.INTAKE_ASSIST)
@never_cache
@require_safe
def assist_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The resident's link as a picture."""
    opinion = _entered(request, code)
    link = private_url(opinion.matter.code, first_reporter(opinion.pk).link_key)
    return HttpResponse(qr_png(link, QR_SIZE), content_type="image/png")


@requires(Permission.INTAKE_IMPORT)
@require_http_methods(FORM_METHODS)
def upload(request: HttpRequest) -> HttpResponse:
    """First step of an import: the table."""
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        upload_ = form.cleaned_data["table"]
        content = upload_.read()
        try:
            read_table(content, name=upload_.name)
            table = keep_table(name=upload_.name, content=content, by=user, now=timezone.now())
        except DomainError as error:
            form.add_error("table", str(error.message))
        else:
            return redirect("intake:import_table", pk=table.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "opinions/intake/import_upload.html", {"form": form}, status=status)


@requires(Permission.INTAKE_IMPORT)
@require_http_methods(FORM_METHODS)
def import_table(request: HttpRequest, pk: int) -> HttpResponse:
    """Second step: what the columns mean, a trial with every bad row, and then the import itself."""
    table = get_object_or_404(ImportFile.objects.select_related("stored"), pk=pk, by=request.user)
    sheet = Sheet.open(table, request.POST or request.GET, now=timezone.now())
    if sheet is None:
        raise Http404
    user: Any = request.user
    written = take_over(sheet, by=user) if request.method == "POST" else None
    if written is not None:
        toast(request, _("已导入 %(count)d 件。") % {"count": written.created})
        return redirect("desk:home")
    report = sheet.run(by=user, dry_run=True)
    status = 422 if request.method == "POST" else 200
    context = {"sheet": sheet, "report": report, "errors": report.errors[: sheet.MOST_SHOWN]}
    return render(request, "opinions/intake/import_table.html", context, status=status)
