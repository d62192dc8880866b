"""Deciding where an opinion goes: before it is stored, again after a change, and by a person's own judgement."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.stamps import reading
from opinions.catalog.models import ClockKind
from opinions.matters.models import Matter
from opinions.matters.services import tell_body
from opinions.matters.states import Status
from opinions.routing.facts import Raised
from opinions.routing.models import RoutingDecision
from opinions.routing.planning import Plan, draw_up
from opinions.routing.queries import active_rules, raised_of

REROUTABLE = (Status.SUBMITTED, Status.TAKEN, Status.RETURNED, Status.REWORK)
"""Where a new decision may still change something: nobody is handling the matter."""


class NotReroutable(DomainError):
    message = _("这件事已经在办理或已经办结，不能重新分派。")


def plan(raised: Raised, *, now: datetime) -> Plan:
    """Decide by the rules in force (see `draw_up`); with warm copies it asks one statement."""
    with reading(), translation.override(settings.LANGUAGE_CODE):
        return draw_up(active_rules(raised.district.pk), raised, now=now)


def settle(plan: Plan, *, matter: Matter) -> RoutingDecision:
    """Keep the decision of `plan` for the matter that was stored with it (one statement, caller's transaction)."""
    plan.decision.matter = matter
    plan.decision.save(force_insert=True)
    return plan.decision


@transaction.atomic
def reroute(*, matter: Matter, by: User | None, reason: str, now: datetime) -> Plan:
    """Decide again after category, place or urgency changed; exactly once, with an event.

    A submitted matter changes hands when the decision says so; one that a body has taken keeps its holder and gets
    a new suggestion. Raises NotReroutable, StaleState.
    """
    if matter.status not in REROUTABLE:
        raise NotReroutable
    made = plan(raised_of(matter), now=now)
    changes = made.changes if matter.status == Status.SUBMITTED else {"tier": made.tier, "urgency": made.urgency}
    _apply(matter, changes)
    settle(made, matter=matter)
    record(matter.chain, _fact("reroute", made.decision, reason), by=by, now=now)
    _hand_over(matter, made, now)
    return made


@transaction.atomic
def override(
    *, matter: Matter, tier: int, by: User, reason: str, now: datetime,
    organisation: Organisation | None = None, deputy: Deputy | None = None,
) -> RoutingDecision:  # fmt: skip
    """A person decides otherwise than the engine: tier and whom, with a reason. Handling then goes by its own verbs.

    Raises InvalidInput without a reason, NotReroutable, StaleState.
    """
    if not reason.strip():
        raise InvalidInput(_("请写明为什么改派。"), field="reason")
    if matter.status not in REROUTABLE:
        raise NotReroutable
    row = RoutingDecision.objects.create(
        matter=matter, tier=tier, organisation=organisation, deputy=deputy, overridden_by=by, reason=reason.strip(), at=now
    )
    _apply(matter, {"tier": tier})
    record(matter.chain, _fact("override", row, reason), by=by, now=now)
    return row


def _apply(matter: Matter, changes: dict[str, Any]) -> None:
    """Change the matter where it still stands as it was read. Raises StaleState."""
    as_read = Matter.objects.filter(pk=matter.pk, version=matter.version, status=matter.status)
    if not as_read.update(version=F("version") + 1, **changes):
        raise StaleState
    for name, value in {**changes, "version": matter.version + 1}.items():
        setattr(matter, name, value)


def _fact(verb: str, row: RoutingDecision, reason: str) -> Fact:
    whom = row.deputy or row.organisation
    data = {"tier": row.tier, "rule": row.rule_name, "problem": row.problem, "body": str(whom) if whom else ""}
    return Fact(verb=verb, reason=reason, data=data)


def _hand_over(matter: Matter, made: Plan, now: datetime) -> None:
    """The running limit for taking binds the new holder, with the days that are left; the new holder hears of it."""
    if matter.status != Status.SUBMITTED:
        return
    running = matter.clocks.filter(kind=ClockKind.TAKE, stopped_at__isnull=True)
    running.update(organisation=made.holder)
    subject = _("有一件民情民意转到您这里：%(title)s") % {"title": matter.title}
    tell_body(
        matter, key=f"reroute:{matter.version}", subject=subject, now=now,
        organisation=made.holder, deputy=made.holder_deputy,
    )  # fmt: skip
