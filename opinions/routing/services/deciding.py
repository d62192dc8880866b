"""Deciding where an opinion goes: before it is stored, and again after a change."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from deputies.accounts.models import User
from liaison.base.audit.services import record
from liaison.base.prepared import insert
from liaison.base.stamps import reading
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.services import tier_step
from opinions.matters.states import Status
from opinions.routing.facts import Raised
from opinions.routing.models import RoutingDecision
from opinions.routing.planning import Plan, draw_up
from opinions.routing.queries import active_rules, raised_of, suggested, suggested_deputy
from opinions.routing.services.common import NothingToConfirm, apply, check_reroutable, decided, rebind


def plan(raised: Raised, *, now: datetime) -> Plan:
    """Decide by the rules in force (see `draw_up`); with warm copies it asks one statement."""
    with reading(), translation.override(settings.LANGUAGE_CODE):
        return draw_up(active_rules(raised.district.pk, raised.street.pk), raised, now=now)


def settle(plan: Plan, *, matter: Matter) -> RoutingDecision:
    """Keep the decision of `plan` for the matter that was stored with it (one statement, caller's transaction)."""
    plan.decision.matter = matter
    insert([plan.decision])
    return plan.decision


def carry_out(plan: Plan, *, matter: Matter, now: datetime) -> None:
    """Give a stored matter to the body that needs no confirmation; nothing for other plans (caller's transaction)."""
    if plan.assign_to is not None and plan.tier in handling.TIERS:
        handling.assign(
            matter=matter, tier=plan.tier, lead=plan.assign_to, co=plan.co, limit=plan.limit, by=None, now=now
        )


@transaction.atomic
def confirm(*, matter: Matter, by: User, now: datetime) -> Matter:
    """Do what the newest decision suggests: the deputy, or lead, co-handlers and limit. Raises NothingToConfirm, and
    what transferring and assigning raise."""
    deputy = suggested_deputy(matter)
    if deputy is not None:
        return handling.transfer(matter=matter, deputy=deputy, reason=_("按分派规则，先由代表答复。"), by=by, now=now)
    told = suggested(matter)
    if told is None:
        raise NothingToConfirm
    handling.assign(
        matter=matter, tier=told.tier, lead=told.lead, co=told.co, limit=told.limit, by=by, now=now
    )  # fmt: skip
    return matter


@transaction.atomic
def reroute(*, matter: Matter, by: User | None, reason: str, now: datetime) -> Plan:
    """Decide again after category, place or urgency changed; exactly once, with an event.

    A submitted matter changes hands when the decision says so; one that a body has taken keeps its holder and gets
    a new suggestion. Raises NotReroutable, StaleState.
    """
    check_reroutable(matter)
    made = plan(raised_of(matter), now=now)
    changes = _changes(matter, made)
    step = tier_step(matter, changes.get("tier", matter.tier))
    apply(matter, changes)
    settle(made, matter=matter)
    record(matter.chain, decided("reroute", made.decision, reason, step=step), by=by, now=now)
    _hand_over(matter, made, now)
    return made


def _changes(matter: Matter, made: Plan) -> dict[str, Any]:
    tags = made.tags_with(matter.tags)
    if matter.status == Status.SUBMITTED:
        named = {"deputy": made.holder_deputy} if made.holder_deputy else {}
        return {**made.changes, "tags": tags, **named}
    keeps_tier = matter.holder_deputy_id is not None or made.tier is None
    return {"urgency": made.urgency, "tags": tags, **({} if keeps_tier else {"tier": made.tier})}


def _hand_over(matter: Matter, made: Plan, now: datetime) -> None:
    """A submitted matter has a new holder, who hears of it; or goes at once where no person need confirm."""
    if matter.status != Status.SUBMITTED:
        return
    if made.assign_to is not None:
        carry_out(made, matter=matter, now=now)
        return
    rebind(matter, made.holder, now)
