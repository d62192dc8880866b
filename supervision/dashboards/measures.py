"""The numbers by name: which matters or promises each counts, in words and as a condition on the facts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opinions.matters.models import Quality
from supervision.dashboards.cubes import CLOSED, DAYS, ENDED, OPEN, PROMISED, UNSETTLED
from supervision.dashboards.models import Fact, PromiseFact, Stage


class When(StrEnum):
    """What a number is about: what is open now, or what came or ended in the months of the period."""

    NOW = "now"
    OPENED = "opened"
    ENDED = "ended"


@dataclass(frozen=True)
class Days:
    """The day of the lights, and the next working day."""

    today: date
    tomorrow: date


def red(days: Days) -> Q:
    """Open and overdue, or of poor quality."""
    return Q(due_on__lt=days.today) | Q(quality=Quality.POOR)


def yellow(days: Days) -> Q:
    """Open, not red, and near the limit or below standard."""
    return ~red(days) & (Q(warn_on__lte=days.today) | Q(quality=Quality.LOW))


def turning(days: Days) -> Q:
    """Open, and of a worse colour on the next working day than today if nothing is done."""
    to_red = ~red(days) & Q(due_on__lt=days.tomorrow)
    to_yellow = ~red(days) & ~yellow(days) & Q(warn_on__lte=days.tomorrow)
    return to_red | to_yellow


def _open(condition: Callable[[Days], Q]) -> Callable[[Days], Q]:
    return lambda days: Q(open=True) & condition(days)


def _ended(name: str) -> Callable[[Days], Q]:
    return lambda _days: ENDED[name]


def overdue(days: Days) -> Q:
    """Promised by a day that is over, and nothing reported."""
    return UNSETTLED & Q(due_on__lt=days.today)


def _settled(name: str) -> Callable[[Days], Q]:
    return lambda _days: PROMISED[name]


def _took(stage: Stage) -> Callable[[Days], Q]:
    return lambda _days: CLOSED & Q(**{f"{DAYS[stage]}__gte": 0})


@dataclass(frozen=True)
class Measure:
    """A number: its name, what it counts and what it leaves out, when it counts, and which facts it counts."""

    key: str
    label: Any
    counts: Any
    without: Any
    when: When
    facts: Callable[[Days], Q]
    of: type[Fact | PromiseFact] = Fact

    @property
    def month(self) -> str:
        """The column of the facts that says in which month it counts; empty for what is so now."""
        if self.of is PromiseFact:
            return {When.ENDED: "settled_month"}.get(self.when, "")
        return {When.OPENED: "opened_month", When.ENDED: "closed_month"}.get(self.when, "")

    @property
    def order(self) -> tuple[str, str]:
        """In which order its rows stand; it ends in the key and is served by an index."""
        key = "promise" if self.of is PromiseFact else "matter"
        return (f"-{self.month}", f"-{key}") if self.month else ("due_on", key)


_NOTHING = _("没有")
_CLOSED_ONLY = _("不予受理、并案、撤回的不算。")
_NOT_RATED = _("到期未评价的不算，既不算满意，也不算不满意。")
_PATH = _("没有相应记录的不算；只算工作日，提交当天不算。")
_THEIRS = _("这是承办单位说的，不是群众说的。不予受理、并案、撤回的不算。")
_LATEST = _("重新承诺的，按最后的结果算。兑现承诺不等于问题解决，也不等于群众满意。")
_ALL: tuple[tuple[Any, ...], ...] = (
    ("open", _("未办结"), _("提交了、还没有到终点的事项。"), _("办结、不予受理、并案、撤回的，以及草稿。"),
     When.NOW, _open(lambda _days: Q())),
    ("red", _("红灯"), _("未办结，已经过了当前时限，或者办理质量被评为“质量差”。"),
     _("时限暂停的、等群众评价的，没有时限。"), When.NOW, _open(red)),
    ("yellow", _("黄灯"), _("未办结，不是红灯，已到预警日，或者办理质量被评为“标准不高”。"), _("红灯。"),
     When.NOW, _open(yellow)),
    ("turning", _("下个工作日变灯"), _("如果不办，下一个工作日就会变黄或者变红的。"), _("今天已经是红灯的。"),
     When.NOW, _open(turning)),
    ("waiting", _("待评价"), _("已答复，等群众说满意不满意。答复不等于解决。"), _NOTHING,
     When.NOW, _open(lambda _days: OPEN["waiting"])),
    ("proposed", _("已转建议、还没有结果"), _("转成了代表建议，还没有办结。转建议不等于解决。"),
     _("建议答复以后、等群众评价的。"),
     When.NOW, _open(lambda _days: OPEN["proposed"])),
    ("relayed", _("已接力、还没有结果"), _("交给了上级人大代表，还没有办结。接力不等于解决。"),
     _("上级答复以后、等群众评价的。"),
     When.NOW, _open(lambda _days: OPEN["relayed"])),
    ("opened", _("新收"), _("在这段时间提交的。"), _("草稿。"), When.OPENED, lambda _days: Q()),
    ("closed", _("办结"), _("在这段时间办结的。"), _CLOSED_ONLY, When.ENDED, _ended("closed")),
    ("declined", pgettext_lazy("numbers", "不予受理"), _("在这段时间不予受理的。"), _NOTHING,
     When.ENDED, _ended("declined")),
    ("merged", pgettext_lazy("numbers", "并案"), _("在这段时间并入别的事项的。"), _NOTHING,
     When.ENDED, _ended("merged")),
    ("withdrawn", pgettext_lazy("numbers", "撤回"), _("在这段时间由群众撤回的。"), _NOTHING,
     When.ENDED, _ended("withdrawn")),
    ("rated", _("已评价"), _("这段时间办结的，最后一轮有群众评价。"), _NOT_RATED, When.ENDED,
     lambda _days: ENDED["satisfied"] | ENDED["mostly"] | ENDED["unsatisfied"]),
    ("content", _("满意和基本满意"), _("已评价的，群众说满意或者基本满意。"), _NOT_RATED, When.ENDED,
     lambda _days: ENDED["satisfied"] | ENDED["mostly"]),
    ("satisfied", _("满意"), _("已评价的，群众说满意。"), _NOT_RATED, When.ENDED, _ended("satisfied")),
    ("mostly", _("基本满意"), _("已评价的，群众说基本满意。"), _NOT_RATED, When.ENDED, _ended("mostly")),
    ("unsatisfied", _("不满意"), _("已评价的，群众说不满意。"), _NOT_RATED, When.ENDED, _ended("unsatisfied")),
    ("solved", _("群众说解决了"), _("已评价的，群众说解决了。"), _("承办单位自己答复“已解决”的不算。"),
     When.ENDED, _ended("solved")),
    ("partly", _("群众说解决了一部分"), _("已评价的，群众说解决了一部分。"), _NOT_RATED, When.ENDED, _ended("partly")),
    ("unsolved", _("群众说没有解决"), _("已评价的，群众说没有解决。"), _NOT_RATED, When.ENDED, _ended("unsolved")),
    ("lapsed", _("到期未评价"), _("办结的，请过群众评价，到期没有回音。"), _("群众评价过的。"),
     When.ENDED, _ended("lapsed")),
    ("replied", _("有分类答复"), _("办结的，承办单位的答复有 A、B、C、D 分类。答复不等于解决。"), _THEIRS, When.ENDED,
     lambda _days: ENDED["class_a"] | ENDED["class_b"] | ENDED["class_c"] | ENDED["class_d"]),
    ("class_a", _("A 类答复"), _("办结的，承办单位答复为已解决。"), _THEIRS, When.ENDED, _ended("class_a")),
    ("class_b", _("B 类答复"), _("办结的，承办单位答复为正在解决。"), _THEIRS, When.ENDED, _ended("class_b")),
    ("class_c", _("C 类答复"), _("办结的，承办单位答复为列入计划。"), _THEIRS, When.ENDED, _ended("class_c")),
    ("class_d", _("D 类答复"), _("办结的，承办单位答复为留作参考或说明解释。"), _THEIRS, When.ENDED, _ended("class_d")),
    ("returned", _("被退回过"), _("办结的，承办单位退回过。"), _CLOSED_ONLY, When.ENDED, _ended("returned")),
    ("reworked", _("返工过"), _("办结的，办理不止一轮：群众不满意重新办理，或者重启过。"), _CLOSED_ONLY,
     When.ENDED, _ended("reworked")),
    ("timed", _("有答复时限"), _("办结的，有过答复时限，并且答复了。"), _("没有答复时限的。"), When.ENDED,
     lambda _days: ENDED["in_time"] | ENDED["late"]),
    ("in_time", _("按时答复"), _("办结的，每次答复都在时限之内。"), _("没有答复时限的。"),
     When.ENDED, _ended("in_time")),
    ("late", _("超时答复"), _("办结的，有一次答复过了时限。"), _("没有答复时限的。"), When.ENDED, _ended("late")),
    ("take", _("接单用时"), _("办结的，从提交到第一次接单或交办，几个工作日。"), _PATH,
     When.ENDED, _took(Stage.TAKE)),
    ("reply", _("首次答复用时"), _("办结的，从提交到第一次答复，几个工作日。"), _PATH,
     When.ENDED, _took(Stage.REPLY)),
    ("solve", _("解决用时"), _("办结并且群众说解决了的，从提交到办结，几个工作日。"), _PATH,
     When.ENDED, _took(Stage.SOLVE)),
    ("promises_open", _("没有结果的承诺"), _("还没有核实兑现、未兑现，也没有撤销的承诺，包括已办结事项里的、往年的。"),
     _("已兑现、未兑现、撤销的。"), When.NOW, lambda _days: UNSETTLED, PromiseFact),
    ("promises_overdue", _("过期没有报告的承诺"), _("期限过了，单位还没有报告办到。"), _("报告办到、等核实的。"),
     When.NOW, overdue, PromiseFact),
    ("promises_kept", _("已兑现的承诺"), _("这段时间有结果的，居民说办到了，或者督办一方核实办到了。"), _LATEST,
     When.ENDED, _settled("kept"), PromiseFact),
    ("promises_missed", _("未兑现的承诺"), _("这段时间有结果的，居民说没有办到，或者督办一方核实没有办到。"), _LATEST,
     When.ENDED, _settled("not_kept"), PromiseFact),
    ("promises_settled", _("有结果的承诺"), _("这段时间核实为已兑现或者未兑现的。"), _("撤销的、还没有结果的。"),
     When.ENDED, lambda _days: PROMISED["kept"] | PROMISED["not_kept"], PromiseFact),
    ("promises_withdrawn", _("撤销的承诺"), _("这段时间由督办一方撤销的承诺。"), _NOTHING,
     When.ENDED, _settled("withdrawn"), PromiseFact),
)  # fmt: skip
SUMS = {
    "rated": ("satisfied", "mostly", "unsatisfied"),
    "content": ("satisfied", "mostly"),
    "replied": ("class_a", "class_b", "class_c", "class_d"),
    "timed": ("in_time", "late"),
    "promises_settled": ("promises_kept", "promises_missed"),
}
"""Numbers that are sums of others."""
MEASURES = {row[0]: Measure(*row) for row in _ALL}


@dataclass(frozen=True)
class Rate:
    """A share: of which number, out of which, and how it is worked out in words."""

    key: str
    label: Any
    part: str
    whole: str
    good: bool = True
    """Whether more of it is better."""

    @property
    def formula(self) -> Any:
        """What is divided by what."""
        return format_lazy("{} ÷ {}", MEASURES[self.part].label, MEASURES[self.whole].label)


RATES = {
    row.key: row
    for row in (
        Rate("content_rate", _("满意和基本满意率"), "content", "rated"),
        Rate("solved_rate", _("解决率（群众说的）"), "solved", "rated"),
        Rate("rated_rate", _("参评率"), "rated", "closed"),
        Rate("return_rate", _("退回率"), "returned", "closed", good=False),
        Rate("rework_rate", _("返工率"), "reworked", "closed", good=False),
        Rate("in_time_rate", _("按时答复率"), "in_time", "timed"),
        Rate("kept_rate", _("承诺兑现率"), "promises_kept", "promises_settled"),
    )
}
"""Shares; they are never worked out over those of whom nothing is known."""
