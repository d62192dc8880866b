"""The signed-in session: idle limit, forced first change of password, second factor of administrators.

Public pages are left alone: on them the user is not even loaded.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from deputies.accounts.sessions import OPEN_VIEWS, has_expired, pending_step, touch
from liaison.base.web.decorators import PUBLIC
from liaison.base.web.errors import API
from liaison.base.web.htmx import go, wants_fragment

Handler = Callable[[HttpRequest], HttpResponse]


def guard_session(get_response: Handler) -> Handler:
    """Stand before every view that is not public."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if getattr(view, "permission", "") == PUBLIC:
            return None
        return _guard(request, somebody=not getattr(view, "unattended", False))

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _guard(request: HttpRequest, *, somebody: bool) -> HttpResponse | None:
    """What stands before the view; `somebody`: a person asks, not the page by itself."""
    now = timezone.now()
    if not request.user.is_authenticated:
        return None if request.path.startswith(API) else _to_sign_in(request)
    request.user = request.user.itself()  # a page asks for its role some hundred times
    if has_expired(request, now=now):
        logout(request)
        return _to_sign_in(request, idle="1")
    if somebody:
        touch(request, now=now)
    step = pending_step(request)
    if step and request.resolver_match and request.resolver_match.view_name not in OPEN_VIEWS[step]:
        return _to_step(request, step)
    return None


def _to_step(request: HttpRequest, step: str) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse({"detail": _("请先在网页上完成登录后的必要步骤。")}, status=403)
    return go(request, f"{reverse(step)}?{urlencode({'next': _place(request)})}")


def _to_sign_in(request: HttpRequest, **more: str) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse({"detail": _("登录已过期，请重新登录。")}, status=401)
    url = f"{reverse('accounts:login')}?{urlencode({'next': _place(request), **more})}"
    return go(request, url) if wants_fragment(request) else HttpResponseRedirect(url)


def _place(request: HttpRequest) -> str:
    """Where to return to: the page on the screen, not the address that a form or a fragment was sent to."""
    shown = request.headers.get("HX-Current-URL") if wants_fragment(request) else None
    if shown is None and request.method != "GET":
        shown = request.headers.get("Referer", "")
    if shown is None:
        return request.get_full_path()
    if not url_has_allowed_host_and_scheme(shown, {request.get_host()}):
        return ""
    parts = urlsplit(shown)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
