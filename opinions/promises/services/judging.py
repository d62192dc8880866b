"""What the supervising side does: another day, kept, not kept, withdrawn, promised anew. Never for its own promise."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState
from opinions.matters.services import checked_text
from opinions.promises.access import judges
from opinions.promises.models import Promise
from opinions.promises.services.common import TEXT_MAX, change, checked_day, hold, new_day, tell, tell_residents
from opinions.promises.states import PromiseStatus

_WHY = _("请写明理由，居民会看到。")


@step
def move(*, promise: Promise, due_on: date, reason: str, by: User, now: datetime) -> Promise:
    """改期, on the body's asking or not; the days before stay in the history. Raises NotAllowed, InvalidInput."""
    hold(promise, allowed=judges(by, promise))
    _give_day(promise, "move_promise", due_on, reason, by=by, now=now)
    tell(promise, "move", _("承诺改期：{what}"), now=now, to=promise.organisation, more=f"{promise.due_on} {reason}")
    return promise


@step
def reopen(*, promise: Promise, due_on: date, reason: str, by: User, now: datetime) -> Promise:
    """重新承诺: what was settled runs again, to another day. Raises NotAllowed, InvalidInput, WrongState."""
    hold(promise, allowed=judges(by, promise))
    _give_day(promise, "reopen_promise", due_on, reason, by=by, now=now)
    tell(promise, "reopen", _("承诺重新生效：{what}"), now=now, to=promise.organisation, more=reason)
    return promise


def _give_day(promise: Promise, verb: str, day: date, reason: str, *, by: User, now: datetime) -> None:
    reason = checked_text(reason, field="reason", missing=_WHY, most=TEXT_MAX)
    before = promise.due_on
    day = checked_day(day, today=local_today(now), other_than=before if verb == "move_promise" else None)
    data = {"due": day, "from": before, "to": day}
    change(promise, verb, by=by, now=now, reason=reason, data=data, **new_day(promise, day, now=now))
    words = _("您反映的事项（编号 {code}）：承诺的日期由 {before} 改为 {day}。原因：{reason}")
    tell_residents(promise, verb, words, now=now, before=before, day=day, reason=reason[:100])


@step
def refuse_move(*, promise: Promise, reason: str, by: User, now: datetime) -> Promise:
    """不同意改期. Raises NotAllowed, InvalidInput; WrongState when nothing is asked."""
    hold(promise, allowed=judges(by, promise))
    if promise.asked_on is None:
        raise WrongState
    reason = checked_text(reason, field="reason", missing=_("请写明理由。"), most=TEXT_MAX)
    change(promise, "refuse_move_promise", by=by, now=now, reason=reason, asked_on=None, asked_reason="")
    tell(promise, "refuse_move", _("承诺不同意改期：{what}"), now=now, to=promise.organisation, more=reason)
    return promise


@step
def keep(*, promise: Promise, reason: str, by: User, now: datetime) -> Promise:
    """核实已兑现; `reason` says how it was verified. Raises NotAllowed, InvalidInput, WrongState."""
    hold(promise, allowed=judges(by, promise))
    reason = checked_text(reason, field="reason", missing=_("请写明怎样核实的。"), most=TEXT_MAX)
    change(promise, "keep_promise", by=by, now=now, reason=reason)
    tell(promise, "keep", _("承诺核实为已兑现：{what}"), now=now, to=promise.organisation, more=reason)
    return promise


@step
def miss(*, promise: Promise, reason: str, by: User, now: datetime) -> bool:
    """核实没有办到: not kept once the day is over; before, a report that was premature is sent back and the promise
    is open again. Says whether it was missed; the caller reopens the matter. Raises WrongState for one that is neither
    reported nor due, NotAllowed, InvalidInput."""
    hold(promise, allowed=judges(by, promise))
    over = promise.due_on < local_today(now)
    if promise.status == PromiseStatus.OPEN and not over:
        raise WrongState(_("还没有到期，单位也没有报告完成，现在不能这样认定。"))
    reason = checked_text(reason, field="reason", missing=_("请写明哪里没有办到。"), most=TEXT_MAX)
    target = PromiseStatus.NOT_KEPT if over else PromiseStatus.OPEN
    change(promise, "miss_promise", by=by, now=now, reason=reason, target=target)
    tell(promise, "miss", _("承诺核实为没有办到：{what}"), now=now, to=promise.organisation, more=reason)
    return over


@step
def withdraw(*, promise: Promise, reason: str, by: User, now: datetime) -> Promise:
    """撤销, for a reason of the supervising side alone. Raises NotAllowed, InvalidInput, WrongState."""
    hold(promise, allowed=judges(by, promise))
    reason = checked_text(reason, field="reason", missing=_WHY, most=TEXT_MAX)
    change(promise, "withdraw_promise", by=by, now=now, reason=reason)
    tell(promise, "withdraw", _("承诺已撤销：{what}"), now=now, to=promise.organisation, more=reason)
    words = _("您反映的事项（编号 {code}）：一项承诺不再办理。原因：{reason}")
    tell_residents(promise, "withdraw", words, now=now, reason=reason[:100])
    return promise
