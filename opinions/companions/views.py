"""Screens around the deputies beside the one who leads."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.errors import NotAllowed
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.companions import services
from opinions.companions.access import may_invite
from opinions.companions.forms import InviteForm
from opinions.companions.models import Companion
from opinions.matters.models import Matter


@requires(P.COMPANION_INVITE)
def invite(request: SignedIn, code: str) -> HttpResponse:
    """邀请代表一起跟踪."""
    rows = Matter.objects.visible_to(request.user).select_related("deputy", "street", "district")
    matter = get_object_or_404(rows, code=code)
    if not may_invite(request.user, matter):
        raise NotAllowed
    form = InviteForm(*posted(request), matter=matter)
    if form.is_bound and form.is_valid():
        made = attempt(form, services.invite, matter=matter, by=request.user, now=timezone.now(), **form.cleaned_data)
        if made is not None:
            n = len(made)
            toast(request, ngettext("已邀请 %(n)d 位代表。", "已邀请 %(n)d 位代表。", n) % {"n": n})
            return go(request, reverse("desk:matter", args=[matter.code]))
    pages = "opinions/companions/invite.html", "opinions/companions/_invite.html"
    return render_page(request, *pages, {"matter": matter, "form": form}, status=422 if form.is_bound else 200)


def _companion(request: SignedIn, companion_id: int) -> Companion:
    """The row, if its matter is in the user's scope; else 404."""
    rows = Companion.objects.filter(matter__in=Matter.objects.visible_to(request.user).values("pk"))
    related = ("deputy", "matter__deputy", "matter__street", "matter__district")
    return get_object_or_404(rows.select_related(*related), pk=companion_id)


def _done(request: SignedIn, companion_id: int, act: Callable[..., Any], said: str) -> HttpResponse:
    """Carry one verb out: one tap, no form."""
    companion = _companion(request, companion_id)
    act(companion=companion, by=request.user, now=timezone.now())
    toast(request, said)
    seen = companion.matter.concerns(request.user)
    return go(request, reverse("desk:matter", args=[companion.matter.code]) if seen else reverse("desk:home"))


@require_POST
@requires(P.COMPANION_JOIN)
def join(request: SignedIn, companion_id: int) -> HttpResponse:
    """一起跟踪."""
    return _done(request, companion_id, services.join, _("您已参加，可以在“沟通”里和大家商量。"))


@require_POST
@requires(P.COMPANION_JOIN)
def stand_back(request: SignedIn, companion_id: int) -> HttpResponse:
    """不参加."""
    return _done(request, companion_id, services.stand_back, _("已告诉领办代表您不参加。"))


@require_POST
@requires(P.COMPANION_JOIN)
def sign_answer(request: SignedIn, companion_id: int) -> HttpResponse:
    """在答复上联名."""
    return _done(request, companion_id, services.sign_answer, _("已在答复上联名，居民会看到。"))


@require_POST
@requires(P.COMPANION_INVITE)
def release(request: SignedIn, companion_id: int) -> HttpResponse:
    """不再邀请."""
    return _done(request, companion_id, services.release, _("已收回邀请。"))
