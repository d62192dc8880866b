"""The audit administrator's pages: the ledger and its proof."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deputies.accounts import queries
from deputies.accounts.access import Permission, requires
from deputies.accounts.forms import ChainForm, EventFilter
from deputies.accounts.proof_job import KIND
from liaison.base.audit.proof import MOST_AT_ONCE, prove
from liaison.base.audit.queries import ledger_is_larger_than
from liaison.base.jobs.services import start_job
from liaison.base.web.htmx import go
from liaison.base.web.paging import KeysetPage


@requires(Permission.AUDIT_LOG)
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Events of the ledger, newest first."""
    form = EventFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = KeysetPage(queries.events(**wanted), order=("-at", "-id"), cursor=request.GET.get("page"))
    rows = [queries.audit_row(event) for event in page.items]
    chain = wanted.get("chain", "")
    return render(request, "deputies/accounts/audit.html", {"form": form, "page": page, "rows": rows, "chain": chain})


@requires(Permission.AUDIT_LOG)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk one chain or all of them and say whether they hold; a large ledger is walked by the worker."""
    form = ChainForm(request.POST)
    chain = form.cleaned_data["chain"] if form.is_valid() else ""
    if not chain and ledger_is_larger_than(MOST_AT_ONCE):
        return _by_the_worker(request)
    return render(request, "deputies/accounts/proof.html", {"chain": chain, "proof": prove(chain)})


def _by_the_worker(request: HttpRequest) -> HttpResponse:
    job = start_job(
        kind=KIND,
        title=_("核验全部记录"),
        params={},
        permission=Permission.AUDIT_LOG,
        by=request.user,
        now=timezone.now(),
    )
    return go(request, reverse("jobs:job", args=[job.pk]))
