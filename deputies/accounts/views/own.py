"""The own account: password and second factor."""

from typing import Any, cast

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from deputies.accounts import second_factor as factor
from deputies.accounts import services
from deputies.accounts.access import Permission, requires
from deputies.accounts.forms import PasswordForm, TokenForm, posted
from deputies.accounts.models import User
from deputies.accounts.queries import landing_url
from deputies.accounts.sessions import needs_second_factor
from deputies.accounts.views.session import next_url
from liaison.base.codes import qr_svg
from liaison.base.errors import DomainError
from liaison.base.web.toasts import toast


@requires(Permission.DESK)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Take a new password; forced at the first sign-in."""
    user = cast(User, request.user)
    form = PasswordForm(posted(request))
    if form.is_valid() and _changed(user, form):
        update_session_auth_hash(request, user)
        toast(request, _("密码已修改，其他地方的登录已全部退出。"))
        return _onward(request, user)
    context = {"form": form, "forced": user.must_change_password, "next": next_url(request)}
    return _page(request, "deputies/accounts/password.html", context, form)


def _changed(user: User, form: PasswordForm) -> bool:
    try:
        old, new = form.cleaned_data["old_password"], form.cleaned_data["new_password"]
        services.change_password(user, old=old, new=new, now=timezone.now())
    except DomainError as error:
        form.add_error(error.field, str(error.message))
        return False
    return True


@requires(Permission.DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the six digits at sign-in."""
    user = cast(User, request.user)
    if not needs_second_factor(user) or user.is_verified():  # type: ignore[attr-defined]
        return _onward(request, user)
    if not factor.has_second_factor(user):
        return _setup(request, user)
    form = TokenForm(posted(request))
    if form.is_valid() and _proved(request, user, form):
        return _onward(request, user)
    return _page(request, "deputies/accounts/second_factor.html", {"form": form, "next": next_url(request)}, form)


def _proved(request: HttpRequest, user: User, form: TokenForm) -> bool:
    try:
        factor.prove(request, user=user, token=form.cleaned_data["token"], now=timezone.now())
    except DomainError as error:
        form.add_error(error.field, str(error.message))
        return False
    return True


@requires(Permission.DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    """Bind an authenticator app: scan, type the digits, done."""
    user = cast(User, request.user)
    if not needs_second_factor(user) or factor.has_second_factor(user):
        return _onward(request, user)
    return _setup(request, user)


def _setup(request: HttpRequest, user: User) -> HttpResponse:
    device = factor.begin_setup(user)
    form = TokenForm(posted(request))
    if form.is_valid() and _bound(request, user, form):
        toast(request, _("第二重验证已绑定。"))
        return _onward(request, user)
    symbol = mark_safe(qr_svg(device.config_url, centre_mark=False))  # noqa: S308 - our own SVG
    context = {"form": form, "symbol": symbol, "key": factor.shown_key(device), "next": next_url(request)}
    return _page(request, "deputies/accounts/second_factor_setup.html", context, form)


def _bound(request: HttpRequest, user: User, form: TokenForm) -> bool:
    try:
        factor.finish_setup(request, user=user, token=form.cleaned_data["token"], now=timezone.now())
    except DomainError as error:
        form.add_error(error.field, str(error.message))
        return False
    return True


def _page(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    return render(request, template, context, status=422 if form.is_bound else 200)


def _onward(request: HttpRequest, user: User) -> HttpResponse:
    return HttpResponseRedirect(next_url(request) or landing_url(user))
