"""What the imports on the web share: upload, dry run, and its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from deputies.accounts.models import User
from deputies.contact_points.forms import ImportForm
from deputies.contact_points.views.held import pack, table_of, unpack
from liaison.base.import_plans import ImportPlan
from liaison.base.imports import ImportReport, Table
from liaison.base.stamps import bump
from liaison.base.web.forms import attempt

MOST_ROWS = 2_000
"""Rows that are written while the user waits (some milliseconds each, in one transaction)."""
SHOWN = 100
"""Rows listed on the page of the dry run."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One import: its page, its form, how it is planned; `salt` keeps the packed tables of two imports apart."""

    page: str
    salt: str
    form: type[ImportForm]
    plan: Callable[[Table, User], ImportPlan[Any]]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """The form, and for a file what it would do; nothing is written."""
        posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = self.form(*posted)
        table = attempt(form, table_of, form.cleaned_data["file"], most=MOST_ROWS) if form.is_valid() else None
        if table is None:
            return render(request, self.page, {"form": form}, status=422 if form.is_bound else 200)
        return self._show(request, table, self._planned(request, table))

    def confirm(
        self, request: HttpRequest, apply: Callable[[ImportPlan[Any]], None]
    ) -> tuple[ImportReport, HttpResponse | None]:
        """Write what the dry run showed; it is planned afresh, since the records may have moved on. With bad rows by
        now nothing is written, and there is a page to show. One at a time: a second press finds everything there."""
        table = unpack(request, self.salt)
        with transaction.atomic():
            bump(self.salt)
            plan = self._planned(request, table)
            if plan.report.ok:
                apply(plan)
                return plan.report, None
        return plan.report, self._show(request, table, plan)

    def _planned(self, request: HttpRequest, table: Table) -> ImportPlan[Any]:
        user: Any = request.user
        return self.plan(table, user)

    def _show(self, request: HttpRequest, table: Table, plan: ImportPlan[Any]) -> HttpResponse:
        """What the file would do; with bad rows only the list of them."""
        context = {
            "report": plan.report,
            "errors": plan.report.errors[:SHOWN],
            "steps": plan.acting[:SHOWN],
            "more": max(0, len(plan.acting) - SHOWN),
            "more_errors": max(0, len(plan.report.errors) - SHOWN),
            "packed": pack(request, table, self.salt) if plan.report.ok and plan.acting else "",
            "form": self.form(),
        }
        return render(request, self.page, context, status=200 if plan.report.ok else 422)


def counted(report: ImportReport) -> dict[str, int]:
    """The figures of a report by name, for a sentence."""
    return {"created": report.created, "updated": report.updated, "unchanged": report.unchanged}
