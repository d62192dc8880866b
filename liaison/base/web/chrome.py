"""The frame of desk pages: what stands in the rail, the bell, the search box, the user's menu.

The composition layer fills it (`settings.DESK_CHROME`), since it alone sees every app.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Entry:
    """A place to go. `phone` puts it into the bottom bar of a phone (four at most, the rest behind 更多)."""

    label: Any
    url: str
    icon: str = "dot"
    count: Any = None
    phone: bool = False
    current: bool = False
    also: Sequence[str] = ()
    """Addresses of other pages that belong to this place."""


@dataclass(frozen=True)
class Chrome:
    """Everything the frame shows around the content of a desk page."""

    entries: Sequence[Entry] = ()
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
    def phone_entries(self) -> list[Entry]:
        """The first four entries marked for the phone's bottom bar."""
        return [entry for entry in self.entries if entry.phone][:4]

    @property
    def more_entries(self) -> list[Entry]:
        """Entries that the bottom bar leaves out."""
        shown = self.phone_entries
        return [entry for entry in self.entries if entry not in shown]


def mark_current(entries: Sequence[Entry], path: str) -> list[Entry]:
    """The entries, the one with an address that is the longest beginning of `path` marked as current."""
    matching = [(url, entry.url) for entry in entries for url in (entry.url, *entry.also) if _leads_to(url, path)]
    _longest, best = max(matching, key=lambda one: len(one[0]), default=("", None))
    return [replace(entry, current=entry.url == best) for entry in entries]


def _leads_to(url: str, path: str) -> bool:
    place = url.split("?", 1)[0]
    return path == place or path.startswith(place if place.endswith("/") else f"{place}/")


def load_chrome(request: HttpRequest) -> Chrome:
    """The frame for `request` with the current place marked; an empty frame when none is configured."""
    path = getattr(settings, "DESK_CHROME", "")
    if not path:
        return Chrome()
    chrome: Chrome = import_string(path)(request)
    return replace(chrome, entries=mark_current(chrome.entries, request.path))
