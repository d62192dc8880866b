"""The screens of most steps: a form as a page or a dialog, or one tap."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from liaison.base.errors import DomainError, NotAllowed
from liaison.base.web.forms import attempt
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast, toast_refusal

Act = Callable[..., Any]
"""Is told `by` whom and when (`now`); of a form's, a text that it returns is the address to leave for."""


def serve_form(
    request: HttpRequest, form: forms.BaseForm, act: Act, *, pages: tuple[str, str], said: object, place: str,
    **context: Any,
) -> HttpResponse:  # fmt: skip
    """The form by `pages` (as a page, as a dialog); `place` is where it leads back to. What is valid is done and `said`
    on the next page; a refusal stands at its field, and what was typed stays."""
    if form.is_bound and form.is_valid():
        made = attempt(form, act, by=request.user, now=timezone.now())
        if form.is_valid():
            toast(request, said)
            return go(request, made if isinstance(made, str) else place)
    return render_page(request, *pages, {"form": form, "place": place, **context}, status=422 if form.is_bound else 200)


def tap(request: HttpRequest, act: Act, *, said: object, place: str) -> HttpResponse:
    """One tap, no form. What somebody else has done meanwhile is told, not lost."""
    try:
        act(by=request.user, now=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        toast_refusal(request, error)
    else:
        toast(request, said)
    return go(request, place)
