"""The desk pages of rehearsals: asking, watching, reading; a time for activating, and the way back."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, requires
from deputies.organisations.queries import district_of
from liaison.base.documents.xlsx import CONTENT_TYPE
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from opinions.rehearsal import jobs, services
from opinions.rehearsal.access import may_read
from opinions.rehearsal.export import book, file_name
from opinions.rehearsal.forms import PlanForm, SiftForm, StartForm
from opinions.rehearsal.models import Phase, Rehearsal
from opinions.rehearsal.queries import (
    differences_of,
    last_plan,
    rehearsals_for,
    version_before,
    waiting_plan,
)
from opinions.rehearsal.shown import shown, tables
from opinions.rehearsal.sides import sides
from opinions.routing.access import may_keep
from opinions.routing.models import RuleSet, RuleSetStatus
from opinions.routing.queries import active_set, fingerprint, version_called

PAGES = "opinions/rehearsal"
MOST_LISTED = 5


def _version(request: SignedIn, key: str) -> RuleSet:
    """A version whose rehearsals the user may read, 404 for any other."""
    district = district_of(request.user.organisation) if request.user.organisation else None
    found = version_called(district.pk, key) if district else None
    if found is None or not may_read(request.user, found):
        raise Http404
    return found


def _kept(request: SignedIn, key: str) -> RuleSet:
    """A version that the user keeps. Raises NotAllowed for one that the user only reads."""
    found = _version(request, key)
    if not may_keep(request.user, found):
        raise NotAllowed
    return found


def _rehearsal(request: SignedIn, pk: int) -> Rehearsal:
    return get_object_or_404(rehearsals_for(request.user), pk=pk)


def _finished(request: SignedIn, pk: int) -> Rehearsal:
    """One with a result, 404 for any other."""
    return get_object_or_404(rehearsals_for(request.user).filter(finished_at__isnull=False), pk=pk)


def _rules(rule_set: RuleSet) -> str:
    return reverse("routing:version", args=[rule_set.key])


@require_GET
@requires(Permission.RULES_VIEW)
def overview(request: SignedIn) -> HttpResponse:
    """All rehearsals, newest first."""
    rows = rehearsals_for(request.user).defer("summary")
    page = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    listed = [(one, one.phase(timezone.now())) for one in page]
    return render_page(request, f"{PAGES}/list.html", f"{PAGES}/_list.html", {"page": page, "listed": listed})


@never_cache
@require_GET
@requires(Permission.RULES_VIEW)
def panel(request: SignedIn, key: str) -> HttpResponse:
    """Beside the rules of a version: rehearse, set a time, go back."""
    rule_set = _version(request, key)
    keeps, active = may_keep(request.user, rule_set), rule_set.status == RuleSetStatus.ACTIVE
    rows = rehearsals_for(request.user).filter(rule_set=rule_set).defer("summary")[:MOST_LISTED]
    context = {
        "rule_set": rule_set,
        "keeps": keeps,
        "draft": rule_set.status == RuleSetStatus.DRAFT,
        "rehearsals": [(one, one.phase(timezone.now())) for one in rows],
        "plan": last_plan(rule_set),
        "before": version_before(rule_set.district_id, rule_set.street_id) if keeps and active else None,
        "may_return": keeps and rule_set.status == RuleSetStatus.RETIRED and rule_set.activated_at is not None,
    }
    return render_page(request, f"{PAGES}/panel.html", f"{PAGES}/_panel.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_VIEW)
def start(request: SignedIn, key: str) -> HttpResponse:
    """Which period, and compared with what; then in the background."""
    rule_set, now = _kept(request, key), timezone.now()
    form = StartForm(request.POST or None, rule_set=rule_set, today=local_today(now))
    if form.is_valid():
        made = attempt(form, jobs.start, request=form.request, by=request.user, now=now)
        if made is not None:
            return go(request, reverse("rehearsal:result", args=[made.pk]))
    return _form(request, "start", form, rule_set)


def _form(request: SignedIn, name: str, form: Any, rule_set: RuleSet, **more: Any) -> HttpResponse:
    context = {"form": form, "rule_set": rule_set, **more}
    status = 422 if form.is_bound else 200
    return render_page(request, f"{PAGES}/{name}.html", f"{PAGES}/_{name}.html", context, status=status)


@never_cache
@require_safe
@requires(Permission.RULES_VIEW)
def result(request: SignedIn, pk: int) -> HttpResponse:
    """How far it is, and when it is done what would change."""
    held, now = _rehearsal(request, pk), timezone.now()
    phase = held.phase(now)
    context: dict[str, Any] = {"rehearsal": held, "phase": phase, "keeps": may_keep(request.user, held.rule_set)}
    if phase == Phase.DONE:
        context |= {"tables": tables(held), "edited": held.fingerprint != fingerprint(held.rule_set)}
        context["page"] = KeysetPage(differences_of(held, request.user), order=("id",), size=10)
        context["rows"] = shown(held, context["page"].items)
    return render_page(request, f"{PAGES}/result.html", f"{PAGES}/_result.html", context)


@require_POST
@requires(Permission.RULES_VIEW)
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    held = _rehearsal(request, pk)
    if not may_keep(request.user, held.rule_set):
        raise NotAllowed
    services.cancel(rehearsal=held, now=timezone.now())
    toast(request, _("演练已取消。"))
    return go(request, reverse("rehearsal:result", args=[pk]))


@require_GET
@requires(Permission.RULES_VIEW)
def differences(request: SignedIn, pk: int) -> HttpResponse:
    """All opinions that would be decided otherwise, sifted."""
    held = _finished(request, pk)
    form = SiftForm(request.GET, rehearsal=held)
    rows = differences_of(held, request.user).filter(**form.conditions)
    page = KeysetPage(rows, order=("id",), cursor=request.GET.get("page"))
    context = {"rehearsal": held, "form": form, "page": page, "rows": shown(held, page.items)}
    return render_page(request, f"{PAGES}/differences.html", f"{PAGES}/_differences.html", context)


@require_GET
@requires(Permission.RULES_VIEW)
def difference(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """One opinion with the reasons of both decisions side by side."""
    held = _finished(request, pk)
    row = get_object_or_404(differences_of(held, request.user), pk=number)
    context = {
        "rehearsal": held,
        "row": shown(held, [row])[0],
        "sides": sides(held, row),
        "edited": held.fingerprint != fingerprint(held.rule_set),
    }
    return render_page(request, f"{PAGES}/difference.html", f"{PAGES}/_difference.html", context)


@require_GET
@requires(Permission.MATTER_EXPORT)
def export(request: SignedIn, pk: int) -> HttpResponse:
    """The tables and the sifted differences as a spreadsheet."""
    held = _finished(request, pk)
    rows = differences_of(held, request.user).filter(**SiftForm(request.GET, rehearsal=held).conditions)
    response = HttpResponse(book(held, rows), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{file_name(held)}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_VIEW)
def plan(request: SignedIn, key: str) -> HttpResponse:
    """Set the time at which a draft is to be in force."""
    rule_set, now = _kept(request, key), timezone.now()
    form = PlanForm(request.POST or None)
    if form.is_valid() and _planned(request, form, rule_set, now):
        toast(request, _("已约定生效时间，到时自动生效。"))
        return go(request, _rules(rule_set))
    return _form(request, "plan", form, rule_set, waiting=waiting_plan(rule_set))


def _planned(request: SignedIn, form: PlanForm, rule_set: RuleSet, now: datetime) -> bool:
    try:
        services.plan_activation(rule_set=rule_set, at=form.cleaned_data["at"], by=request.user, now=now)
    except InvalidInput as error:
        form.add_error(error.field or None, str(error.message))
        return False
    return True


@require_POST
@requires(Permission.RULES_VIEW)
def call_off(request: SignedIn, key: str) -> HttpResponse:
    rule_set = _kept(request, key)
    services.call_off(rule_set=rule_set, by=request.user, now=timezone.now())
    toast(request, _("已取消约定的生效时间。"))
    return go(request, _rules(rule_set))


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_VIEW)
def back(request: SignedIn, key: str) -> HttpResponse:
    """Back to this version: what that means, then one step."""
    to = _kept(request, key)
    present = active_set(to.district_id, to.street_id)
    problems: list[str] = []
    if request.method == "POST" and present is not None:
        try:
            seen = _kept(request, request.POST.get("seen", ""))
            services.roll_back(to=to, instead_of=seen, by=request.user, now=timezone.now())
            toast(request, _("已回到版本 %(version)d，对今后提交的事项起作用。") % {"version": to.version})
            return go(request, _rules(to))
        except DomainError as error:
            problems = getattr(error, "problems", None) or [str(error.message)]
    context = {"rule_set": to, "present": present, "problems": problems}
    status = 409 if problems else 200
    return render_page(request, f"{PAGES}/back.html", f"{PAGES}/_back.html", context, status=status)
