"""Screens of reviews: the replies that wait for one, the form with its hints, and lifting a mark."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from supervision.quality import services
from supervision.quality.access import reviewable
from supervision.quality.forms import LiftForm, MarkForm
from supervision.quality.models import QualityMark
from supervision.quality.queries import RELATED, SAMPLE, hints_for, live_mark, sample, to_review

PAGES = "supervision/quality"


@require_GET
@requires(P.QUALITY_MARK)
def listing(request: SignedIn) -> HttpResponse:
    """Replies that nobody has reviewed: the newest, or today's random few."""
    random = "sample" in request.GET
    rows = sample(request.user, local_today(timezone.now())) if random else to_review(request.user)
    page = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    url = reverse("quality:list")
    kinds = [
        Tab(_("最新答复"), url, None, not random),
        Tab(_("今天随机 %(n)d 份") % {"n": SAMPLE}, f"{url}?sample=1", None, random),
    ]
    return render(request, f"{PAGES}/list.html", {"page": page, "kinds": kinds})


@requires(P.QUALITY_MARK)
def mark(request: SignedIn, reply_id: int) -> HttpResponse:
    """评办理质量."""
    related = (*RELATED, "matter__street", "matter__opinion", "written_by__organisation", "assignment")
    reply = get_object_or_404(reviewable(request.user).select_related(*related), pk=reply_id)
    form = MarkForm(*posted(request))
    if form.is_bound and form.is_valid():
        given: dict[str, Any] = {"reply": reply, "by": request.user, "now": timezone.now(), **form.arguments}
        attempt(form, services.mark_reply, **given)
        if form.is_valid():
            toast(request, _("已记下。需要改进的，已通知答复的单位或代表。"))
            return go(request, reverse("desk:matter", args=[reply.matter.code]))
    shown = hints_for(reply, local_today(timezone.now()))
    return _screen(request, "mark", form, reply=reply, matter=reply.matter, hints=shown, live=live_mark(reply))


@requires(P.QUALITY_MARK)
def lift(request: SignedIn, mark_id: int) -> HttpResponse:
    """撤销 a mark, with a reason."""
    rows = QualityMark.objects.filter(reply__in=reviewable(request.user), lifted_at__isnull=True)
    held = get_object_or_404(rows.select_related("matter", "reply"), pk=mark_id)
    form = LiftForm(*posted(request))
    if form.is_bound and form.is_valid():
        attempt(form, services.lift_mark, mark=held, by=request.user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            toast(request, _("已撤销，灯色随之更新。"))
            return go(request, reverse("desk:matter", args=[held.matter.code]))
    return _screen(request, "lift", form, mark=held, matter=held.matter)


def _screen(request: SignedIn, name: str, form: forms.Form, **context: Any) -> HttpResponse:
    pages = f"{PAGES}/{name}.html", f"{PAGES}/_{name}.html"
    return render_page(request, *pages, {"form": form, **context}, status=422 if form.is_bound else 200)
