"""延期和分段时限: asking for more time, granting it once, and a co-handler's own limit."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.step import step
from liaison.base.workdays.arithmetic import Unit, workdays_between
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.queries import running_clocks
from opinions.clocks.services import AlreadyExtended, extend_clock, set_co_limit
from opinions.handling.guest import Worker, credited
from opinions.handling.models import Asked, Assignment, Part
from opinions.handling.services.common import asked_by, call, news, standing_for
from opinions.handling.standing import REPLYING, Standing
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, checked_text

MOST_EXTENSION = 15
"""Longest extension in working days: an ordinary matter becomes a complex one."""
MOST_CO_DAYS = 60
"""Longest limit for a co-handler's opinion in working days (domain.md §4: one or two months)."""


class NothingToExtend(DomainError):
    message = _("没有正在计时的办理时限，不需要延期。")


def extension_days(due: date, until: date) -> int:
    """The working days by which a limit is made longer so that it ends on `until`."""
    return workdays_between(current_calendar(), due, until)


def _clock_of(matter: Matter, row: Assignment) -> Clock:
    """The limit that binds the body of an assignment. Raises NothingToExtend."""
    kind = ClockKind.CO_OPINION if row.part == Part.CO else ClockKind.REPLY
    for clock in running_clocks(matter, kind):
        if clock.organisation_id == row.organisation_id:
            return clock
    raise NothingToExtend


def _check_days(days: int, *, field: str) -> None:
    if not 1 <= days <= MOST_EXTENSION:
        raise InvalidInput(format_lazy(_("请填写 1 到 {most} 之间的工作日数。"), most=MOST_EXTENSION), field=field)


@step
def ask_extension(*, matter: Matter, until: date, reason: str, by: Worker, now: datetime) -> Assignment:
    """申请延期 to a day, once an assignment; whoever assigned it decides. Raises InvalidInput, NothingToExtend,
    AlreadyExtended."""
    row = standing_for("ask_extension", matter=matter, by=by, now=now).assignment
    assert row is not None  # noqa: S101 - the rule looked
    reason = checked_text(reason, field="reason", missing=_("请写明为什么需要延期。"))
    clock = _clock_of(matter, row)
    if clock.extended:
        raise AlreadyExtended
    days = extension_days(clock.due_on, until)
    if not 1 <= days <= MOST_EXTENSION:
        told = _("请填写现在的到期日之后 {most} 个工作日以内的日期。")
        raise InvalidInput(format_lazy(told, most=MOST_EXTENSION), field="until")
    row.extension, row.extension_until, row.extension_text = Asked.OPEN, until, reason
    row.save(update_fields=["extension", "extension_until", "extension_text"])
    data = {"body": row.organisation.name, "until": until.isoformat(), "days": days}
    advance_matter(matter, "ask_extension", **credited(by), now=now, reason=reason, data=data)
    to, name = row.assigned_by_organisation or matter.street, row.organisation.name
    call(matter, "ask_extension", _("{body}申请延期：{title}"), now=now, to=to, body=name, more=reason)
    return row


@step
def refuse_extension(
    *, matter: Matter, reason: str, by: User, now: datetime, body: Organisation | None = None
) -> Assignment:
    """不同意延期, with a reason; for this assignment that is settled."""
    row = asked_by(body, standing_for("refuse_extension", matter=matter, by=by, now=now).extensions)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么不同意。"))
    row.extension = Asked.REFUSED
    row.save(update_fields=["extension"])
    advance_matter(matter, "refuse_extension", by=by, now=now, reason=reason, data={"body": row.organisation.name})
    call(matter, "refuse_extension", _("不同意延期：{title}"), now=now, to=row.organisation, more=reason)
    return row


@step
def extend(
    *, matter: Matter, days: int, reason: str, by: User, now: datetime, body: Organisation | None = None
) -> Matter:
    """延期 by working days, once, approved by whoever assigned it (domain.md §4): for `body`, or for all that reply.

    Raises InvalidInput, NothingToExtend, AlreadyExtended.
    """
    standing = standing_for("extend", matter=matter, by=by, now=now)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么延期，居民会看到。"))
    _check_days(days, field="days")
    rows = _to_extend(standing, body)
    due = max(_extended(matter, row, days, by=by, now=now).due_on for row in rows)
    _settle(rows)
    data = {"body": "、".join(row.organisation.name for row in rows), "days": days, "due": due.isoformat()}
    advance_matter(matter, "extend", by=by, now=now, reason=reason, data=data)
    for row in rows:
        to = row.organisation
        call(matter, "extend", _("办理时限延长 {days} 个工作日：{title}"), now=now, to=to, days=days, more=reason)
    if any(row.part in REPLYING for row in rows):
        told = _("您反映的事项（编号 {code}）情况复杂，办理时限延长至 {due}。")
        news(matter, "extend", told, now=now, due=due.isoformat())
    return matter


def _to_extend(standing: Standing, body: Organisation | None) -> list[Assignment]:
    """The assignments whose limit is made longer. Raises NothingToExtend."""
    if body is not None:
        rows = [row for row in standing.live if row.organisation == body]
    else:
        running = {clock.organisation_id for clock in running_clocks(standing.matter, ClockKind.REPLY)}
        rows = [row for row in standing.live if row.part in REPLYING and row.organisation_id in running]
    if not rows:
        raise NothingToExtend
    return rows


def _extended(matter: Matter, row: Assignment, days: int, *, by: User, now: datetime) -> Clock:
    return extend_clock(clock=_clock_of(matter, row), amount=days, unit=Unit.WORKING_DAYS, by=by, now=now)


def _settle(rows: Iterable[Assignment]) -> None:
    """Whoever had asked has got it."""
    for row in rows:
        if row.extension == Asked.OPEN:
            row.extension = Asked.GRANTED
            row.save(update_fields=["extension"])


@step
def set_limit(*, matter: Matter, body: Organisation, days: int, by: User, now: datetime) -> Clock:
    """定协办期限: a co-handler's own limit in working days from its assignment, at the latest a working day before the
    lead's reply is due. Raises InvalidInput, NothingToExtend."""
    standing = standing_for("set_limit", matter=matter, by=by, now=now)
    row = next((one for one in standing.live if one.organisation == body and one.part == Part.CO), None)
    if row is None:
        raise InvalidInput(_("请选择一个还没有交意见的协办单位。"), field="body")
    if not 1 <= days <= MOST_CO_DAYS:
        raise InvalidInput(format_lazy(_("请填写 1 到 {most} 之间的工作日数。"), most=MOST_CO_DAYS), field="days")
    clock = set_co_limit(clock=_clock_of(matter, row), days=days)
    data = {"body": body.name, "days": days, "due": clock.due_on.isoformat()}
    advance_matter(matter, "set_limit", by=by, now=now, data=data)
    told = _("协办意见请在 {due} 前提交：{title}")
    call(matter, "set_limit", told, now=now, to=body, due=clock.due_on.isoformat())
    return clock
