"""The system administrator's pages: accounts. No matter is ever shown here."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts import services
from deputies.accounts.access import Permission, requires
from deputies.accounts.forms import AccountFilter, AccountForm, ReasonForm, posted, role_hints
from deputies.accounts.models import User
from deputies.accounts.passwords import temporary_password
from deputies.accounts.queries import accounts
from liaison.base.errors import DomainError
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast

ORDER = ("username", "id")


@requires(Permission.ACCOUNT_EDIT)
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """All accounts, searched and filtered."""
    form = AccountFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = KeysetPage(accounts(**wanted), order=ORDER, cursor=request.GET.get("page"))
    return render(request, "deputies/accounts/list.html", {"form": form, "page": page})


@requires(Permission.ACCOUNT_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_create(request: HttpRequest) -> HttpResponse:
    """Make an account and show its temporary password once."""
    form = AccountForm(posted(request))
    if form.is_valid():
        password = temporary_password()
        user = _try(form, services.create_user, **form.values(), password=password, by=_by(request), now=timezone.now())
        if user:
            return _hand_over(request, user, password)
    return _form_page(request, form)


@requires(Permission.ACCOUNT_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change who somebody is and where they work."""
    user = get_object_or_404(User.objects.select_related("organisation"), pk=pk)
    form = AccountForm(posted(request), user=user)
    if form.is_valid():
        _try(form, services.edit_user, user, **form.values(), by=_by(request), now=timezone.now())
        if form.is_valid():
            toast(request, _("“%(name)s”的账号已保存。") % {"name": user.name})
            return go(request, reverse("accounts:list"))
    return _form_page(request, form, user)


@requires(Permission.ACCOUNT_EDIT)
@never_cache
@require_POST
def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a temporary password and show it once."""
    user = get_object_or_404(User, pk=pk)
    password = services.reset_password(user, by=_by(request), now=timezone.now())
    return _hand_over(request, user, password)


@requires(Permission.ACCOUNT_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def account_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, with the reason."""
    user = get_object_or_404(User.objects.select_related("organisation"), pk=pk)
    form = ReasonForm(posted(request))
    if form.is_valid():
        services.deactivate(user, by=_by(request), now=timezone.now(), reason=form.cleaned_data["reason"])
        toast(request, _("“%(name)s”的账号已停用，登录已全部退出。") % {"name": user.name})
        return go(request, reverse("accounts:list"))
    context, status = {"form": form, "person": user}, 422 if form.is_bound else 200
    parts = "deputies/accounts/close.html", "deputies/accounts/_close.html"
    return render_page(request, *parts, context, status=status)


@requires(Permission.ACCOUNT_EDIT)
@never_cache
@require_POST
def account_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again, with a temporary password."""
    user = get_object_or_404(User.objects.select_related("organisation"), pk=pk)
    password = services.reactivate(user, by=_by(request), now=timezone.now())
    return _hand_over(request, user, password)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)


def _try(form: AccountForm, service: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the service; its refusal stands at the form's field."""
    try:
        return service(*args, **kwargs)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return None


def _form_page(request: HttpRequest, form: AccountForm, user: User | None = None) -> HttpResponse:
    context = {"form": form, "person": user, "roles": role_hints()}
    return render(request, "deputies/accounts/edit.html", context, status=422 if form.is_bound else 200)


def _hand_over(request: HttpRequest, user: User, password: str) -> HttpResponse:
    return render(request, "deputies/accounts/hand_over.html", {"person": user, "password": password})
