"""The pages of partners: list, settings, switch, secret, hand-over files."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, can, requires
from liaison.base.errors import DomainError
from liaison.base.files.responses import file_response
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast, toast_outcome, toast_refusal
from opinions.exchange.forms import NewPartnerForm, PartnerForm, SecretForm
from opinions.exchange.models import Handover, Partner
from opinions.exchange.queries import keys_of, partners_of
from opinions.exchange.services import partners as services
from opinions.exchange.services.telling import hand_over
from opinions.exchange.views.common import FORM_METHODS, PAGES, tabs

MOST_FILES = 20


def partner_called(request: SignedIn, code: str) -> Partner:
    return get_object_or_404(partners_of(request.user), code=code)


def page_of(partner: Partner) -> str:
    return reverse("exchange:partner", args=[partner.code])


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def listing(request: SignedIn) -> HttpResponse:
    """The partners of the street, or of the district and its streets."""
    page = KeysetPage(partners_of(request.user), order=("name", "id"), cursor=request.GET.get("page"))
    may_edit = can(request.user, Permission.EXCHANGE_EDIT)
    context = {"page": page, "tabs": tabs(request, "partners"), "may_edit": may_edit}
    return render(request, f"{PAGES}/partners.html", context)


@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_EDIT)
def new(request: SignedIn) -> HttpResponse:
    """A new partner, switched off until it is ready."""
    form = NewPartnerForm(*posted(request), user=request.user, initial={"kind": "grid", "ways": "both"})
    if request.method == "POST" and form.is_valid():
        made = attempt(form, services.make_partner, by=request.user, now=timezone.now(), **form.cleaned_data)
        if made is not None:
            toast(request, _("已建立，还没有启用。"))
            return redirect(page_of(made))
    status = 422 if form.errors else 200
    return render(request, f"{PAGES}/partner_form.html", {"form": form, "partner": None}, status=status)


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def partner(request: SignedIn, code: str) -> HttpResponse:
    """One partner: how it is connected, and the files handed over."""
    found = partner_called(request, code)
    handovers = Handover.objects.filter(partner=found).select_related("stored", "by").order_by("-id")[:MOST_FILES]
    may = {"edit": can(request.user, Permission.EXCHANGE_EDIT), "work": can(request.user, Permission.EXCHANGE_WORK)}
    door = ("open311:discovery", "json") if found.has_keys else ("exchange_api:orders", found.code)
    place = request.build_absolute_uri(reverse(door[0], args=door[1:]))
    context = {"partner": found, "handovers": handovers, "may": may, "place": place, "tabs": tabs(request, "partners")}
    context["both_hold"] = len(found.secrets(timezone.now())) > 1
    context["keys"] = keys_of(found, timezone.now()) if found.has_keys else []
    return render(request, f"{PAGES}/partner.html", context)


@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_EDIT)
def edit(request: SignedIn, code: str) -> HttpResponse:
    """Change the settings."""
    found = partner_called(request, code)
    held = {name: getattr(found, name) for name in services.FIELDS} | {"organisation": found.organisation_id}
    form = PartnerForm(*posted(request), user=request.user, initial=held)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        if attempt(form, services.change_partner, partner=found, by=request.user, now=timezone.now(), **data):
            toast(request, _("已保存。"))
            return redirect(page_of(found))
    status = 422 if form.errors else 200
    return render(request, f"{PAGES}/partner_form.html", {"form": form, "partner": found}, status=status)


@require_POST
@requires(Permission.EXCHANGE_EDIT)
def switch(request: SignedIn, code: str) -> HttpResponse:
    """Switch on or off."""
    found, active = partner_called(request, code), request.POST.get("active") == "1"
    said = _("已启用。") if active else _("已停用，未发出的消息留着，启用后再发。")
    toast_outcome(request, services.switch, said, partner=found, active=active, by=request.user, now=timezone.now())
    return go(request, page_of(found))


@never_cache
@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_EDIT)
def secret(request: SignedIn, code: str) -> HttpResponse:
    """Set the secret. It is shown on the answer to this one request, and never again."""
    found, form = partner_called(request, code), SecretForm(*posted(request))
    made: str | None = None
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, services.set_secret, partner=found, by=request.user, now=timezone.now(), **form.cleaned_data
        )
        if made and form.cleaned_data["secret"]:
            toast(request, _("密钥已保存，以后不再显示。"))
            return go(request, page_of(found))
    context = {"partner": found, "form": form, "made": made}
    status = 422 if form.errors else 200
    return render_page(request, f"{PAGES}/secret.html", f"{PAGES}/_secret.html", context, status=status)


@require_POST
@requires(Permission.EXCHANGE_EDIT)
def end_secret(request: SignedIn, code: str) -> HttpResponse:
    """End the time of the secret before the present one."""
    found = partner_called(request, code)
    services.end_former_secret(partner=found, by=request.user, now=timezone.now())
    toast(request, _("旧密钥已停用。"))
    return go(request, page_of(found))


@require_POST
@requires(Permission.EXCHANGE_WORK)
def make_file(request: SignedIn, code: str) -> HttpResponse:
    """Make the file with what is new since the last hand-over."""
    found, as_xlsx = partner_called(request, code), request.POST.get("format") != "csv"
    try:
        made = hand_over(partner=found, as_xlsx=as_xlsx, by=request.user, now=timezone.now())
        toast(request, _("交接文件已生成，共 %(count)d 行，可在下面下载。") % {"count": made.count})
    except DomainError as error:
        toast_refusal(request, error)
    return go(request, page_of(found))


@require_safe
@requires(Permission.EXCHANGE_WORK)
def fetch_file(request: SignedIn, code: str, pk: int) -> HttpResponseBase:
    """A file that was handed over."""
    handed = get_object_or_404(Handover.objects.select_related("stored"), pk=pk, partner=partner_called(request, code))
    if handed.stored is None:
        raise Http404
    return file_response(request, handed.stored)
