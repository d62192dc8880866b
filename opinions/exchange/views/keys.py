"""The keys of a partner that comes by the open interface: given out, replaced, ended."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deputies.accounts.access import Permission, SignedIn, requires
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast_outcome
from opinions.exchange.forms import EndKeyForm, KeyForm
from opinions.exchange.models import ApiKey, Partner
from opinions.exchange.queries import newest_key
from opinions.exchange.services import keys as services
from opinions.exchange.views.common import FORM_METHODS, PAGES
from opinions.exchange.views.partners import page_of, partner_called
from opinions.intake.services.outside import TERMS_VERSION


def _key(request: SignedIn, code: str, pk: int) -> ApiKey:
    return get_object_or_404(ApiKey.objects.select_related("partner"), pk=pk, partner=partner_called(request, code))


@never_cache
@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_EDIT)
def new(request: SignedIn, code: str) -> HttpResponse:
    """Give out a key. It is shown on the answer to this one request, and never again."""
    found = partner_called(request, code)
    usual = {"submits": True, "reads": True, "per_minute": 60, "seen": newest_key(found)}
    form = KeyForm(*posted(request), initial=usual)
    made = None
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("submits", "reads", "per_minute", "seen")}
        made = attempt(
            form, services.make_key, partner=found, terms_version=TERMS_VERSION, by=request.user, now=timezone.now(),
            **given,
        )  # fmt: skip
    return _page(request, found, form, made, title=_("发放接口密钥"), action=_("发放接口密钥"))


@never_cache
@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_EDIT)
def rotate(request: SignedIn, code: str, pk: int) -> HttpResponse:
    """Give out a key in place of another."""
    key = _key(request, code, pk)
    form = EndKeyForm(*posted(request), initial={"overlap": 24, "seen": newest_key(key.partner)})
    made = None
    if request.method == "POST" and form.is_valid():
        made = attempt(form, services.rotate_key, key=key, by=request.user, now=timezone.now(), **form.cleaned_data)
    title = _("更换密钥 …%(mark)s") % {"mark": key.mark}
    return _page(request, key.partner, form, made, title=title, action=_("更换密钥"))


@require_http_methods(FORM_METHODS)
@requires(Permission.EXCHANGE_EDIT)
def revoke(request: SignedIn, code: str, pk: int) -> HttpResponse:
    """End a key at once, after a page that says what this means."""
    key = _key(request, code, pk)
    if request.method != "POST":
        title, action = _("停用密钥 …%(mark)s") % {"mark": key.mark}, _("停用")
        hint = _("停用以后，用这个密钥的程序立刻不能再提交和查看，不能恢复。")
        return _page(request, key.partner, forms.Form(), None, title=title, action=action, hint=hint)
    toast_outcome(request, services.revoke_key, _("密钥已停用。"), key=key, by=request.user, now=timezone.now())
    return go(request, page_of(key.partner))


def _page(
    request: SignedIn, partner: Partner, form: forms.Form, made: str | None, **words: str
) -> HttpResponse:  # fmt: skip
    """The page of a key: the form with its `title`, `action` and `hint`, or the key that was made."""
    context = {"partner": partner, "form": form, "made": made, **words}
    return render(request, f"{PAGES}/key.html", context, status=422 if form.errors else 200)
