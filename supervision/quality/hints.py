"""What a reviewer may want to look at in a reply, each with its reason. Pure and transparent: words, empty cells and
dates; never a verdict.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from liaison.base.phrases import listing
from opinions.handling.services import Content
from opinions.lexicon.queries import phrases

_HAN = re.compile(r"[\u4e00-\u9fff]+")
FEWEST_WORDS = 4
"""A question with fewer words of its own is too short to say that a reply misses it."""
MOST_SHOWN = 5


@dataclass(frozen=True)
class Hint:
    """Something to look at: the code of the checklist item it belongs to, and why."""

    item: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Read:
    """What is compared: a reply with its question, and what the writer promised before and missed."""

    content: Content
    question: str
    due: bool = True
    """Whether the reply must say point by point who does what by when: a body's does, unless it only explains."""
    missed: Sequence[str] = ()


def hints(read: Read) -> list[Hint]:
    """What stands out, in the order of the checklist."""
    return [*_empty_talk(read), *_gaps(read), *_off_point(read), *_missed(read)]


def _empty_talk(read: Read) -> Iterator[Hint]:
    points = (f"{point.problem}{point.measure}" for point in read.content.filled)
    text = "".join((read.content.text, *points))
    found = [phrase for phrase in phrases().empty if phrase in text]
    if found:
        quoted = listing(f"“{phrase}”" for phrase in found[:MOST_SHOWN])
        yield Hint("empty_talk", _("答复里有这些套话：%(phrases)s。") % {"phrases": quoted})


def _gaps(read: Read) -> Iterator[Hint]:
    points = read.content.filled
    if not points and read.due:
        yield Hint("no_measure", _("答复没有逐项写措施、责任人和完成日期。"))
    lacking = (
        ("no_measure", _("措施"), [n for n, point in enumerate(points, 1) if not point.measure.strip()]),
        ("no_person", _("责任人"), [n for n, point in enumerate(points, 1) if not point.person.strip()]),
        ("no_date", _("完成日期"), [n for n, point in enumerate(points, 1) if point.due_on is None]),
    )
    for item, what, numbers in lacking:
        if numbers:
            given = {"numbers": listing(numbers[:MOST_SHOWN]), "what": what}
            yield Hint(item, _("第 %(numbers)s 项没有写%(what)s。") % given)


def words_of(text: str) -> set[str]:
    """Pairs of neighbouring characters, without those of everyday words."""
    for word in phrases().everyday:
        text = text.replace(word, " ")
    return {run[at : at + 2] for run in _HAN.findall(text) for at in range(len(run) - 1)}


def _off_point(read: Read) -> Iterator[Hint]:
    asked = words_of(read.question)
    points = (f"{point.problem} {point.measure}" for point in read.content.filled)
    said = words_of(" ".join((read.content.text, *points)))
    if len(asked) >= FEWEST_WORDS and not asked & said:
        yield Hint("off_point", _("答复和反映的内容没有一个相同的词，请看是否答非所问。"))


def _missed(read: Read) -> Iterator[Hint]:
    if read.missed:
        shown = listing(read.missed[:MOST_SHOWN])
        yield Hint("promise_missed", _("这个单位有承诺到期没有兑现：%(promises)s。") % {"promises": shown})
