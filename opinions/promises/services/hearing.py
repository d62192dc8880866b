"""What a resident says of a promise: 办到了 or 没有办到. It comes by the private link and from nobody else (rule 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.privacy import hide_id_numbers
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import RESIDENT, Reporter
from opinions.matters.services import attach, hold_row
from opinions.promises.models import Promise, PromiseWord
from opinions.promises.services.common import TEXT_MAX, change, tell, tell_watchers
from opinions.promises.states import RUNNING, PromiseStatus


class TooEarly(DomainError):
    message = _("这项承诺还没有到期，办理单位也还没有说办到了。到期以后，请再来说一声。")


class SaidOtherwise(DomainError):
    message = _("您已经说过一次了，这一次没有记下：每个期限、每次报告只能说一次。要改，请联系街道。")
    status_code = 409


class NotYours(NotAllowed):
    """A promise of another matter."""


@dataclass(frozen=True)
class Heard:
    """What became of it: `fresh` unless it had been said before; `missed` when the promise is not kept by this word."""

    fresh: bool
    missed: bool = False


@step
def hear(
    *, promise: Promise, reporter: Reporter, done: bool, now: datetime, text: str = "",
    photos: Sequence[StoredFile] = (),
) -> Heard:  # fmt: skip
    """Keep the word and let it settle the promise, where nothing has settled it yet.

    Each resident speaks once for each due day and each report of the body; saying it again changes nothing. 没有办到
    after the day makes it not kept; before, a report that was premature is undone. Of a promise that has its result
    already, it is put before the supervising side. Raises NotYours, TooEarly, SaidOtherwise, InvalidInput.
    """
    matter = promise.matter
    if matter.pk not in (reporter.matter_id, reporter.matter.merged_into_id):
        raise NotYours
    hold_row(matter)
    promise.refresh_from_db()
    promise.matter, today = matter, local_today(now)
    if not promise.awaits_word(today):
        raise TooEarly
    text = hide_id_numbers(text).strip()
    if len(text) > TEXT_MAX:
        raise InvalidInput(_("内容太长，请控制在 2000 字以内。"), field="text")
    values = {"due_on": promise.due_on, "report": promise.reports}
    word, fresh = PromiseWord.objects.get_or_create(
        promise=promise, reporter=reporter, **values, defaults={"done": done, "text": text, "at": now}
    )
    if not fresh and word.done != done:
        raise SaidOtherwise
    if not fresh:
        return Heard(fresh=False)
    files = save_prepared(photos)
    word.photos.add(*attach(matter=reporter.matter, stored=files, audience=Audience.INTERNAL, by=None, now=now))
    return Heard(fresh=True, missed=_settle(promise, word, today, now=now))


def _settle(promise: Promise, word: PromiseWord, today: date, *, now: datetime) -> bool:
    if promise.status not in RUNNING or (word.done and _denied(word)):
        _note(promise, word, now=now)
        return False
    if word.done:
        change(promise, "affirm_promise", by=None, actor=RESIDENT, now=now, reason=word.text)
        tell(promise, "affirm", _("居民说承诺办到了：{what}"), now=now, to=promise.organisation, more=word.text)
        return False
    missed = promise.due_on < today
    target = PromiseStatus.NOT_KEPT if missed else PromiseStatus.OPEN
    change(promise, "deny_promise", by=None, actor=RESIDENT, now=now, reason=word.text, target=target)
    _tell_denied(promise, word, now=now)
    return missed


def _denied(word: PromiseWord) -> bool:
    """Whether another resident has said of the same day and report that it is not done."""
    same = PromiseWord.objects.filter(promise=word.promise, due_on=word.due_on, report=word.report, done=False)
    return same.exclude(pk=word.pk).exists()


def _note(promise: Promise, word: PromiseWord, *, now: datetime) -> None:
    """A word that settles nothing stands in both histories; the supervising side reads it where it says not done."""
    data = {"body": promise.organisation.name, "promise": promise.pk, "done": word.done}
    fact = Fact(verb="hear_promise", reason=word.text, data=data)
    record(promise.chain, fact, by=None, actor=RESIDENT, now=now)
    record(promise.matter.chain, fact, by=None, actor=RESIDENT, now=now)
    if not word.done:
        _tell_denied(promise, word, now=now)


def _tell_denied(promise: Promise, word: PromiseWord, *, now: datetime) -> None:
    words = _("居民说承诺没有办到：{what}")
    tell(promise, f"deny{word.pk}", words, now=now, to=promise.organisation, more=word.text)
    tell_watchers(promise, f"deny{word.pk}", words, now=now, more=word.text)
