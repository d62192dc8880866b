"""Messages after a redirect, with 撤销 where the rules allow to undo."""

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo:"


def toast(request: HttpRequest, text: object, *, undo_url: str = "", level: int = messages.SUCCESS) -> None:
    """Show `text` on the next page; `undo_url` is sent a POST when the user presses 撤销."""
    messages.add_message(request, level, str(text), extra_tags=f"{UNDO}{undo_url}" if undo_url else "")
