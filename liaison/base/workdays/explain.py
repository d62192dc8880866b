"""The sum behind a limit, kept as compact JSON and told in sentences in the reader's language."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from liaison.base.workdays.arithmetic import (
    ONE_DAY,
    WEEKDAYS,
    Calendar,
    Limit,
    Reason,
    Step,
    Unit,
    workdays_between,
)

MOST_RUNS = 8
"""A sum with more runs than this has its ordinary weeks drawn together."""
ORDINARY = "ordinary"
"""Reason of a run that mixes working days and weekends."""


class Run(NamedTuple):
    """Consecutive days with one reason; `counted` of them count towards the limit."""

    first: date
    last: date
    reason: str
    counted: int
    name: str = ""

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1


def explanation(limit: Limit) -> dict[str, Any]:
    """The sum as JSON for `Clock.explanation`: small whatever the length of the limit."""
    runs = _runs(limit.steps[1:])
    return {
        "start": limit.start.isoformat(),
        "amount": limit.amount,
        "unit": limit.unit.value,
        "due": limit.due.isoformat(),
        "provisional": list(limit.provisional_years),
        "runs": [[run.first.isoformat(), run.last.isoformat(), *run[2:]] for run in runs],
    }


def _runs(steps: Iterable[Step]) -> list[Run]:
    runs = [_run(list(group)) for _key, group in groupby(steps, key=lambda step: (step.reason, step.name))]
    return runs if len(runs) <= MOST_RUNS else list(_drawn_together(runs))


def _run(steps: list[Step]) -> Run:
    counted = sum(step.counted for step in steps)
    return Run(steps[0].date, steps[-1].date, steps[0].reason.value, counted, steps[0].name)


def _drawn_together(runs: list[Run]) -> Iterator[Run]:
    """Neighbouring runs of working days and weekends as one."""
    plain = {Reason.WORKDAY.value, Reason.WEEKEND.value}
    for is_plain, group in groupby(runs, key=lambda run: run.reason in plain):
        members = list(group)
        if is_plain and len(members) > 1:
            yield Run(members[0].first, members[-1].last, ORDINARY, sum(run.counted for run in members))
        else:
            yield from members


def sentences(data: dict[str, Any]) -> list[str]:
    """The stored sum in sentences: start, each run, the end, and a warning for years without a list."""
    start, due = date.fromisoformat(data["start"]), date.fromisoformat(data["due"])
    limit = {"start": _long(start), "amount": amount_words(data["amount"], data["unit"])}
    told = [_("自%(start)s起算，当日不计入，期限 %(amount)s。") % limit]
    told += [_sentence(Run(date.fromisoformat(run[0]), date.fromisoformat(run[1]), *run[2:])) for run in data["runs"]]
    told.append(_("到期日为%(due)s。") % {"due": _long(due)})
    for year in data["provisional"]:
        told.append(_("%(year)s 年的放假安排尚未公布，暂按周一至周五推算，公布后重新计算。") % {"year": year})
    return told


class Day(NamedTuple):
    """One day of a stored sum: how many were counted with it (0: it is not counted), and why."""

    date: date
    number: int
    why: str


def days(data: dict[str, Any]) -> Iterator[Day]:
    """The stored sum day by day; a limit in months looks at its last day alone."""
    counted = 0
    for run in (Run(date.fromisoformat(run[0]), date.fromisoformat(run[1]), *run[2:]) for run in data["runs"]):
        for number in range(run.length):
            day = run.first + number * ONE_DAY
            reason = Reason(run.reason) if run.reason != ORDINARY else _ordinary(day)
            counts = bool(run.counted) and reason not in (Reason.WEEKEND, Reason.ROLLED, Reason.MONTHS)
            counted += counts
            yield Day(day, counted if counts else 0, f"{run.name} {reason.label}".strip())


def _ordinary(day: date) -> Reason:
    return Reason.WORKDAY if day.weekday() < WEEKDAYS else Reason.WEEKEND


def amount_words(amount: int, unit: str) -> str:
    """The length of a limit, e.g. "5 个工作日"."""
    patterns = {
        Unit.WORKING_DAYS: ngettext("%(n)s 个工作日", "%(n)s 个工作日", amount),
        Unit.CALENDAR_DAYS: ngettext("%(n)s 个自然日", "%(n)s 个自然日", amount),
        Unit.MONTHS: ngettext("%(n)s 个月", "%(n)s 个月", amount),
    }
    return patterns[Unit(unit)] % {"n": amount}


def _long(day: date) -> str:
    return format_date(day, pgettext("date with year and weekday", "Y年n月j日（D）"))


def _short(day: date) -> str:
    return format_date(day, pgettext("date with weekday", "n月j日（D）"))


def _span(run: Run) -> str:
    first, last = _short(run.first), _short(run.last)
    return first if run.length == 1 else _("%(first)s至%(last)s") % {"first": first, "last": last}


def _sentence(run: Run) -> str:
    words = {
        "span": _span(run),
        "days": run.length,
        "counted": run.counted,
        "skipped": run.length - run.counted,
        "name": run.name or _("放假"),
    }
    return _pattern(run) % words


def _pattern(run: Run) -> str:
    if run.reason == Reason.WORKDAY:
        return _("%(span)s：工作日，计 %(days)s 天。")
    if run.reason == Reason.MAKE_UP:
        return _("%(span)s：%(name)s调休上班，计 %(days)s 天。")
    if run.reason == Reason.WEEKEND:
        return _("%(span)s：周末，不计。")
    if run.reason == Reason.HOLIDAY:
        return _("%(span)s：%(name)s放假，不计。")
    if run.reason == ORDINARY:
        return _("%(span)s：工作日计 %(counted)s 天，周末 %(skipped)s 天不计。")
    if run.reason == Reason.CALENDAR_DAY:
        return _("%(span)s：连续计 %(days)s 天，含周末和节假日。")
    if run.reason == Reason.MONTHS:
        return _("按月计算，届满对应日为%(span)s。")
    return _("期限最后一天不上班，顺延到下一个工作日%(span)s。")


def how_far(calendar: Calendar, due: date, today: date) -> str:
    """How far off a due date is, in working days: "还剩 3 个工作日", "今天到期", "已超期 2 个工作日"."""
    if due == today:
        return _("今天到期")
    days = workdays_between(calendar, today, due)
    if due > today:
        return ngettext("还剩 %(days)s 个工作日", "还剩 %(days)s 个工作日", days) % {"days": days}
    if days == 0:
        return _("已超期，不足 1 个工作日")
    return ngettext("已超期 %(days)s 个工作日", "已超期 %(days)s 个工作日", -days) % {"days": -days}
