"""Guarding ratings: contradictions that call-backs found, and ratings that are worth a look."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.web.htmx import go
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast, toast_outcome
from supervision.revisits import services
from supervision.revisits.access import flags_of
from supervision.revisits.forms import LookForm
from supervision.revisits.views.common import kinds
from supervision.revisits.watching import SPANS, flag_key, looks_at, watched

PAGES = "supervision/revisits"
RELATED = ("matter", "body", "deputy", "revisit__caller")


@require_GET
@requires(P.QUALITY_MARK)
def watch(request: SignedIn) -> HttpResponse:
    """Ratings that stand out, each with its evidence and what is counted. They are shown, and punish nobody."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, SPANS) else SPANS[1]
    found = watched(request.user, days=days, now=timezone.now())
    url = reverse("revisits:watch")
    spans = [Tab(_("近 %(n)d 天") % {"n": one}, f"{url}?days={one}", None, one == days) for one in SPANS]
    return _show(request, "watch", found=found, spans=spans, url=f"{url}?days={days}")


@require_GET
@requires(P.QUALITY_MARK)
def flags(request: SignedIn) -> HttpResponse:
    """回访不一致: both sides of each contradiction."""
    rows = flags_of(request.user).select_related(*RELATED)
    page = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    looks = looks_at(request.user.organisation, map(flag_key, page.items))
    for flag in page.items:
        flag.key = flag_key(flag)
        flag.look = looks.get(flag.key)
    return _show(request, "flags", page=page, url=reverse("revisits:flags"))


def _show(request: SignedIn, name: str, **context: Any) -> HttpResponse:
    context |= {"kinds": kinds(request, name), "form": LookForm()}
    return render(request, f"{PAGES}/{name}.html", context)


@require_POST
@requires(P.QUALITY_MARK)
def look(request: SignedIn) -> HttpResponse:
    """已看过, with a note."""
    form, back = LookForm(request.POST), request.POST.get("back", "")
    if form.is_valid():
        given = {"key": request.POST.get("key", ""), "note": form.cleaned_data["note"]}
        toast_outcome(request, services.look_at, _("已记下。"), **given, by=request.user, now=timezone.now())
    else:
        toast(request, _("请写一句看过以后的判断，300 个字以内。"), level=messages.ERROR)
    return go(request, reverse("revisits:flags") if back == "flags" else reverse("revisits:watch"))
