"""Context that every template may use."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from liaison.base.web.chrome import load_chrome
from liaison.base.web.display import Display


@dataclass(frozen=True)
class Language:
    """A language of the switch, named in itself."""

    code: str
    name: str
    current: bool


@dataclass(frozen=True)
class Site:
    """What pages know about the installation and the visitor's way of reading."""

    name: str
    place: str
    demo: bool
    display: Display
    languages: tuple[Language, ...]
    is_english: bool

    @property
    def elder(self) -> bool:
        return self.display.elder

    @property
    def text_size(self) -> int | None:
        return self.display.size

    @property
    def full_name(self) -> str:
        return f"{self.place}{'' if not self.is_english else ' '}{self.name}"


NATIVE = {"zh-hans": "中文"}


def _languages(current: str) -> tuple[Language, ...]:
    codes = [code for code, _name in settings.LANGUAGES]
    return tuple(
        Language(code, NATIVE.get(code) or get_language_info(code)["name_local"], code == current) for code in codes
    )


def site(request: HttpRequest) -> dict[str, Any]:
    """`site` (installation and reading mode) and `chrome` (frame of the desk, read only when a desk page shows it)."""
    current = get_language() or settings.LANGUAGE_CODE
    info = Site(
        name=getattr(settings, "SITE_NAME", "") or _("人大代表联络平台"),
        place=getattr(settings, "PLACE_NAME", ""),
        demo=getattr(settings, "DEMO", False),
        display=getattr(request, "display", Display()),
        languages=_languages(current),
        is_english=current.startswith("en"),
    )
    return {"site": info, "chrome": SimpleLazyObject(lambda: load_chrome(request))}
