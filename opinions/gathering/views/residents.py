"""For residents: what others nearby have raised, and following it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from liaison.base.errors import DomainError
from liaison.base.stamps import reading
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import public
from liaison.base.web.errors import say_when
from liaison.base.web.toasts import toast
from opinions.gathering import queries
from opinions.gathering.forms import NearForm
from opinions.gathering.throttle import MINUTE, may_ask
from opinions.handling import services as handling
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import Status


@public
@never_cache
@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """While a resident types: what others nearby have raised, in short facts. Nothing (204) where there is none."""
    now = timezone.now()
    if not may_ask(client_hash(request), now=now):
        return say_when(HttpResponse(status=429), MINUTE)
    form = NearForm(request.POST)
    data = form.cleaned_data if form.is_valid() else {}
    place = queries.chosen_place(data["community"], data["here"]) if data else None
    if place is None:
        return HttpResponse(status=204)
    with reading():
        found = queries.near(text=data["content"], division=place, place=data["place"], now=now, **form.position)
    if not found.matters:
        return HttpResponse(status=204)
    rows = _rows(found, handling.followed(request.POST.get("follow", "")))
    return render(request, "opinions/gathering/_near.html", {"near": found, "rows": rows})


def _rows(found: queries.Near, chosen: Matter | None = None) -> list[dict[str, Any]]:
    picked = chosen.pk if chosen else None
    return [
        {"facts": one, "token": handling.follow_token(one.matter_id), "chosen": one.matter_id == picked}
        for one in found.matters
    ]


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alike(request: HttpRequest, code: str) -> HttpResponse:
    """After submitting, also without scripts: the same, and a button for each to follow it."""
    held = queries.own_matter(code, request.POST.get("k", "") or request.GET.get("k", ""))
    if held is None:
        raise Http404
    matter, reporter = held
    if request.method == "POST":
        return _follow(request, matter, reporter)
    return _alike_page(request, matter, reporter)


def _alike_page(
    request: HttpRequest, matter: Matter, reporter: Reporter, *, refused: Any = "", status: int = 200
) -> HttpResponse:
    found, opinion = queries.Near(), matter.opinion
    if matter.status == Status.SUBMITTED:
        where: dict[str, Any] = {}
        if opinion.latitude is not None and opinion.longitude is not None:
            where = {"latitude": float(opinion.latitude), "longitude": float(opinion.longitude)}
        found = queries.near(
            text=opinion.content, division=matter.division, place=opinion.place, now=timezone.now(), own=matter.pk,
            **where,
        )  # fmt: skip
    context = {
        "matter": matter, "reporter": reporter, "near": found, "rows": _rows(found), "refused": refused,
        "back": _track_url(matter, reporter),
    }  # fmt: skip
    return render(request, "opinions/gathering/alike.html", context, status=status)


def _follow(request: HttpRequest, matter: Matter, reporter: Reporter) -> HttpResponse:
    target = handling.followed(request.POST.get("follow", ""))
    try:
        if target is None:
            raise handling.NotToFollow
        handling.follow(matter=matter, reporter=reporter, target=target, now=timezone.now())
    except DomainError as error:
        matter.refresh_from_db()
        return _alike_page(request, matter, reporter, refused=error.message, status=error.status_code)
    toast(request, _("好的，您的反映和邻居的一起办，有进展会一并告诉您。"))
    return redirect(_track_url(matter, reporter))


def _track_url(matter: Matter, reporter: Reporter) -> str:
    return f"{reverse('intake:track', args=[matter.code])}?k={reporter.link_key}"
