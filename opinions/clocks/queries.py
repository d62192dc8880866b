"""Reading clocks: what runs, how it stands, and the sum behind it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from liaison.base.workdays.arithmetic import Light, light
from liaison.base.workdays.explain import Day, days, sentences
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.sums import BEFORE_LEAD, EXTENSION, MERGED, NAMED, OWN, PAUSE, Part
from opinions.matters.models import Matter


def running_clocks(matter: Matter, *kinds: ClockKind) -> list[Clock]:
    """The clocks of the matter that have not stopped (paused ones too), all or those of `kinds`, oldest first."""
    rows = matter.clocks.filter(stopped_at__isnull=True).select_related("organisation", "policy")
    return list(rows.filter(kind__in=kinds) if kinds else rows)


RESIDENTS = (ClockKind.RATE, ClockKind.SUPPLY)
"""Clocks that bind the resident: they give no light to any body."""
WINDOWS = (ClockKind.RETURN,)
"""Clocks that give a right until a day, and no duty."""


def gives_light(clock: Clock) -> bool:
    """Whether somebody must do something by the clock's due date."""
    return clock.kind not in (*RESIDENTS, *WINDOWS)


def light_of(clock: Clock, today: date) -> Light | None:
    """The clock's light; None where it binds no body, once it has stopped and while it is paused."""
    if clock.stopped_at is not None or clock.paused_on is not None or not gives_light(clock):
        return None
    return light(clock.due_on, clock.warn_on, today)


def told(clock: Clock) -> list[str]:
    """How the due date came about, in sentences of the reader's language."""
    return told_parts(clock.explanation)


def told_parts(parts: Iterable[Part]) -> list[str]:
    """The same for the parts that a clock keeps."""
    return [line for part in parts for line in (*_why(part), *_sum(part))]


class Reckoned(NamedTuple):
    """A part of a sum: why it was added, its sentences, and its days one by one."""

    why: str
    sentences: list[str]
    days: list[Day]


def reckoned(clock: Clock) -> list[Reckoned]:
    """The sum part by part; none of a limit in months but its last days."""
    return [
        Reckoned(" ".join(_why(part)), _sum(part), list(days(part)) if "start" in part else [])
        for part in clock.explanation
    ]


def _sum(part: dict[str, Any]) -> list[str]:
    """The days of one part; a cut has none of its own."""
    return sentences(part) if "start" in part else []


def _why(part: dict[str, Any]) -> list[str]:
    """Why a limit was added to the first one, or is none of the general ones."""
    words = {
        PAUSE: _("等居民补充期间暂停，顺延。"),
        MERGED: _("并案期间没有单独办理，顺延。"),
        EXTENSION: _("经交办单位批准，延长一次。"),
        NAMED: _("答复里承诺在 %(due)s 以前办到。"),
        OWN: _("交办时为这件事单独定的时限。"),
        BEFORE_LEAD: _("协办意见要在主办单位答复到期前一个工作日交齐，到期日提前到 %(due)s。"),
    }
    return [words[part["cause"]] % {"due": part.get("due")}] if part.get("cause") in words else []


def moved_words(moved: Iterable[dict[str, str]]) -> str:
    """What a recomputation moved in a matter, as its history tells it."""
    told_lines = [
        _("%(clock)s：%(from)s改为%(to)s")
        % {"clock": ClockKind(one["clock"]).label, "from": _day(one["from"]), "to": _day(one["to"])}
        for one in moved
    ]
    return _("工作日历有改动。%(lines)s。") % {"lines": _("；").join(told_lines)} if told_lines else ""


def _day(text: str) -> str:
    return format_date(date.fromisoformat(text), pgettext("date with weekday", "n月j日（D）"))
