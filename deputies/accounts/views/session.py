"""Signing in and out."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from deputies.accounts.forms import SignInForm, posted
from deputies.accounts.queries import landing_url, locked_until
from deputies.accounts.services import note_sign_in
from deputies.accounts.sessions import touch
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import public


def next_url(request: HttpRequest) -> str:
    """The page to go on to, from `next`; empty unless it is on this very site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()) else ""


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Sign in and return to the page that was wanted."""
    if request.method != "POST" and request.user.is_authenticated:
        return HttpResponseRedirect(next_url(request) or landing_url(request.user))
    form = SignInForm(posted(request), request=request)
    if form.is_valid():
        auth.login(request, form.user)
        touch(request, now=timezone.now())
        note_sign_in(user=form.user, client_hash=client_hash(request), now=timezone.now())
        return HttpResponseRedirect(next_url(request) or landing_url(form.user))
    context = {
        "form": form,
        "next": next_url(request),
        "idle": "idle" in request.GET,
        "signed_out": "out" in request.GET,
    }
    context["idle_minutes"] = settings.SESSION_IDLE_MINUTES
    return render(request, "deputies/accounts/login.html", context, status=422 if form.is_bound else 200)


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out; the session ends on the server."""
    auth.logout(request)
    return HttpResponseRedirect(f"{reverse(settings.LOGOUT_REDIRECT_URL)}?out=1")


@public
def locked_out(request: HttpRequest, original: Any = None, credentials: Any = None) -> HttpResponse:
    """Answer of django-axes to a sign-in while the account is locked: says when to come back, not whether it exists."""
    now = timezone.now()
    username = str((credentials or {}).get("username", ""))
    until = locked_until(username, now=now)
    context = {"until": until, "limit": settings.AXES_FAILURE_LIMIT, "next": next_url(request)}
    response = render(request, "deputies/accounts/locked.html", context, status=429)
    if until:
        response["Retry-After"] = str(max(1, int((until - now).total_seconds())))
    return response
