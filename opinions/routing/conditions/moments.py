"""Conditions on when an opinion was raised: hours and kind of day, on the working calendar of Asia/Shanghai."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from opinions.routing.conditions.base import DAY, NO_HOUR, BrokenCondition, Facts, Held, Moment, Names

CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class DayKind(TextChoices):
    ANY = "any", gettext_lazy("每天")
    WORK = "work", pgettext_lazy("day", "工作日")
    OFF = "off", gettext_lazy("休息日和节假日")


@dataclass(frozen=True)
class RaisedAt:
    """Raised from `start` until `end` (minutes since midnight, the end not counted) on days of a kind.

    A span over midnight belongs to the day on which it begins: Saturday at two is still Friday's night. The same
    minute twice is the whole day, which alone holds for an opinion of which only the day is known.
    """

    days: DayKind
    start: int = 0
    end: int = 0
    kind: ClassVar[str] = "raised_at"
    costly: ClassVar[bool] = False

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "RaisedAt":
        if row.get("days") not in DayKind.values:
            raise BrokenCondition(_("没有写明是工作日还是休息日。"))
        start, end = _minutes(row.get("from")), _minutes(row.get("to"))
        if start == end:
            start = end = 0
        made = cls(DayKind(row["days"]), start, end)
        if made.days == DayKind.ANY and start == end:
            raise BrokenCondition(_("“每天、全天”不是条件，请写明时间，或选择工作日、休息日。"))
        return made

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "days": self.days.value, "from": clock(self.start), "to": clock(self.end)}

    def evaluate(self, facts: Facts) -> Held:
        moment = facts.moment
        if moment is None:
            return Held(self, held=False)
        held = bool(self.span(work=moment.workday, before=moment.workday_before) >> moment.minute & 1)
        return Held(self, held, self._seen(moment))

    def _seen(self, moment: Moment) -> tuple[str, ...]:
        if moment.minute == NO_HOUR:
            kind = DayKind.WORK if moment.workday else DayKind.OFF
            return (f"{moment.at:%Y-%m-%d}", kind.value, *(("hourless",) if self.start != self.end else ()))
        early = self.start > self.end > moment.minute
        kind = DayKind.WORK if (moment.workday_before if early else moment.workday) else DayKind.OFF
        return (f"{moment.at:%Y-%m-%d %H:%M}", kind.value, *(("before",) if early else ()))

    def span(self, *, work: bool, before: bool) -> int:
        """The minutes of a day that are meant, one bit each, with NO_HOUR; `work` says whether it is worked, `before`
        whether the day before was."""
        return self._spans[work, before]

    @cached_property
    def _spans(self) -> dict[tuple[bool, bool], int]:
        return {(work, before): self._span(work, before) for work, before in product((False, True), repeat=2)}

    def _span(self, work: bool, before: bool) -> int:  # noqa: FBT001 - a truth table has two truths
        today, yesterday = self._counts(work=work), self._counts(work=before)
        if self.start == self.end:
            return _bits(0, NO_HOUR + 1) if today else 0
        if self.start < self.end:
            return _bits(self.start, self.end) if today else 0
        return (_bits(self.start, DAY) if today else 0) | (_bits(0, self.end) if yesterday else 0)

    def _counts(self, *, work: bool) -> bool:
        return self.days == DayKind.ANY or (self.days == DayKind.WORK) == work

    def sentence(self, names: Names) -> str:
        days = DayKind(self.days).label
        if self.start == self.end:
            return _("提交那天是%(days)s") % {"days": days}
        told = {"days": days, "start": clock(self.start), "end": clock(self.end)}
        if self.start > self.end:
            return _("提交时间在%(days)s %(start)s 至次日 %(end)s") % told
        return _("提交时间在%(days)s %(start)s 至 %(end)s") % told

    def seen_words(self, seen: Iterable[str], names: Names) -> str:
        at, kind, *early = [*seen, "", ""][:3] if seen else ("", "", "")
        if not at:
            return _("没有时间")
        day = DayKind(kind).label if kind in DayKind.values else ""
        told = {"at": at, "day": day}
        if "hourless" in early:
            return _("%(at)s，%(day)s，没有记下几点") % told
        return _("%(at)s，前一天是%(day)s") % told if any(early) else _("%(at)s，%(day)s") % told

    def problems(self, names: Names) -> list[str]:
        return []


def clock(minutes: int) -> str:
    """Minutes since midnight as people write them."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(text: object) -> int:
    found = CLOCK.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise BrokenCondition(_("时间要写成 08:30 这样。"))
    return int(found[1]) * 60 + int(found[2])


def _bits(start: int, end: int) -> int:
    return (1 << end) - (1 << start)
