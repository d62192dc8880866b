"""The four public stages of a matter (点单→接单→领单→验单, H3): bodies and dates, nobody's chatter, no personal data.

Pure: everything comes from the public events and the running limits that the caller has read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from liaison.base.audit.models import Event
from liaison.base.web.parts import Stage
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.matters.models import Matter, Satisfaction
from opinions.matters.states import FINAL, STAGE_OF, Status
from opinions.matters.states import Stage as Number

REPLIES = ("answer", "reply", "report_back")
STOPPED = (Status.DECLINED, Status.WITHDRAWN, Status.MERGED)
_NAMED = {
    Status.SUBMITTED: ClockKind.TAKE,
    Status.WAITING: ClockKind.SUPPLY,
    Status.HANDLING: ClockKind.REPLY,
    Status.REPLIED: ClockKind.RATE,
}
"""The limit that matters to the resident, by status."""


@dataclass(frozen=True)
class Course:
    """What is known of a matter's way: its public events in order, and the first running limit of each kind to end."""

    matter: Matter
    events: Sequence[Event]
    due: Mapping[str, Clock]
    today: date

    def last(self, *verbs: str) -> Event | None:
        """The latest event of one of these verbs."""
        return next((event for event in reversed(self.events) if event.verb in verbs), None)

    @property
    def number(self) -> int:
        """The stage that is under way. Submitting is done at once; a matter that stopped, or waits for its resident,
        stays at the stage that it left."""
        status, waits = self.matter.status, self.matter.status == Status.WAITING
        if status not in STOPPED:
            return max(STAGE_OF[self.matter.resume_status if waits else status], Number.TAKEN)
        reached = [STAGE_OF[event.target] for event in self.events if event.target in STAGE_OF]
        return max([*reached, Number.TAKEN])

    def state(self, number: int) -> str:
        """done, current, todo or stopped, for the stage `number`."""
        status, reached = self.matter.status, self.number
        if number < reached or (status == Status.CLOSED and number == reached):
            return "done"
        if number > reached:
            return "todo"
        return "stopped" if status in STOPPED else "current"

    def day(self, kind: ClockKind) -> str:
        """The last day of a running limit in words, or nothing; where the year's list is not known yet, it says so."""
        due = self.due.get(kind)
        if due is None:
            return ""
        return _("%(day)s（暂定）") % {"day": long_date(due.due_on)} if due.provisional else long_date(due.due_on)

    def is_late(self, kind: ClockKind) -> bool:
        due = self.due.get(kind)
        return due is not None and due.due_on < self.today

    @property
    def promised(self) -> Clock | None:
        """The limit whose last day the page names."""
        kind = _NAMED.get(Status(self.matter.status))
        return self.due.get(kind) if kind else None

    def name(self, event: Event | None) -> str:
        """The body or deputy that an event names, as residents read it."""
        body = str(event.data.get("body", "")) if event else ""
        deputy = self.matter.deputy
        return _("%(name)s代表") % {"name": body} if deputy is not None and body == deputy.name else body


def long_date(day: date) -> str:
    """11月24日（周二）."""
    return format_date(day, pgettext("date with weekday", "n月j日（D）"))


def stages(course: Course) -> list[Stage]:
    """The four stages as the page shows them."""
    found = [_submitted(course), _taken(course), _handled(course), _rated(course)]
    end = course.last("decline", "withdraw", "merge", "branch", "follow")
    stopped = {"text": next_words(course), "when": _at(end)}
    return [replace(step, **stopped) if step.state == "stopped" else step for step in found]  # type: ignore[arg-type]


def _submitted(course: Course) -> Stage:
    return Stage(Number.SUBMITTED.label, "done", when=course.matter.opened_at, text=_("已经收到您反映的事。"))


def _taken(course: Course) -> Stage:
    state, event, matter = course.state(Number.TAKEN), course.last("take"), course.matter
    if matter.status == Status.SUBMITTED:
        text = _moved_words(course) + _wait_words(course, ClockKind.TAKE)
        return Stage(Number.TAKEN.label, "current", holder_name(matter), text=text)
    if state == "todo":
        return Stage(Number.TAKEN.label, "todo", text=_("由代表或街道人大接手。"))
    if event is None and state == "done":
        return Stage(Number.TAKEN.label, "done", matter.street.name, _at(course.last("assign")), _("已经接单。"))
    text = _waiting_words(course) if state == "current" and matter.status == Status.WAITING else _("已经接单。")
    return Stage(Number.TAKEN.label, state, course.name(event), _at(event), text if event else "")  # type: ignore[arg-type]


def holder_name(matter: Matter) -> str:
    """Whose turn it is, as residents read it."""
    if matter.holder_deputy is not None:
        return _("%(name)s代表") % {"name": matter.holder_deputy.name}
    return matter.holder.name if matter.holder else ""


def _moved_words(course: Course) -> str:
    """That the deputy who had the matter no longer does, until somebody has moved it on."""
    event = course.last("vacate", "take", "answer", "transfer", "assign", "unlink", "relay", "report_back")
    if event is None or event.verb != "vacate":
        return ""
    return _("原来的代表已不再办理这件事，改由%(body)s接着办。") % {"body": course.name(event)}


def _wait_words(course: Course, kind: ClockKind) -> str:
    day = course.day(kind)
    if not day:
        return ""
    if course.is_late(kind):
        return _("应在%(day)s前接单，现在晚了，已经提醒。") % {"day": day}
    return _("最晚%(day)s接单。") % {"day": day}


def _handled(course: Course) -> Stage:
    state = course.state(Number.HANDLED)
    assigned, replied = course.last("assign", "reopen"), course.last(*REPLIES)
    if state == "todo":
        return Stage(Number.HANDLED.label, "todo", text=_("由代表或有关单位办理。"))
    if assigned is None and replied is not None:
        text = _("由代表直接答复。") if replied.verb == "answer" else ""
        return Stage(Number.HANDLED.label, state, course.name(replied), replied.at, text)  # type: ignore[arg-type]
    return Stage(Number.HANDLED.label, state, course.name(assigned), _at(assigned), _handling_words(course))  # type: ignore[arg-type]


def _waiting_words(course: Course) -> str:
    """What is asked of the resident, until when, and that nobody's time runs meanwhile."""
    day = course.day(ClockKind.SUPPLY)
    if not day:
        return _("需要您补充情况，补充后接着办。")
    told = _("需要您在%(day)s前补充情况；到时没有补充的，按现有情况接着办。等您的这段时间不算在办理时限里。")
    return told % {"day": day}


def _handling_words(course: Course) -> str:
    status = course.matter.status
    if status == Status.WAITING:
        return _waiting_words(course)
    if status == Status.RETURNED:
        return _("正在重新安排办理的单位。")
    if status == Status.REWORK:
        return _("您不满意，正在重新办理。") + _moved_words(course)
    if status == Status.PROPOSED:
        return _("一时解决不了，已由代表写成建议，交有关单位研究。") + _moved_words(course)
    if status == Status.RELAYED:
        return _relay_words(course)
    if status != Status.HANDLING:
        return ""
    day = course.day(ClockKind.REPLY)
    if not day:
        return _("正在办理。")
    if course.is_late(ClockKind.REPLY):
        return _("应在%(day)s前答复，现在晚了，已经提醒。") % {"day": day}
    return _("正在办理，最晚%(day)s答复。") % {"day": day}


def _relay_words(course: Course) -> str:
    """Who above was asked, and who has it."""
    taken, asked = course.last("relay_take"), course.last("relay")
    if taken is not None and asked is not None and taken.seq > asked.seq:
        return _("超出本区范围，上一级人大代表%(name)s已接下，正在推动。") % {"name": course.name(taken)}
    return _("超出本区范围，已请上一级人大代表%(names)s继续推动。") % {"names": course.name(asked)}


def _rated(course: Course) -> Stage:
    matter, replied = course.matter, course.last(*REPLIES)
    state = course.state(Number.RATED)
    if matter.status == Status.REPLIED:
        day = course.day(ClockKind.RATE)
        text = _("已经答复，请您在%(day)s前评价。") % {"day": day} if day else _("已经答复，请您评价。")
        return Stage(Number.RATED.label, "current", course.name(replied), _at(replied), text)
    if matter.status != Status.CLOSED:
        text = _("有了答复，请您评价。") if state == "todo" else ""
        return Stage(Number.RATED.label, state, text=text)  # type: ignore[arg-type]
    rated = matter.satisfaction
    text = (
        _("您的评价：%(word)s。") % {"word": Satisfaction(rated).label}
        if rated
        else _("到期没有评价，按“未评价”办结。")
    )
    return Stage(Number.RATED.label, "done", course.name(replied), matter.closed_at, text)


def _at(event: Event | None) -> datetime | None:
    return event.at if event else None


def next_words(course: Course) -> str:
    """One sentence: what happens next, and by when."""
    matter = course.matter
    if matter.status in FINAL:
        return _FINAL_WORDS[matter.status]()
    words = {
        Status.SUBMITTED: lambda: _moved_words(course) + (_wait_words(course, ClockKind.TAKE) or _("等待接单。")),
        Status.TAKEN: lambda: _("已经接单，正在了解情况、安排办理。"),
        Status.WAITING: lambda: _("需要您补充情况。请用您的专属链接打开这一页来补充。"),
        Status.REPLIED: lambda: _("已经答复，等您评价。"),
    }
    return words.get(Status(matter.status), lambda: _handling_words(course))()


_FINAL_WORDS: dict[str, Callable[[], str]] = {
    Status.CLOSED: lambda: _("这件事已经办结。"),
    Status.DECLINED: lambda: _("这件事不能在这里受理。"),
    Status.MERGED: lambda: _("已和同一件事合并办理，进度见下面。"),
    Status.WITHDRAWN: lambda: _("您已经撤回。"),
}
