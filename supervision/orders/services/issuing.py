"""签发: a number without gaps, clocks for the answer, and the end of a street's letter that the district takes over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import current, predecessors
from liaison.base.documents.official import as_data
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services import OwnLimit, start_clocks, stop_chosen
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from supervision.orders.models import Letter, LetterHead, LetterMatter, NumberSeries
from supervision.orders.paper import official
from supervision.orders.services.common import (
    DayIsOver,
    NoLetterHead,
    NoLimit,
    hold_matters,
    staff_of_bodies,
    tell_histories,
)
from supervision.orders.services.letters import check_bodies, check_issuer, check_matters, move, outranks, tell
from supervision.orders.services.linking import tell_addressee
from supervision.orders.states import LIVE


@step
def issue_letter(*, letter: Letter, by: User, now: datetime) -> Letter:
    """签发: from here on it has a number, its clocks run, and it says what it said.

    Raises NotAllowed, WrongState, StaleState, NoLetterHead, DayIsOver, NoLimit, InvalidInput, EarlierUnanswered.
    """
    check_issuer(letter, by, P.ORDER_ISSUE)
    matters = hold_matters(letter)
    check_bodies(letter.addressee, list(letter.copies.all()), letter.issuer)
    check_matters(matters, addressee=letter.addressee, issuer=letter.issuer, by=by, sent=letter)
    head = LetterHead.objects.filter(organisation=letter.issuer).first()
    if head is None:
        raise NoLetterHead
    today = local_today(now)
    if letter.demands.filter(due_on__lt=today).exists():
        raise DayIsOver(field="demands")
    move(letter, "issue_letter", by=by, now=now, **_numbered(letter, head, by=by, now=now))
    _take_over(letter, matters, by=by, now=now)
    due_on = start(letter, matters, own=letter.days, now=now)
    letter.printed = as_data(official(letter, matters=matters, due_on=due_on, day=today, head=head))
    Letter.objects.filter(pk=letter.pk).update(printed=letter.printed)
    tell_histories(
        matters, "issue_letter", by=by, now=now, reason=letter.title, body=letter.addressee.name,
        number=letter.reference, due=str(due_on),
    )  # fmt: skip
    _send(letter, by=by, now=now)
    return letter


def _numbered(letter: Letter, head: LetterHead, *, by: User, now: datetime) -> dict[str, Any]:
    year = local_today(now).year
    return {
        "year": year, "number": next_number(letter.issuer, year), "mark": head.mark, "signed_by": by, "issued_at": now,
    }  # fmt: skip


def next_number(issuer: Organisation, year: int) -> int:
    """The next number of the body in the year. Its row is held until the transaction ends: a number that is not used
    after all is given again, so that none is missing."""
    series, _made = NumberSeries.objects.get_or_create(organisation=issuer, year=year)
    NumberSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    series.refresh_from_db(fields=["last"])
    return series.last


def start(letter: Letter, matters: Sequence[Matter], *, own: int | None, now: datetime) -> date:
    """Start the clock of each matter for the letter's answer; returns the first day on which one is due.

    Raises NoLimit where neither the letter nor a policy gives a limit.
    """
    begun: dict[int, Clock] = {}
    for matter in matters:
        rows = start_clocks(
            matter=matter, kinds=[ClockKind.LETTER], now=now, organisation=_bound(letter),
            own=OwnLimit(own) if own else None,
        )  # fmt: skip
        if not rows:
            raise NoLimit(field="days")
        begun[matter.pk] = rows[0]
    held = list(LetterMatter.objects.filter(letter=letter, superseded=None))
    for row in held:
        row.clock = begun[row.matter_id]
    LetterMatter.objects.bulk_update(held, ["clock"])
    return min(clock.due_on for clock in begun.values())


def stop(letter: Letter, matters: Sequence[Matter], *, outcome: str, now: datetime) -> None:
    """Stop the clocks of the letter's answer, and of no other that the body owes."""
    own = LetterMatter.objects.filter(letter=letter, superseded=None).values_list("clock", flat=True)
    stop_chosen(clocks=own, matters=matters, outcome=outcome, now=now)


def _bound(letter: Letter) -> Organisation:
    """Who owes the answer: the addressee, or the body into which it was merged meanwhile."""
    return current(letter.addressee) or letter.addressee


def _take_over(letter: Letter, matters: Sequence[Matter], *, by: User, now: datetime) -> None:
    """The district's letter takes the place of streets' letters to the same body about the same matters. A street's
    letter of which nothing is left has ended."""
    rows = LetterMatter.objects.filter(
        matter__in=matters,
        superseded=None,
        letter__addressee__in=predecessors(letter.addressee_id),
        letter__status__in=LIVE,
    )
    found = [
        row
        for row in rows.exclude(letter=letter).select_related("letter__issuer", "letter__drafted_by")
        if outranks(letter.issuer, row.letter.issuer)
    ]
    if not found:
        return
    LetterMatter.objects.filter(pk__in=[row.pk for row in found]).update(superseded=letter)
    stop_chosen(clocks=[row.clock_id for row in found], matters=matters, outcome="supersede_letter", now=now)
    for earlier in {row.letter_id: row.letter for row in found}.values():
        if not earlier.rows.filter(superseded=None).exists():
            move(earlier, "supersede_letter", by=by, now=now, reason=letter.reference)
        tell(earlier, [earlier.drafted_by], _("区里已就同一事项发出督办函：{number}"), now=now, body=letter.reference)


def _send(letter: Letter, *, by: User, now: datetime) -> None:
    """To the addressee, and to the people of those who get a copy."""
    people = tell_addressee(letter, _("督办函 {number}：{title}"), by=by, now=now, asked=True)
    copied = staff_of_bodies(letter.copies.values_list("pk", flat=True))
    told = {one.pk for one in people}
    tell(letter, [one for one in copied if one.pk not in told], _("抄送督办函 {number}：{title}"), now=now)


@step
def withdraw_letter(*, letter: Letter, reason: str, by: User, now: datetime) -> Letter:
    """收回 what was issued: its number stays used, its clocks stop, the addressee hears why."""
    check_issuer(letter, by, P.ORDER_ISSUE)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么收回。"))
    matters = hold_matters(letter)
    move(letter, "withdraw_letter", by=by, now=now, reason=reason)
    stop(letter, matters, outcome="withdraw_letter", now=now)
    tell_histories(matters, "withdraw_letter", by=by, now=now, reason=reason, number=letter.reference)
    tell_addressee(letter, _("督办函已收回：{number}"), by=by, now=now, body=reason)
    return letter
