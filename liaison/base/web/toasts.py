"""Messages after a redirect, with 撤销 where the rules allow to undo."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from liaison.base.errors import DomainError

UNDO = "undo:"


def toast(request: HttpRequest, text: object, *, undo_url: str = "", level: int = messages.SUCCESS) -> None:
    """Show `text` on the next page; `undo_url` is sent a POST when the user presses 撤销."""
    messages.add_message(request, level, str(text), extra_tags=f"{UNDO}{undo_url}" if undo_url else "")


def toast_refusal(request: HttpRequest, error: DomainError) -> None:
    """Show in the service's own words, on the next page, why something was not done."""
    toast(request, error.message, level=messages.ERROR)


def toast_outcome(request: HttpRequest, service: Callable[..., object], text: object, **given: object) -> None:
    """Call the service; the next page shows `text`, or in the service's own words why not, marked as a refusal."""
    try:
        service(**given)
    except DomainError as error:
        toast_refusal(request, error)
    else:
        toast(request, text)
