"""The frame of desk pages: what stands in the rail, the bell, the search box, the user's menu.

The composition layer fills it (`settings.DESK_CHROME`), since it alone sees every app.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string


@lru_cache(maxsize=256)
def address(name: str) -> str:
    """The address of a page without parts of its own, found once; every desk page shows some forty of them."""
    return reverse(name)


SAMPLE = "0000000000"
"""Stands for a code, which is letters and digits, or a key."""


def address_of(name: str, *which: object) -> str:
    """The address of a page of what has this code (and key)."""
    return "".join(f"{before}{one}" for before, one in zip(_around(name, len(which)), (*which, ""), strict=True))


@lru_cache(maxsize=256)
def _around(name: str, count: int) -> list[str]:
    """What stands around so many codes in the addresses of a page; found once instead of in each row."""
    return reverse(name, args=[SAMPLE] * count).split(SAMPLE)


@dataclass(frozen=True, eq=False)
class Entry:
    """A place to go. `phone` puts it into the bottom bar of a phone (four at most, the rest behind 更多).

    An entry equals none but itself, so that what is drawn of the same entries can be kept (`ui.rail`).
    """

    label: Any
    url: str
    icon: str = "dot"
    count: Any = None
    phone: bool = False
    current: bool = False
    also: Sequence[str] = ()
    """Addresses of other pages that belong to this place."""
    parts: "Sequence[Entry]" = ()
    """Where one may go inside this place; tabs of a second row while it is the current one."""


@dataclass(frozen=True)
class Chrome:
    """Everything the frame shows around the content of a desk page."""

    entries: Sequence[Entry] = ()
    sections: Sequence[Entry] = ()
    """Parts of a place that is too large for one entry, as tabs on each of its pages; each with parts of its own."""
    sections_warning: Any = None
    """What the pages of the sections say above all else; read only where it is shown."""
    menu: Sequence[Entry] = ()
    unread: int = 0
    notices_url: str = ""
    search_url: str = ""
    search_hint: Any = ""
    user_name: str = ""
    organisation: str = ""
    role: Any = ""
    logout_url: str = ""

    @property
    def section_parts(self) -> Sequence[Entry]:
        """The parts of the current section; nothing to choose from a single one."""
        parts = next((section.parts for section in self.sections if section.current), ())
        return parts if len(parts) > 1 else ()


def for_phone(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """The first four entries marked for a phone's bottom bar, and those that it leaves out."""
    first = [entry for entry in entries if entry.phone][:4]
    shown = {entry.url for entry in first}
    return first, [entry for entry in entries if entry.url not in shown]


def mark_current(entries: Sequence[Entry], path: str) -> tuple[Entry, ...]:
    """The entries, the one with an address that is the longest beginning of `path` marked as current."""
    matching = [(url, entry.url) for entry in entries for url in (entry.url, *entry.also) if _leads_to(url, path)]
    _longest, best = max(matching, key=lambda one: len(one[0]), default=("", None))
    return _marked(tuple(entries), best)


@lru_cache(maxsize=1024)
def _marked(entries: tuple[Entry, ...], url: str | None) -> tuple[Entry, ...]:
    """The same answer for the same entries, see `Entry`."""
    return tuple(replace(entry, current=entry.url == url) for entry in entries)


def _leads_to(url: str, path: str) -> bool:
    place = url.split("?", 1)[0]
    return path == place or path.startswith(place if place.endswith("/") else f"{place}/")


def load_chrome(request: HttpRequest) -> Chrome:
    """The frame for `request` with the current place marked; an empty frame when none is configured."""
    path = getattr(settings, "DESK_CHROME", "")
    if not path:
        return Chrome()
    chrome: Chrome = import_string(path)(request)
    entries, sections = (mark_current(held, request.path) for held in (chrome.entries, chrome.sections))
    inside = [replace(one, parts=mark_current(one.parts, request.path)) if one.current else one for one in sections]
    return replace(chrome, entries=entries, sections=inside)
