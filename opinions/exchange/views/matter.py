"""The part of a matter's page that tells of outside systems, and the one tap that hands the matter over."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, can, requires
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast_outcome
from opinions.exchange.forms import PushForm
from opinions.exchange.models import Partner, WorkOrder
from opinions.exchange.queries import orders_of, receivers
from opinions.exchange.services.pushing import PUSHABLE, homes, push
from opinions.exchange.states import AGAIN, Way
from opinions.exchange.views.common import PAGES
from opinions.matters.models import Matter


def _matter(request: SignedIn, code: str) -> Matter:
    rows = Matter.objects.one_visible_to(request.user, code)
    return get_object_or_404(rows.select_related("street", "district", "division", "category", "opinion"))


@require_safe
@requires(Permission.MATTER_VIEW)
def panel(request: SignedIn, code: str) -> HttpResponse:
    """Where the matter lies outside, and to whom it may be pushed."""
    matter = _matter(request, code)
    orders = orders_of(matter)
    context = {"matter": matter, "orders": orders, "offers": _offers(request, matter, orders)}
    context["may_settle"] = can(request.user, Permission.EXCHANGE_WORK)
    return render_page(request, f"{PAGES}/panel.html", f"{PAGES}/_panel.html", context)


def _offers(request: SignedIn, matter: Matter, orders: list[WorkOrder]) -> list[Partner]:
    """The partners that can be given the matter now."""
    if matter.status not in PUSHABLE or not can(request.user, Permission.MATTER_PUSH):
        return []
    held = {order.partner_id: order for order in orders}
    found = receivers(matter, homes(matter))
    return [row for row in found if row.pk not in held or _again(held[row.pk])]


def _again(order: WorkOrder) -> bool:
    return order.way == Way.OUT and order.state in AGAIN


@require_POST
@requires(Permission.MATTER_PUSH)
def push_matter(request: SignedIn, code: str) -> HttpResponse:
    """One tap."""
    matter, form = _matter(request, code), PushForm(request.POST)
    if not form.is_valid():
        raise Http404
    offered: Any = Partner.objects.filter(organisation__in=homes(matter))
    partner = get_object_or_404(offered, pk=form.cleaned_data["partner"])
    said = _("已推送到%(partner)s。") % {"partner": partner.name}
    toast_outcome(request, push, said, matter=matter, partner=partner, by=request.user, now=timezone.now())
    return go(request, reverse("desk:matter", args=[code]))
