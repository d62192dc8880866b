"""The desk pages of the working calendar (what is listed, what an import would change, the import itself) and of the
sum behind one limit."""

from datetime import date

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, requires
from liaison.base.nudge import Nudge
from liaison.base.web.htmx import go, render_page
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast, toast_refusal
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.list_files import as_json
from liaison.base.workdays.official_list import FIRST_YEAR, LAST_YEAR, NotPublished, OfficialList, packaged_list
from liaison.base.workdays.services import plan_year, planned_calendar, save_list
from opinions.clocks.almanac import almanac, spans
from opinions.clocks.forms import ListForm
from opinions.clocks.queries import gives_light, light_of, reckoned
from opinions.clocks.services import preview
from opinions.matters.models import Matter

PAGES = "opinions/clocks"
SWEEP = Nudge("cases.sweep")


def _year(request: SignedIn, today: date) -> int:
    """The year that is asked for, else the present one."""
    text = request.GET.get("year", "")
    return int(text) if text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR else today.year


@require_safe
@requires(Permission.REFERENCE_EDIT)
def calendar(request: SignedIn) -> HttpResponse:
    """工作日历: a year's days, whether its list is known, and what imports changed."""
    return _page(request, ListForm())


def _page(request: SignedIn, form: ListForm, *, status: int = 200) -> HttpResponse:
    today = local_today(timezone.now())
    held = almanac(_year(request, today), today=today)
    place = reverse("clocks:calendar")
    tabs = [
        Tab(
            str(year) if known else _("%(year)s（暂定）") % {"year": year},
            f"{place}?year={year}",
            current=year == held.year,
        )
        for year, known in held.years
    ]
    return render(request, f"{PAGES}/calendar.html", {"held": held, "tabs": tabs, "form": form}, status=status)


@require_POST
@requires(Permission.REFERENCE_EDIT)
def calendar_preview(request: SignedIn) -> HttpResponse:
    """What importing a list would change; nothing is written."""
    form = ListForm(request.POST, request.FILES)
    return _show(request, form.official) if form.is_valid() else _page(request, form, status=422)


@require_POST
@requires(Permission.REFERENCE_EDIT)
def calendar_packaged(request: SignedIn, year: int) -> HttpResponse:
    """The same for the list that comes with the program."""
    try:
        return _show(request, packaged_list(year))
    except NotPublished as error:
        toast_refusal(request, error)
        return go(request, f"{reverse('clocks:calendar')}?year={year}")


def _show(request: SignedIn, official: OfficialList) -> HttpResponse:
    change = plan_year(official)
    context = {
        "official": official,
        "change": change,
        "spans": spans(official.days),
        "moves": preview(planned_calendar(official), change.differences) if change.moves_limits else None,
        "form": ListForm(initial={"text": as_json(official)}),
    }
    return render(request, f"{PAGES}/calendar_preview.html", context)


@require_POST
@requires(Permission.REFERENCE_EDIT)
def calendar_import(request: SignedIn) -> HttpResponse:
    """Import a list that was looked at; a worker then computes the open limits anew."""
    form = ListForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    save_list(by=request.user, official=form.official, now=timezone.now())
    transaction.on_commit(SWEEP, robust=True)
    toast(request, _("%(year)s 年的放假安排已导入，涉及的时限正在重新计算。") % {"year": form.official.year})
    return go(request, f"{reverse('clocks:calendar')}?year={form.official.year}")


@require_safe
@requires(Permission.MATTER_VIEW)
def reckoning(request: SignedIn, code: str, pk: int) -> HttpResponse:
    """时限怎么算的: a clock of a matter, running or stopped, day by day."""
    matter = get_object_or_404(Matter.objects.one_visible_to(request.user, code))
    clock = get_object_or_404(matter.clocks.select_related("organisation", "policy"), pk=pk)
    light = light_of(clock, local_today(timezone.now()))
    context = {
        "matter": matter, "clock": clock, "parts": reckoned(clock), "light": light, "lights": gives_light(clock)
    }  # fmt: skip
    return render_page(request, f"{PAGES}/reckoning.html", f"{PAGES}/_reckoning.html", context)
