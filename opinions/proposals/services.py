"""转建议: an opinion becomes the draft of a proposal between sessions (H4, tier 4); nothing is solved yet (rule 1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.roster.models import Deputy, Identity
from deputies.roster.states import DeputyStatus
from liaison.base.errors import InvalidInput
from opinions.catalog.models import Tier
from opinions.handling.services import Side, checked_text, end_handling, news, side_of, standing_for
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter
from opinions.proposals.models import Proposal

TITLE_MAX = 120


@transaction.atomic
def raise_to_proposal(
    *,
    matter: Matter,
    title: str,
    situation: str,
    reason: str,
    by: User,
    now: datetime,
    analysis: str = "",
    request: str = "",
    lead: Deputy | None = None,
) -> Proposal:
    """Draft a proposal from the matter. Handling ends; whoever raised it follows it and reports the result back.

    `lead` defaults to the deputy for whom the user acts. Raises InvalidInput, and what `standing_for` raises.
    """
    side = side_of(standing_for("raise", matter=matter, by=by, now=now))
    title = checked_text(title, field="title", missing=_("请写建议的标题。"))
    if len(title) > TITLE_MAX:
        raise InvalidInput(_("标题请控制在 120 字以内。"), field="title")
    situation = checked_text(situation, field="situation", missing=_("请写明情况。"))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么转为建议，居民会看到。"))
    lead = lead or _proposer(side)
    if lead is not None and not may_propose(lead):
        raise InvalidInput(_("领衔代表须是在任的人大代表；议政代表不能提出建议。"), field="lead")
    advance_matter(
        matter, "raise", by=by, now=now, reason=reason, actor=side.actor,
        data={"body": side.name, "lead": lead.name if lead else "", "title": title},
        changes={"tier": Tier.PROPOSAL, **side.turn},
    )  # fmt: skip
    end_handling(matter, "raise", now=now)
    proposal = Proposal.objects.create(
        title=title, situation=situation, analysis=analysis.strip(), request=request.strip(), lead=lead,
        created_by=by, created_at=now,
    )  # fmt: skip
    proposal.sources.add(matter)
    news(matter, "raise", _("您反映的事项（编号 {code}）已转为代表建议推动，有结果会告诉您。"), now=now)
    return proposal


def may_propose(deputy: Deputy) -> bool:
    """Whether somebody may lead a proposal: a deputy in office. A consultant deputy has no such right (X6)."""
    return deputy.identity == Identity.DEPUTY and deputy.status == DeputyStatus.ACTIVE


def _proposer(side: Side) -> Deputy | None:
    return side.deputy if side.deputy is not None and may_propose(side.deputy) else None
