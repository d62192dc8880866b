"""A person decides otherwise than the engine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.audit.services import record
from liaison.base.errors import InvalidInput
from opinions.catalog.models import Reason, ReasonKind, Tier
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.services import tier_step
from opinions.routing.models import RoutingDecision
from opinions.routing.services.common import apply, check_reroutable, decided, rebind


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the person chose: a tier, and the deputy (tier 1) or the body (tiers 2 and 3)."""

    tier: int
    deputy: Deputy | None = None
    organisation: Organisation | None = None


@transaction.atomic
def override(*, matter: Matter, choice: Choice, because: Reason, text: str, by: User, now: datetime) -> RoutingDecision:
    """Decide by hand, with a reason from the list and words to it: the decision is kept, and carried out at once.

    Tier 1 hands the matter to a deputy, tiers 2 and 3 give it to a body as lead, tiers 4 and 5 hand it to the district
    committee (H4). Raises InvalidInput, NotReroutable, and what handling raises.
    """
    if because.kind != ReasonKind.OVERRIDE or not because.active:
        raise InvalidInput(_("请选择改派的理由。"), field="why")
    if not text.strip():
        raise InvalidInput(_("请写明为什么改派。"), field="text")
    reason = f"{because.name}：{text.strip()}"
    check_reroutable(matter)
    whom: dict[str, Any]
    step: dict[str, Any] = {}
    if choice.tier == Tier.DEPUTY:
        whom = {"deputy": _hand_to_deputy(matter, choice.deputy, reason, by, now)}
    elif choice.tier in handling.TIERS:
        whom = {"organisation": _give_to_body(matter, choice, reason, by, now)}
    else:
        step = tier_step(matter, choice.tier)
        whom = {"organisation": _hand_to_district(matter, choice.tier, by, now)}
    row = RoutingDecision.objects.create(
        matter=matter, tier=choice.tier, overridden_by=by, because=because, reason=reason, at=now, **whom
    )
    record(matter.chain, decided("override", row, reason, step=step), by=by, now=now)
    return row


def _hand_to_deputy(matter: Matter, deputy: Deputy | None, reason: str, by: User, now: datetime) -> Deputy:
    if deputy is None:
        raise InvalidInput(_("请选择交给哪位代表。"), field="deputy")
    handling.transfer(matter=matter, deputy=deputy, reason=reason, by=by, now=now)
    return deputy


def _give_to_body(matter: Matter, choice: Choice, reason: str, by: User, now: datetime) -> Organisation:
    if choice.organisation is None:
        raise InvalidInput(_("请选择承办单位。"), field="organisation")
    handling.assign(
        matter=matter, tier=choice.tier, lead=choice.organisation, note=reason, reason=reason, by=by, now=now
    )  # fmt: skip
    return choice.organisation


def _hand_to_district(matter: Matter, tier: int, by: User, now: datetime) -> Organisation:
    handling.standing_for("assign", matter=matter, by=by, now=now)
    apply(matter, {"tier": tier, "holder": matter.district, "holder_deputy": None})
    rebind(matter, matter.district, now)
    told = _("您反映的事项（编号 {code}）涉及面广，已交{body}研究推动。")
    handling.news(matter, "override", told, now=now, body=matter.district.name)
    return matter.district
