"""回访台账: the closed matters of a half-year with the calls and visits since, and noting one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.documents.xlsx import Sheet, workbook_response
from liaison.base.web.forms import posted
from liaison.base.web.paging import KeysetPage
from liaison.base.web.steps import serve_form
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.revisits import services
from supervision.revisits.access import guarded
from supervision.revisits.forms import ContactForm, LedgerForm
from supervision.revisits.ledger import COLUMNS, MOST_ROWS, ORDER, Half, lines, sheet_rows, streets_for

PAGES = "supervision/revisits"


@require_GET
@requires(P.QUALITY_MARK)
def listing(request: SignedIn) -> HttpResponse:
    """The closed matters of a street and half-year, those closed last first."""
    form = _asked(request)
    page = KeysetPage(form.chosen(request.user), order=ORDER, cursor=request.GET.get("page"))
    return render(request, f"{PAGES}/ledger.html", {"form": form, "page": page, "lines": lines(page.items)})


def _asked(request: SignedIn) -> LedgerForm:
    return LedgerForm(request.GET, streets=streets_for(request.user), today=local_today(timezone.now()))


@require_GET
@requires(P.QUALITY_MARK)
def export(request: SignedIn) -> HttpResponse:
    """What the ledger shows, as a spreadsheet."""
    sheet = Sheet(_("回访台账"), COLUMNS, sheet_rows(_asked(request).chosen(request.user)), most=MOST_ROWS)
    return workbook_response(sheet, name=_("回访台账.xlsx"))


@requires(P.QUALITY_MARK)
def note(request: SignedIn, code: str) -> HttpResponse:
    """记一次联系 with the resident of a closed matter."""
    rows = Matter.objects.filter(guarded(request.user), status=Status.CLOSED).select_related("street")
    matter = get_object_or_404(rows, code=code)
    form = ContactForm(*posted(request), initial={"day": local_today(timezone.now())})

    def act(**who: Any) -> None:
        services.note_contact(matter=matter, **form.cleaned_data, **who)

    pages, said = (f"{PAGES}/contact.html", f"{PAGES}/_contact.html"), _("已记入回访台账和这件事的经过。")
    return serve_form(request, form, act, pages=pages, said=said, place=_back(matter), matter=matter)


def _back(matter: Matter) -> str:
    """The place in the ledger where the matter stands."""
    closed = local_today(matter.closed_at) if matter.closed_at else local_today(timezone.now())
    return f"{reverse('revisits:ledger')}?street={matter.street_id}&half={Half.of(closed)}"
