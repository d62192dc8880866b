"""What a reply must contain, as pure rules that forms and services share.

Rule (domain.md §4 and §7): for each point a measure, a person and a date; B and C are promises with a date in the
future; phrases that only "attach great importance" say nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from opinions.lexicon.queries import phrases
from opinions.matters.models import ReplyClass

PROMISES = (ReplyClass.BEING_SOLVED, ReplyClass.PLANNED)
"""Classes that promise something by a day."""
MOST_POINTS = 20
PROBLEM_MAX = 200
PERSON_MAX = 40
TEXT_MAX = 10_000
GAPS = _("模板里还有没填的“__”，请填好再发，用不到的请删去。")
SUBSTANCE = 12
"""A text that keeps fewer characters than this, once phrases and filling are gone, says nothing."""


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(words, key=len, reverse=True)))


_EMPTY_TALK = _any_of(phrases().empty)
_FILLING = _any_of((*phrases().empty, *phrases().filling))
_PARTICLES = re.compile(r"[\s\W_的了和与及并对为将会已正在按照予以进行给]+")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of a reply: the problem, what is done, who, by when."""

    problem: str = ""
    measure: str = ""
    person: str = ""
    due_on: date | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing was filled in."""
        return not any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, kw_only=True)
class Content:
    """A reply as it is written."""

    text: str = ""
    reply_class: str = ""
    points: tuple[Point, ...] = ()

    @property
    def filled(self) -> tuple[Point, ...]:
        """The points that say anything."""
        return tuple(point for point in self.points if not point.blank)


@dataclass(frozen=True)
class Fault:
    """What is wrong, at `field` of the reply or of the point number `point` (from 0, blank ones counted)."""

    field: str
    message: Any
    point: int | None = None


def faults(content: Content, today: date) -> list[Fault]:
    """Everything that keeps the reply from being issued on `today`, in the order of the form."""
    return [*_about_reply(content, today), *_about_points(content)]


def _about_reply(content: Content, today: date) -> Iterator[Fault]:
    if not content.text.strip():
        yield Fault("text", _("请写下答复的正文。"))
    if len(content.text) > TEXT_MAX:
        yield Fault("text", _("内容太长，请控制在 10000 字以内。"))
    if has_gaps(content.text):
        yield Fault("text", GAPS)
    if content.reply_class not in ReplyClass.values:
        yield Fault("reply_class", _("请选择答复类别。"))
    if content.reply_class not in ("", ReplyClass.EXPLAINED) and not content.filled:
        yield Fault("points", _("请至少写一项：问题、措施、责任人和完成日期。"))
    if content.reply_class in PROMISES and content.filled and not _promises(content, today):
        yield Fault("points", _("B、C 两类是有期限的承诺，至少要有一项的完成日期在今天以后。"))
    if len(content.filled) > MOST_POINTS:
        yield Fault("points", _("最多写 20 项，请合并相近的内容。"))


def _promises(content: Content, today: date) -> bool:
    return any(point.due_on is not None and point.due_on > today for point in content.filled)


def _about_points(content: Content) -> Iterator[Fault]:
    missing = {
        "problem": _("请写明问题。"),
        "measure": _("请写明措施。"),
        "person": _("请写明责任人。"),
        "due_on": _("请填写完成日期。"),
    }
    for number, point in enumerate(content.points):
        for field, message in missing.items():
            if not point.blank and not getattr(point, field):
                yield Fault(field, message, number)


def has_gaps(text: str) -> bool:
    """Whether something of a template (`__`) was left to fill in."""
    return "__" in text


def says_nothing(text: str) -> bool:
    """Whether `text` consists of empty phrases alone. An empty text is another fault, not this one."""
    left = _PARTICLES.sub("", _FILLING.sub("", text))
    return len(left) < SUBSTANCE and _EMPTY_TALK.search(text) is not None


def empty_talk(content: Content) -> list[Fault]:
    """Texts and measures that say nothing. A warning, no refusal: the writer may know better."""
    found = [Fault("text", _EMPTY)] if says_nothing(content.text) else []
    points = enumerate(content.points)
    return found + [Fault("measure", _EMPTY, number) for number, point in points if says_nothing(point.measure)]


_EMPTY = _("这里只有“高度重视”一类的套话，没有说清做什么。请写明具体措施；确实如此的，勾选下面的确认后再提交。")
