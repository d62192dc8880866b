"""Calling back: what waits for my body, the call itself, and giving one matter out without a draw."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from deputies.accounts.services import reveal_phone
from liaison.base.errors import DomainError
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast, toast_refusal
from opinions.handling.queries import public_replies
from opinions.matters.models import Matter
from opinions.matters.queries import open_copy
from supervision.revisits import services
from supervision.revisits.access import arranges, calls_of, overseen, readable
from supervision.revisits.forms import CallerForm, OutcomeForm, RevealForm
from supervision.revisits.models import Revisit, RevisitStatus
from supervision.revisits.queries import callers_for, rating_on

PAGES = "supervision/revisits"
RELATED = ("matter__street", "matter__district", "caller", "draw", "done_by")


@require_GET
@requires(P.REVISIT_CALL)
def listing(request: SignedIn) -> HttpResponse:
    """What my body is to call back, the oldest first; or what it has called."""
    over = "over" in request.GET
    mine = calls_of(request.user)
    waiting = mine.filter(status=RevisitStatus.WAITING)
    rows = mine.exclude(status=RevisitStatus.WAITING) if over else waiting
    page = KeysetPage(
        rows.select_related(*RELATED), order=("-id",) if over else ("id",), cursor=request.GET.get("page")
    )
    url = reverse("revisits:list")
    kinds = [Tab(_("待回访"), url, None, not over), Tab(_("已有结果"), f"{url}?over=1", None, over)]
    return render(request, f"{PAGES}/list.html", {"page": page, "kinds": kinds})


def _revisit(request: SignedIn, revisit_id: int, rows: Any = None) -> Revisit:
    found = readable(request.user) if rows is None else rows
    return get_object_or_404(found.select_related(*RELATED), pk=revisit_id)


@requires(P.MATTER_VIEW)
def call(request: SignedIn, revisit_id: int) -> HttpResponse:
    """One call-back: what it is about, and the form. Whoever calls reads no rating, so that none is suggested."""
    held = _revisit(request, revisit_id)
    mine = calls_of(request.user).filter(pk=held.pk).exists()
    form = OutcomeForm(*posted(request))
    if form.is_bound and form.is_valid():
        given = {"revisit": held, "by": request.user, "now": timezone.now(), **form.cleaned_data}
        attempt(form, services.record_outcome, **given)
        if form.is_valid():
            toast(request, _("已记下。与评价或答复不一致的，已告知街道和区人大。"))
            return go(request, reverse("revisits:list"))
    return _page(request, held, form, mine=mine)


def _page(request: SignedIn, held: Revisit, form: OutcomeForm, *, mine: bool) -> HttpResponse:
    guards = overseen(request.user).filter(pk=held.pk).exists()
    over = held.status != RevisitStatus.WAITING
    title, content = open_copy(held.matter)
    context = {
        "revisit": held, "matter": held.matter, "title": title, "content": content, "form": form,
        "replies": public_replies(held.matter), "calls": mine and not over,
        "rating": rating_on(held.matter) if guards and over else None, "flags": held.flags.all() if guards else [],
        "may_name": arranges(request.user, held.matter) and not over, "guards": guards,
    }  # fmt: skip
    return render(request, f"{PAGES}/call.html", context, status=422 if form.errors else 200)


@never_cache
@requires(P.PHONE_REVEAL)
def phone(request: SignedIn, revisit_id: int) -> HttpResponse:
    """Show the number to whoever calls, after a reason; the look is logged."""
    held = _revisit(request, revisit_id, calls_of(request.user).filter(status=RevisitStatus.WAITING))
    form, shown = RevealForm(*posted(request)), None
    reporter = held.matter.reporters.exclude(phone_index="").first()
    if form.is_bound and form.is_valid() and reporter is not None:
        given = {"about": held.matter.chain, "what": "reporter", "reason": form.cleaned_data["reason"]}
        shown = attempt(form, reveal_phone, reporter.phone, by=request.user, now=timezone.now(), **given)
    context = {"revisit": held, "form": form, "phone": shown, "reporter": reporter}
    status = 422 if form.errors else 200
    return render_page(request, f"{PAGES}/phone.html", f"{PAGES}/_phone.html", context, status=status)


@require_POST
@requires(P.REVISIT_CALL)
def missed(request: SignedIn, revisit_id: int) -> HttpResponse:
    """未接通; with `last` the call-back ends as not reachable."""
    held = _revisit(request, revisit_id, calls_of(request.user))
    last = "last" in request.POST
    try:
        services.note_missed(revisit=held, by=request.user, now=timezone.now(), last=last)
        toast(
            request, _("已按联系不上结束。") if last else _("已记一次未接通，可以换个时间再打。"), level=messages.INFO
        )
    except DomainError as error:
        toast_refusal(request, error)
    return go(request, reverse("revisits:list") if last else reverse("revisits:call", args=[held.pk]))


@requires(P.REVISIT_DRAW)
def caller(request: SignedIn, revisit_id: int) -> HttpResponse:
    """Name another body that calls."""
    held = _revisit(request, revisit_id, overseen(request.user).filter(status=RevisitStatus.WAITING))
    form = CallerForm(*posted(request), free=callers_for(held.matter))
    if form.is_bound and form.is_valid():
        given = {"revisit": held, "by": request.user, "now": timezone.now(), **form.cleaned_data}
        attempt(form, services.hand_to, **given)
        if form.is_valid():
            toast(request, _("已改由新的单位回访。"))
            return go(request, reverse("revisits:call", args=[held.pk]))
    return _giving(request, form, held.matter, reverse("revisits:caller", args=[held.pk]))


@requires(P.REVISIT_DRAW)
def arrange(request: SignedIn, code: str) -> HttpResponse:
    """安排回访 for one matter, without a draw."""
    rows = Matter.objects.one_visible_to(request.user, code).select_related("street", "district")
    matter = get_object_or_404(rows)
    if not arranges(request.user, matter) or matter.first_replied_at is None:
        raise Http404
    form = CallerForm(*posted(request), free=callers_for(matter))
    if form.is_bound and form.is_valid():
        given = {"matter": matter, "by": request.user, "now": timezone.now(), **form.cleaned_data}
        if attempt(form, services.arrange, **given) is not None:
            toast(request, _("已安排回访，并通知了回访单位。"))
            return go(request, reverse("desk:matter", args=[matter.code]))
    return _giving(request, form, matter, reverse("revisits:arrange", args=[code]))


def _giving(request: SignedIn, form: CallerForm, matter: Matter, url: str) -> HttpResponse:
    pages = f"{PAGES}/give.html", f"{PAGES}/_give.html"
    context = {"form": form, "matter": matter, "url": url}
    return render_page(request, *pages, context, status=422 if form.is_bound else 200)
