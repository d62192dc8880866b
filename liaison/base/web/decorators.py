"""What a view declares about itself; a test walks all URLs and fails on a view that declares nothing."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
PUBLIC = "public"
"""Value of `view.permission` for a page that anybody may open."""


def public(view: View) -> View:
    """Mark `view` as open to everybody; use it as the outermost decorator."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view
