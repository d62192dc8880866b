"""What a partner has changed of an order that was taken in."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deputies.accounts.access import Permission, SignedIn, can, check, requires
from deputies.accounts.services import reveal_phone
from liaison.base.web.forms import ReasonForm, attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.exchange.forms import SettleForm
from opinions.exchange.queries import differences, unsettled
from opinions.exchange.services.settling import settle_update
from opinions.exchange.views.common import FORM_METHODS, PAGES


@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_WORK)
def change(request: SignedIn, pk: int) -> HttpResponse:
    """What a partner has changed of an order, field by field; staff settle it."""
    order = get_object_or_404(unsettled(request.user), pk=pk)
    form = SettleForm(request.POST)
    if request.method == "POST" and form.is_valid():
        take_over = form.cleaned_data["verdict"] == "take"
        seen, now = form.cleaned_data["seen"], timezone.now()
        settle_update(order=order, take_over=take_over, seen=seen, by=request.user, now=now)
        toast(request, _("已核对。"))
        return go(request, reverse("desk:matter", args=[order.matter.code]))
    may_call = bool(order.update and order.update.get("phone")) and can(request.user, Permission.PHONE_REVEAL)
    context = {"order": order, "rows": differences(order), "may_call": may_call}
    status = 422 if request.method == "POST" else 200
    return render_page(request, f"{PAGES}/change.html", f"{PAGES}/_change.html", context, status=status)


@never_cache
@require_http_methods(FORM_METHODS)
@requires(Permission.PHONE_REVEAL)
def phone(request: SignedIn, pk: int) -> HttpResponse:
    """Show the number that the partner gives now, after a reason; the look is logged."""
    check(request.user, Permission.EXCHANGE_WORK)
    order = get_object_or_404(unsettled(request.user), pk=pk)
    number = (order.update or {}).get("phone")
    if not number:
        raise Http404
    form, shown = ReasonForm(*posted(request)), None
    if form.is_valid():
        shown = attempt(
            form, reveal_phone, number, by=request.user, about=order.matter.chain, what=_("对方工单里的电话"),
            reason=form.cleaned_data["reason"], now=timezone.now(),
        )  # fmt: skip
    context = {
        "form": form, "number": shown, "title": _("查看电话"), "submit": _("查看"),
        "lead": _("查看会记录您的姓名、时间和理由。"), "back": reverse("exchange:change", args=[pk]),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(request, "deputies/roster/act.html", "deputies/roster/_act.html", context, status=status)
