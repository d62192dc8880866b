"""A deputy's office: suspended, resumed, ended, renewed; and the end of a whole term (代表法).

What upper floors must do about it (open matters go to the street) is found by their sweep, which is asked for as soon
as the act has committed; a lost request costs minutes, since beat sweeps as well.
"""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.accounts.queries import organisations_below
from deputies.roster.access import NotYours, check_keeper
from deputies.roster.models import Deputy, Term
from deputies.roster.states import OFFICE, DeputyStatus
from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import InvalidInput
from liaison.base.nudge import Nudge
from liaison.base.workflow import advance

name_verbs({"term.ended": _("本届届满")})
SWEEP = Nudge("cases.sweep")
"""The task that looks after what a deputy out of office held."""


@transaction.atomic
def suspend(*, deputy: Deputy, reason: str, by: User | None, now: datetime) -> None:
    """The committee suspends the deputy's office; the code then leads to the contact point."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    advance(deputy, "suspend", workflow=OFFICE, by=by, now=now, chain=deputy.chain, reason=reason)
    transaction.on_commit(SWEEP, robust=True)


@transaction.atomic
def resume(*, deputy: Deputy, by: User | None, now: datetime, reason: str = "") -> None:
    """A suspended deputy takes up office again."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    advance(deputy, "resume", workflow=OFFICE, by=by, now=now, chain=deputy.chain, reason=reason)


@transaction.atomic
def end_office(*, deputy: Deputy, reason: str, by: User | None, now: datetime, on: date) -> None:
    """The deputy leaves office for good on the day `on`."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    _end(deputy, reason=reason, by=by, now=now, on=on)


@transaction.atomic
def renew(*, deputy: Deputy, by: User | None, now: datetime) -> None:
    """A deputy who had left is elected again: same record, same code."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    advance(deputy, "renew", workflow=OFFICE, by=by, now=now, chain=deputy.chain, changes={"ended_on": None})


@transaction.atomic
def end_term(*, term: Term, by: User | None, now: datetime, on: date) -> int:
    """The term ends on the day `on`; all its deputies leave office. Returns how many; again changes nothing more."""
    if by is not None:
        check(by, Permission.REFERENCE_EDIT)
        if Deputy.objects.filter(term=term).exclude(organisation__in=organisations_below(by)).exists():
            raise NotYours(_("这一届有代表不在您的管理范围内，请由上级办理。"))
    if on <= term.starts_on:
        raise InvalidInput(_("届满日期要晚于本届开始日期。"), field="on")
    if term.ends_on != on:
        term.ends_on = on
        term.save(update_fields=["ends_on"])
    if not _told_as_ended(term, on):
        record(_chain(term), Fact(verb="term.ended", data={"on": on}), by=by, now=now)
    leaving = list(term.deputies.exclude(status=DeputyStatus.ENDED).order_by("id"))
    with override(settings.LANGUAGE_CODE):  # the ledger keeps one language
        reason = str(_("本届届满"))
    for deputy in leaving:
        _end(deputy, reason=reason, by=by, now=now, on=on)
    return len(leaving)


def end_due_terms(*, now: datetime, today: date) -> int:
    """Carry out the end of every term whose last day, known beforehand, has come; each term by itself, and once:
    who is renewed afterwards stays. Returns how many deputies left office.
    """
    sitting = (DeputyStatus.ACTIVE, DeputyStatus.SUSPENDED)
    over = Term.objects.filter(ends_on__lte=today, deputies__status__in=sitting).distinct()
    due = [term for term in over.order_by("id") if not _told_as_ended(term, term.ends_on)]
    return sum(end_term(term=term, by=None, now=now, on=term.ends_on) for term in due if term.ends_on is not None)


def _chain(term: Term) -> str:
    return f"term:{term.pk}"


def _told_as_ended(term: Term, on: date | None) -> bool:
    """Whether the ledger says that the term ended on this day."""
    told = Event.objects.filter(chain=_chain(term), verb="term.ended").values_list("data", flat=True)
    return on is not None and any(data.get("on") == on.isoformat() for data in told)


def _end(deputy: Deputy, *, reason: str, by: User | None, now: datetime, on: date) -> None:
    data = {"on": on}
    advance(
        deputy,
        "end",
        workflow=OFFICE,
        by=by,
        now=now,
        chain=deputy.chain,
        reason=reason,
        changes={"ended_on": on},
        data=data,
    )
    transaction.on_commit(SWEEP, robust=True)
