"""The district's own layouts of reports: what is kept, a new version, taking one out of use."""

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.files.responses import file_response
from liaison.base.web.forms import posted
from liaison.base.web.steps import serve_form, tap
from liaison.base.workdays.arithmetic import local_today
from supervision.reports import keeping
from supervision.reports.forms import LayoutForm
from supervision.reports.layouts import placeholders
from supervision.reports.models import Layout, Level
from supervision.reports.queries import layouts
from supervision.reports.registry import SECTIONS, registry
from supervision.reports.specimen import full

PAGE = "supervision/reports/layouts.html"


def layout_or_404(request: SignedIn, pk: int) -> Layout:
    """A layout of the user's own district."""
    return get_object_or_404(Layout, pk=pk, organisation=request.user.organisation_id)


@requires(P.REPORT_LAYOUT)
def index(request: SignedIn) -> HttpResponse:
    """The layouts that are kept, a form for the next version, and what a layout may name."""
    form = LayoutForm(*posted(request))
    names = placeholders(full(Level.DISTRICT, local_today(timezone.now())))

    def act(**who: Any) -> None:
        keeping.keep_layout(**form.cleaned_data, **who)

    return serve_form(
        request, form, act, pages=(PAGE, PAGE), said=_("版式已保存，下次签发时使用。"),
        place=reverse("reports:layouts"), layouts=layouts(request.user),
        names=[name for name, value in names.items() if isinstance(value, str | int)],
        codes=[(code, registry()[code].name) for section in SECTIONS for code in section.codes],
        notes=[(section.key, section.title) for section in SECTIONS],
    )  # fmt: skip


@require_GET
@requires(P.REPORT_LAYOUT)
def download(request: SignedIn, pk: int) -> HttpResponseBase:
    """A layout as it was uploaded."""
    return file_response(request, layout_or_404(request, pk).file)


@require_POST
@requires(P.REPORT_LAYOUT)
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """Take a version out of use."""
    held = layout_or_404(request, pk)
    return tap(request, partial(keeping.drop_layout, layout=held), said=_("已停用。"), place=reverse("reports:layouts"))
