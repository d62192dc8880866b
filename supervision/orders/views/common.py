"""What the screens share: a form as a page or a dialog, and one tap."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from deputies.accounts.access import SignedIn
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast, toast_refusal

PAGES = "supervision/orders"


def serve(
    request: SignedIn, form: Any, service: Callable[..., Any], *, label: Any, said: Any, back: str, title: str = "",
    place: Callable[[Any], str] | None = None, **given: Any,
) -> HttpResponse:  # fmt: skip
    """A form as a page or a dialog. `service` gets `given`, the cleaned data, who and when; a refusal stands at its
    field and what was typed stays. Afterwards to `place` of what was made, else `back`."""
    if form.is_bound and form.is_valid():
        try:
            made = service(by=request.user, now=timezone.now(), **{**form.cleaned_data, **given})
            toast(request, said)
            return go(request, place(made) if place else back)
        except NotAllowed:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
    context = {"form": form, "label": label, "back": back, "title": title}
    status = 422 if form.is_bound else 200
    return render_page(request, f"{PAGES}/form.html", f"{PAGES}/_form.html", context, status=status)


def tap(request: SignedIn, service: Callable[..., Any], *, said: Any, back: str, **given: Any) -> HttpResponse:
    """One tap, no form. What somebody else has done meanwhile is told, not lost."""
    try:
        service(by=request.user, now=timezone.now(), **given)
        toast(request, said)
    except NotAllowed:
        raise
    except DomainError as error:
        toast_refusal(request, error)
    return go(request, back)
