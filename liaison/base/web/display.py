"""Elder mode and text size: a choice kept in a cookie, so that it works without an account or JavaScript."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

COOKIE = "elder"
COOKIE_AGE = 365 * 24 * 3600
SIZES = (20, 22, 24, 27, 30)
"""Text sizes of elder mode in CSS pixels (the law's guide asks for 18 and more, adjustable to 30)."""


@dataclass(frozen=True)
class Display:
    """How a visitor wants to read; `size` is None outside elder mode."""

    size: int | None = None

    @property
    def elder(self) -> bool:
        return self.size is not None

    @property
    def smaller(self) -> int | None:
        """The next smaller size, None at the smallest."""
        return max((size for size in SIZES if size < (self.size or 0)), default=None)

    @property
    def larger(self) -> int | None:
        """The next larger size, None at the largest."""
        return min((size for size in SIZES if size > (self.size or 0)), default=None)


def parse_size(text: str | None) -> int | None:
    """An allowed text size, or None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text) in SIZES else None


def read_display(request: HttpRequest) -> Display:
    """The visitor's choice from the cookie; strange values count as none."""
    return Display(parse_size(request.COOKIES.get(COOKIE)))


def write_display(response: HttpResponseBase, size: int | None) -> None:
    """Remember `size` for a year, or forget the choice when it is None."""
    if size is None:
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        response.set_cookie(COOKIE, str(size), max_age=COOKIE_AGE, samesite="Lax", httponly=True)
