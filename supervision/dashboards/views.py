"""The boards, the rows behind their numbers, and the wall."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission, SignedIn, requires, unattended
from liaison.base.web.htmx import render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.queries import current_calendar
from supervision.dashboards.forms import BoardForm, RowsForm
from supervision.dashboards.measures import MEASURES, RATES, Measure
from supervision.dashboards.models import PromiseFact
from supervision.dashboards.page import home_page, narrowed_by, tag
from supervision.dashboards.queries import behind, days, matters_of, promises_of
from supervision.dashboards.services import at_hand

PAGES = "supervision/dashboards"
NOTHING_NEW = 204


@require_GET
@requires(Permission.SUPERVISION_VIEW)
def home(request: SignedIn) -> HttpResponse:
    """What is red and whose, what turns tomorrow, and how it goes over the months."""
    return render(request, f"{PAGES}/home.html", _board(request))


@require_GET
@requires(Permission.SUPERVISION_VIEW)
def wall(request: SignedIn) -> HttpResponse:
    """The same for a large screen: big, calm, in turns, and without anything about a person."""
    return render(request, f"{PAGES}/wall.html", _board(request, wall=True))


@unattended
@require_GET
@requires(Permission.SUPERVISION_VIEW)
def live(request: SignedIn) -> HttpResponse:
    """The board as it is now, for a page that asks every half minute; nothing (204) while its tag holds."""
    state = at_hand(now=timezone.now())
    if state is not None and request.GET.get("tag") == _tag(request, state):
        return HttpResponse(status=NOTHING_NEW)
    wall = "wall" in request.GET
    return render(request, f"{PAGES}/{'_wall' if wall else '_board'}.html", _board(request, wall=wall))


def _tag(request: SignedIn, state: Any) -> str:
    return tag(request.user, state, _asked(request), _today(), get_language() or "")


def _today() -> date:
    return local_today(timezone.now())


def _board(request: SignedIn, *, wall: bool = False) -> dict[str, Any]:
    state, form = at_hand(now=timezone.now()), BoardForm(request.GET, user=request.user)
    if state is None:
        return {"form": form, "building": True}
    page = home_page(request.user, form, days(current_calendar(), _today()), state, wall=wall)
    return {"form": form, "tag": _tag(request, state), "asked": _asked(request), **page}


def _asked(request: SignedIn) -> str:
    """What the page was asked for, for asking again."""
    asked = request.GET.copy()
    for name in ("tag", "wall"):
        asked.pop(name, None)
    return asked.urlencode()


@require_GET
@requires(Permission.SUPERVISION_VIEW)
def rows(request: SignedIn) -> HttpResponse:
    """Exactly the matters, or promises, that a number counts."""
    at_hand(now=timezone.now())
    today = _today()
    form = RowsForm(request.GET)
    if "measure" in form.errors:
        raise Http404
    measure, chosen = form.read(today)
    found, at = MEASURES[measure], days(current_calendar(), today)
    facts = behind(request.user, chosen, measure, at)
    page = KeysetPage(facts, order=found.order, cursor=request.GET.get("page"))
    context = {
        "measure": found, "chosen": chosen, "page": page, "rows": _rows(found, page.items, today),
        "count": facts.count(), "narrowed": narrowed_by(chosen), "promises": found.of is PromiseFact,
    }  # fmt: skip
    return render_page(request, f"{PAGES}/rows.html", f"{PAGES}/_rows.html", context)


def _rows(measure: Measure, facts: list[Any], today: date) -> list[Any]:
    """The rows of a table, lit."""
    return promises_of(facts, today) if measure.of is PromiseFact else matters_of(facts, today)


@require_GET
@requires(Permission.SUPERVISION_VIEW)
def definitions(request: SignedIn) -> HttpResponse:
    """How every number is counted, and what it leaves out."""
    return render(request, f"{PAGES}/definitions.html", {"measures": MEASURES.values(), "rates": RATES.values()})
