"""催办: a word to the body that has the matter, for one or for many at once, and not twice in a working day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record_many
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.notices.services import Draft, queue
from liaison.base.step import step
from liaison.base.workdays.arithmetic import Unit, compute_due, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import drafts_for
from supervision.orders.access import overseen_by, own_ids
from supervision.orders.models import Reminder, ReminderMatter
from supervision.orders.queries import reach_of
from supervision.orders.services.common import hold, own_body, public_drafts, staff_of_bodies

MOST = 200
"""Matters of which bodies are reminded at once."""
TEXT_MAX = 500


class NothingToRemind(DomainError):
    """Of none of the matters a body could be reminded; the message says why."""


@dataclass
class Reminded:
    """What was sent, one reminder for each body, and which matters were left out, with why."""

    sent: list[Reminder] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    skipped: list[tuple[Matter, Any]] = field(default_factory=list)


def working_day(today: date) -> date:
    """The working day that `today` belongs to: itself, or the next one."""
    calendar = current_calendar()
    return today if calendar.is_workday(today) else compute_due(calendar, today, 1, Unit.WORKING_DAYS).due


@step
def remind(*, matters: Iterable[Matter], text: str, by: User, now: datetime) -> Reminded:
    """Remind whoever has these matters: each body once, of all that are its own.

    Raises NotAllowed for matters out of the user's care, InvalidInput, NothingToRemind.
    """
    check(by, Permission.ORDER_REMIND)
    text = checked_text(text, field="text", missing=_("请写下要催什么。"), most=TEXT_MAX)
    rows = _cared_for([matter.pk for matter in matters], by)
    issuer, day = own_body(by), working_day(local_today(now))
    reach = reach_of(rows, {issuer.pk, *own_ids(by)}, day)
    by_body = reach.by_body
    if not by_body:
        raise NothingToRemind(format_lazy(_("没有催办：{why}。"), why=reach.skipped[0][1]))
    told = Reminded(matters=[matter for held in by_body.values() for matter in held], skipped=reach.skipped)
    reminders = [Reminder(issuer=issuer, body=body, text=text, by=by, at=now) for body in by_body]
    told.sent = Reminder.objects.bulk_create(reminders)
    ReminderMatter.objects.bulk_create(
        ReminderMatter(reminder=one, matter=matter, body=one.body, day=day)
        for one in told.sent
        for matter in by_body[one.body]
    )
    facts = {
        matter.chain: [Fact(verb="remind", reason=text, data={"body": body.name})]
        for body, held in by_body.items()
        for matter in held
    }
    record_many(facts, by=by, now=now)
    _notify(told.sent, by_body, now)
    return told


def _cared_for(ids: list[int], by: User) -> list[Matter]:
    """The matters, rows held. Raises NotAllowed when one is not in the user's care, InvalidInput for too many."""
    wanted = set(ids)
    if not wanted:
        raise InvalidInput(_("请先选择事项。"))
    if len(wanted) > MOST:
        raise InvalidInput(_("一次最多催办 200 件，请分批选择。"))
    rows = hold(wanted)
    if Matter.objects.filter(overseen_by(by), pk__in=wanted).count() != len(wanted):
        raise NotAllowed
    return rows


def _notify(sent: Sequence[Reminder], by_body: dict[Organisation, list[Matter]], now: datetime) -> None:
    """One notice to each person of each body, however many matters; a body without accounts by its public address."""
    people: dict[int, list[User]] = {}
    for person in staff_of_bodies(body.pk for body in by_body):
        people.setdefault(person.organisation_id or 0, []).append(person)
    drafts: list[Draft] = []
    with override(settings.LANGUAGE_CODE):
        for one in sent:
            subject = _subject(by_body[one.body])
            words: dict[str, Any] = {"tag": f"remind:{one.pk}", "about": f"reminder:{one.pk}", "subject": subject}
            link = f"/desk/supervision/orders/reminders/{one.pk}/"
            drafts += drafts_for(people.get(one.body_id, ()), body=one.text, link=link, **words)
            drafts += [] if one.body_id in people else public_drafts(one.body, text=one.text, **words)
    queue(drafts, now=now)


def _subject(matters: Sequence[Matter]) -> str:
    if len(matters) == 1:
        return str(_("催办：%(title)s")) % {"title": matters[0].title}
    count = len(matters)
    return ngettext("催办：%(count)d 件事项请抓紧办理", "催办：%(count)d 件事项请抓紧办理", count) % {"count": count}
