"""Screens of reminders, sponsored cases, and the trail of who was responsible."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from deputies.organisations.queries import bodies
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.web.forms import posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Matter
from supervision.orders import services
from supervision.orders.access import own_case, own_ids
from supervision.orders.forms import CaseFilterForm, EndForm, NoteForm, RemindForm, SponsorForm, TargetForm
from supervision.orders.models import Sponsorship
from supervision.orders.queries import cases_for, chosen_matters, light_case, reach_of, reminders_for
from supervision.orders.trail import KINDS, by_body, matters_of, trail_of
from supervision.orders.views.common import PAGES, serve


@requires(P.ORDER_REMIND)
def remind(request: SignedIn) -> HttpResponse:
    """催办 of the matters that were ticked; shows whom it reaches, and afterwards what was left out and why."""
    given = request.POST if request.method == "POST" else request.GET
    matters = chosen_matters(request.user, given.getlist("ids"))
    form = RemindForm(posted(request)[0])
    reach = reach_of(matters, own_ids(request.user), services.working_day(local_today(timezone.now())))
    context: dict[str, Any] = {"form": form, "reach": reach, "matters": matters}
    if form.is_bound and form.is_valid():
        try:
            told = services.remind(matters=matters, by=request.user, now=timezone.now(), **form.cleaned_data)
            return _told(request, told, context)
        except NotAllowed:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
    status = 422 if form.is_bound else 200
    return render_page(request, f"{PAGES}/remind.html", f"{PAGES}/_remind.html", context, status=status)


def _told(request: SignedIn, told: services.Reminded, context: dict[str, Any]) -> HttpResponse:
    count = len(told.matters)
    toast(request, ngettext("已催办 %(n)d 件。", "已催办 %(n)d 件。", count) % {"n": count})
    if told.skipped:
        context |= {"told": told, "form": None}
        return render_page(request, f"{PAGES}/remind.html", f"{PAGES}/_remind.html", context)
    one = told.matters[0].code if count == 1 else ""
    return go(request, reverse("desk:matter", args=[one]) if one else reverse("orders:reminders"))


@require_GET
@requires(P.ORDER_VIEW)
def reminders(request: SignedIn) -> HttpResponse:
    """催办 that the user's body gave or got."""
    page = KeysetPage(reminders_for(request.user), order=("-id",), cursor=request.GET.get("page"))
    return render(request, f"{PAGES}/reminders.html", {"page": page})


@require_GET
@requires(P.ORDER_VIEW)
def reminder(request: SignedIn, pk: int) -> HttpResponse:
    """One reminder with its matters, those that the reader may open as links."""
    found = get_object_or_404(reminders_for(request.user), pk=pk)
    rows = [one.matter for one in found.rows.select_related("matter")]
    seen = Matter.objects.visible_to(request.user).filter(pk__in=[one.pk for one in rows])
    context = {"reminder": found, "rows": rows, "visible": set(seen.values_list("pk", flat=True))}
    return render(request, f"{PAGES}/reminder.html", context)


@require_GET
@requires(P.ORDER_VIEW)
def cases(request: SignedIn) -> HttpResponse:
    """包案: live ones first by their target, those that have ended after them."""
    form = CaseFilterForm(request.GET)
    rows, today = cases_for(request.user), local_today(timezone.now())
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = rows.filter(status=chosen["status"]) if chosen.get("status") else rows
    rows = rows.filter(sponsor=request.user) if chosen.get("mine") else rows
    page = KeysetPage(rows, order=("ended_at", "target_on", "id"), cursor=request.GET.get("page"))
    for one in page.items:
        light_case(one, today)
    context = {"page": page, "form": form, "leads": can(request.user, P.CASE_SPONSOR)}
    return render(request, f"{PAGES}/cases.html", context)


def _case(request: SignedIn, pk: int) -> Sponsorship:
    return light_case(get_object_or_404(cases_for(request.user), pk=pk), local_today(timezone.now()))


def _place(case: Sponsorship) -> str:
    return reverse("orders:case", args=[case.pk])


@require_GET
@requires(P.ORDER_VIEW)
def case(request: SignedIn, pk: int) -> HttpResponse:
    """One sponsored case: why, until when, what the leader did, what came of it."""
    found = _case(request, pk)
    seen = Matter.objects.visible_to(request.user).filter(pk=found.matter_id).exists()
    context = {"case": found, "notes": found.notes.select_related("by"), "own": own_case(request.user, found)}
    return render(request, f"{PAGES}/case.html", {**context, "inside": seen})


@requires(P.CASE_SPONSOR)
def sponsor(request: SignedIn, code: str) -> HttpResponse:
    """包案."""
    matter = get_object_or_404(Matter.objects.one_visible_to(request.user, code))
    words: dict[str, Any] = {"label": _("包案"), "said": _("已包案。"), "back": reverse("desk:matter", args=[code])}
    form = SponsorForm(posted(request)[0])
    return serve(request, form, services.sponsor, **words, title=matter.title, matter=matter, place=_place)


CASE_STEPS: dict[str, tuple[Any, Any, Any, Any]] = {
    "note": (_("记一笔"), NoteForm, services.note_case, _("已记下。")),
    "target": (_("调整目标日期"), TargetForm, services.move_target, _("已调整。")),
    "end": (_("结束包案"), EndForm, services.end_case, _("包案已结束。")),
}


@requires(P.CASE_SPONSOR)
def case_step(request: SignedIn, pk: int, what: str) -> HttpResponse:
    """记一笔, 调整目标日期, 结束包案: by the leader alone."""
    if what not in CASE_STEPS:
        raise Http404
    found = _case(request, pk)
    if not own_case(request.user, found):
        raise NotAllowed
    label, form_class, service, said = CASE_STEPS[what]
    form = form_class(posted(request)[0])
    title = found.matter.title
    return serve(request, form, service, label=label, said=said, back=_place(found), title=title, case=found)


@require_GET
@requires(P.ORDER_VIEW)
def trail(request: SignedIn, code: str) -> HttpResponse:
    """责任轨迹 of one matter."""
    matter = get_object_or_404(Matter.objects.one_visible_to(request.user, code))
    return render(request, f"{PAGES}/trail.html", {"matter": matter, "turns": trail_of(matter)})


@require_GET
@requires(P.ORDER_DRAFT)
def redone(request: SignedIn) -> HttpResponse:
    """Which bodies had to do their work again, and how often."""
    return render(request, f"{PAGES}/redone.html", {"rows": by_body(request.user), "kinds": KINDS.values()})


@require_GET
@requires(P.ORDER_DRAFT)
def redone_rows(request: SignedIn, body_id: int, kind: str) -> HttpResponse:
    """The matters behind a count."""
    body = bodies().get(body_id)
    if body is None or kind not in KINDS:
        raise Http404
    rows = matters_of(request.user, body, kind).select_related("street")
    page = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    return render(request, f"{PAGES}/redone_rows.html", {"body": body, "kind": KINDS[kind], "page": page})
