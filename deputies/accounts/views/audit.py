"""The audit administrator's pages: the ledger and its proof."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from deputies.accounts import queries
from deputies.accounts.access import Permission, requires
from deputies.accounts.forms import ChainForm, EventFilter
from liaison.base.audit.proof import prove
from liaison.base.web.paging import KeysetPage


@requires(Permission.AUDIT_LOG)
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Events of the ledger, newest first."""
    form = EventFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = KeysetPage(queries.events(**wanted), order=("-at", "-id"), cursor=request.GET.get("page"))
    rows = [queries.audit_row(event) for event in page.items]
    return render(request, "deputies/accounts/audit.html", {"form": form, "page": page, "rows": rows})


@requires(Permission.AUDIT_LOG)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk one chain or all of them and say whether they hold."""
    form = ChainForm(request.POST)
    chain = form.cleaned_data["chain"] if form.is_valid() else ""
    return render(request, "deputies/accounts/proof.html", {"chain": chain, "proof": prove(chain)})
