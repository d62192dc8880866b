"""The ledger, what waits for staff, and what differs."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, can, requires
from liaison.base.errors import DomainError
from liaison.base.imports import ImportReport, read_table
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast_outcome
from opinions.exchange.forms import LedgerForm, StatementForm
from opinions.exchange.models import Partner
from opinions.exchange.queries import compare, entries_of, partners_of, undelivered, unsettled
from opinions.exchange.services.pushing import redo
from opinions.exchange.services.statements import import_statement
from opinions.exchange.views.common import FORM_METHODS, PAGES, own_partners, tabs


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def ledger(request: SignedIn) -> HttpResponse:
    """Every message exchanged, newest first."""
    form = LedgerForm(request.GET, user=request.user)
    page = KeysetPage(entries_of(request.user, form.chosen), order=("-id",), cursor=request.GET.get("page"))
    context = {"form": form, "page": page, "tabs": tabs(request, "ledger")}
    return render_page(request, f"{PAGES}/ledger.html", f"{PAGES}/_ledger.html", context)


@require_safe
@requires(Permission.EXCHANGE_WORK)
def todo(request: SignedIn) -> HttpResponse:
    """Messages that did not arrive, and orders whose content the partner has changed."""
    page = KeysetPage(undelivered(request.user), order=("-id",), cursor=request.GET.get("page"))
    changes = KeysetPage(unsettled(request.user), order=("-updated_at", "-id"), cursor=request.GET.get("changes"))
    context = {"page": page, "changes": changes, "tabs": tabs(request, "todo")}
    return render(request, f"{PAGES}/todo.html", context)


@require_POST
@requires(Permission.EXCHANGE_WORK)
def again(request: SignedIn, pk: int) -> HttpResponse:
    """Send a message once more."""
    row = get_object_or_404(undelivered(request.user), pk=pk)
    toast_outcome(request, redo, _("已放回待发送，几秒后重发。"), row=row, by=request.user, now=timezone.now())
    return go(request, reverse("exchange:todo"))


@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_WORK)
def differs(request: SignedIn) -> HttpResponse:
    """Choose a partner, or upload what it says it has."""
    partners = own_partners(request)
    form = StatementForm(request.POST or None, request.FILES or None, partners=partners)
    report: ImportReport | None = None
    if request.method == "POST" and form.is_valid():
        report = _keep(request, form)
        if report is not None and report.ok:
            return go(request, reverse("exchange:comparison", args=[form.cleaned_data["partner"].code]))
    context = {"form": form, "report": report, "partners": partners, "tabs": tabs(request, "differs")}
    return render(request, f"{PAGES}/differs.html", context, status=422 if request.method == "POST" else 200)


def _keep(request: SignedIn, form: Any) -> ImportReport | None:
    """Keep the uploaded statement; None when the form says why not."""
    partner: Partner = form.cleaned_data["partner"]
    upload, since = form.cleaned_data["table"], form.cleaned_data["since"]
    start: date | None = since
    try:
        table = read_table(upload.read(), name=upload.name)
        return import_statement(table, partner=partner, by=request.user, now=timezone.now(), since=start)
    except DomainError as error:
        form.add_error("table", str(error.message))
        return None


@require_safe
@requires(Permission.EXCHANGE_WORK)
def comparison(request: SignedIn, partner: str) -> HttpResponse:
    """What a partner said last against what stands here."""
    found = get_object_or_404(partners_of(request.user), code=partner)
    may_open = can(request.user, Permission.MATTER_VIEW)
    context = {"partner": found, "found": compare(found), "tabs": tabs(request, "differs"), "may_open": may_open}
    return render(request, f"{PAGES}/comparison.html", context)
