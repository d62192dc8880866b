"""The security administrator's pages: locks, failed sign-ins, looks at telephone numbers, lost second factors."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from deputies.accounts import queries, services
from deputies.accounts.access import Permission, requires
from deputies.accounts.forms import SearchForm
from deputies.accounts.models import ADMIN_ROLES, User
from deputies.accounts.second_factor import remove_second_factor
from liaison.base.web.htmx import go
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab
from liaison.base.web.toasts import toast

PLACES = (
    (gettext_lazy("锁定的账号"), "accounts:security"),
    (gettext_lazy("登录失败"), "accounts:failures"),
    (gettext_lazy("查看电话记录"), "accounts:reveals"),
    (gettext_lazy("第二重验证"), "accounts:second_factors"),
)


def _tabs(current: str) -> list[Tab]:
    return [Tab(label, reverse(name), current=name == current) for label, name in PLACES]


def _search(request: HttpRequest) -> tuple[SearchForm, str]:
    form = SearchForm(request.GET)
    return form, form.cleaned_data["q"] if form.is_valid() else ""


@requires(Permission.SECURITY_LOG)
@require_safe
def locked(request: HttpRequest) -> HttpResponse:
    """Accounts locked after too many failures."""
    context = {"rows": queries.locked_accounts(now=timezone.now()), "tabs": _tabs("accounts:security")}
    return render(request, "deputies/accounts/locked_list.html", context)


@requires(Permission.SECURITY_LOG)
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift the lock of an account."""
    user = get_object_or_404(User, pk=pk)
    services.unlock(user, by=cast(User, request.user), now=timezone.now())
    toast(request, _("“%(name)s”的锁定已解除。") % {"name": user.name})
    return go(request, reverse("accounts:security"))


@requires(Permission.SECURITY_LOG)
@require_safe
def failures(request: HttpRequest) -> HttpResponse:
    """Failed sign-ins."""
    form, q = _search(request)
    page: Any = KeysetPage(queries.failed_logins(q=q), order=("-id",), cursor=request.GET.get("page"))
    context = {"form": form, "page": page, "tabs": _tabs("accounts:failures")}
    return render(request, "deputies/accounts/failures.html", context)


@requires(Permission.SECURITY_LOG)
@require_safe
def reveals(request: HttpRequest) -> HttpResponse:
    """Who looked at which telephone number, and why."""
    form, q = _search(request)
    page = KeysetPage(queries.reveals(q=q), order=("-id",), cursor=request.GET.get("page"))
    context = {"form": form, "page": page, "tabs": _tabs("accounts:reveals")}
    return render(request, "deputies/accounts/reveals.html", context)


@requires(Permission.SECURITY_LOG)
@require_safe
def second_factors(request: HttpRequest) -> HttpResponse:
    """The administrators and whether they have bound an authenticator app."""
    context = {"people": queries.administrators(), "tabs": _tabs("accounts:second_factors")}
    return render(request, "deputies/accounts/second_factors.html", context)


@requires(Permission.SECURITY_LOG)
@require_POST
def second_factor_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A phone is lost: the app is bound anew at the next sign-in."""
    user = get_object_or_404(User, pk=pk, role__in=ADMIN_ROLES)
    remove_second_factor(user, by=cast(User, request.user), now=timezone.now())
    toast(request, _("“%(name)s”下次登录时须重新绑定。") % {"name": user.name})
    return go(request, reverse("accounts:second_factors"))
