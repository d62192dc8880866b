"""Draws: all that were made, a new one, and one with its proof."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.errors import NotAllowed
from liaison.base.web.forms import attempt, posted
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from supervision.revisits import services
from supervision.revisits.access import draws_of
from supervision.revisits.forms import DrawForm
from supervision.revisits.models import Draw
from supervision.revisits.queries import verify
from supervision.revisits.views.common import kinds

PAGES = "supervision/revisits"
RELATED = ("body", "street", "by")


@require_GET
@requires(P.REVISIT_DRAW)
def listing(request: SignedIn) -> HttpResponse:
    """Every draw that was ever made: none can be taken back."""
    rows = draws_of(request.user).select_related(*RELATED).defer("codes")
    page = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    return render(request, f"{PAGES}/draws.html", {"page": page, "kinds": kinds(request, "draws")})


@requires(P.REVISIT_DRAW)
def new(request: SignedIn) -> HttpResponse:
    """抽样."""
    user, now = request.user, timezone.now()
    if user.organisation is None:
        raise NotAllowed
    form = DrawForm(*posted(request), district=user.organisation, today=local_today(now))
    if form.is_bound and form.is_valid():
        chosen = {"definition": form.definition, "caller": form.cleaned_data["caller"]}
        held = attempt(form, services.draw, **chosen, by=user, now=now)
        if held is not None:
            toast(request, _("已抽出，并通知了回访单位。"))
            return redirect("revisits:draw", held.pk)
    return render(request, f"{PAGES}/new.html", {"form": form}, status=422 if form.errors else 200)


def _draw(request: SignedIn, draw_id: int) -> Draw:
    return get_object_or_404(draws_of(request.user).select_related("district", *RELATED).defer("codes"), pk=draw_id)


@require_GET
@requires(P.REVISIT_DRAW)
def detail(request: SignedIn, draw_id: int) -> HttpResponse:
    """One draw: its definition, its rows with what came of them, and on request the proof that it holds."""
    held = _draw(request, draw_id)
    rows = held.revisits.select_related("matter", "caller").order_by("rank")
    page = KeysetPage(rows, order=("rank", "id"), cursor=request.GET.get("page"))
    proof = verify(held) if "verify" in request.GET else None
    context = {
        "draw": held,
        "page": page,
        "proof": proof,
        "drawn": rows.count(),
        "url": reverse("revisits:draw", args=[held.pk]),
    }
    return render(request, f"{PAGES}/draw.html", context)


@require_GET
@requires(P.REVISIT_DRAW)
def codes(request: SignedIn, draw_id: int) -> HttpResponse:
    """The codes of the population as text, so that anybody can draw again with other tools."""
    held = _draw(request, draw_id)
    answer = HttpResponse(f"{held.codes}\n", content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="draw-{held.pk}.txt"'
    return answer
