"""What the body does with its own promise: say that it is done, or ask for another day."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.services import attach, checked_text
from opinions.promises.access import reports_on
from opinions.promises.models import Promise
from opinions.promises.services.common import TEXT_MAX, change, checked_day, hold, tell_residents, tell_watchers


@step
def report_done(*, promise: Promise, text: str, by: User, now: datetime, photos: Sequence[StoredFile] = ()) -> Promise:
    """报告办到了, in words and photos (prepared, not saved yet) that residents see. It is not kept by that: a resident
    or the supervising side says so. Raises NotAllowed, InvalidInput, WrongState, StaleState."""
    matter = hold(promise, allowed=reports_on(by, promise))
    text = checked_text(text, field="text", missing=_("请写明办到了什么。"), most=TEXT_MAX)
    reports = promise.reports + 1
    change(promise, "report_promise", by=by, now=now, reason=text, report_text=text, reported_at=now, reports=reports)
    files = attach(matter=matter, stored=save_prepared(photos), audience=Audience.PUBLIC, by=by, now=now)
    promise.photos.add(*files)
    tell_watchers(promise, "report", _("{body}报告承诺已办到，请核实：{what}"), now=now, more=text)
    words = _("您反映的事项（编号 {code}）：{body}说承诺的事已经办到。办到没有，请打开查询页说一声：")
    tell_residents(promise, "report", words, now=now, body=promise.organisation.name)
    return promise


@step
def ask_move(*, promise: Promise, due_on: date, reason: str, by: User, now: datetime) -> Promise:
    """申请改期: the day stays until the supervising side agrees. Raises NotAllowed, InvalidInput, WrongState."""
    hold(promise, allowed=reports_on(by, promise))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么要改期，居民会看到。"), most=TEXT_MAX)
    day = checked_day(due_on, today=local_today(now), other_than=promise.due_on)
    data = {"to": day}
    change(promise, "ask_move_promise", by=by, now=now, reason=reason, data=data, asked_on=day, asked_reason=reason)
    tell_watchers(promise, "ask_move", _("{body}申请承诺改期：{what}"), now=now, more=reason)
    return promise
