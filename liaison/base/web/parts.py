"""Plain records that components show, so that a component knows no model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self

Text = Any
"""A string or a lazy translation."""
Tone = Literal["neutral", "active", "wait", "good", "warn", "bad"]


@dataclass(frozen=True)
class Tab:
    """A tab with an optional count (a number or "1000+")."""

    label: Text
    url: str
    count: Any = None
    current: bool = False


@dataclass(frozen=True)
class Stage:
    """One of the public stages 点单→接单→领单→验单."""

    label: Text
    state: Literal["done", "current", "todo", "stopped"] = "todo"
    who: Text = ""
    when: date | datetime | None = None
    text: Text = ""


@dataclass(frozen=True)
class Thumb:
    """A stored file; without `preview_url` it is shown as a named document. `size` is in bytes."""

    url: str
    name: str
    preview_url: str = ""
    size: int | None = None

    @classmethod
    def of(cls, stored: Any, url: str) -> Self:
        """A StoredFile as it is served at `url`, which gives the preview of an image too."""
        preview = f"{url}{'&' if '?' in url else '?'}thumb=1" if stored.is_image else ""
        return cls(url, stored.name, preview, stored.size)


@dataclass(frozen=True)
class Event:
    """A line of a history."""

    at: datetime
    title: Text
    by: Text = ""
    text: Text = ""
    tone: Tone | Literal[""] = ""
    internal: bool = False
    thumbs: Sequence[Thumb] = ()


@dataclass(frozen=True)
class Line:
    """A line of a conversation; `internal` ones are never seen by the resident, `mine` stands on the right."""

    at: datetime
    author: Text
    text: Text
    role: Text = ""
    internal: bool = False
    mine: bool = False
    thumbs: Sequence[Thumb] = ()
