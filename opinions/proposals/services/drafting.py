"""转建议: opinions become the draft of a proposal between sessions (H4, tier 4); nothing is solved yet (rule 1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy, Identity
from deputies.roster.states import DeputyStatus
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.step import step
from liaison.base.workflow import WrongState, advance
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.services import start_clock
from opinions.handling.services import Side, checked_text, end_handling, news, side_of, standing_for
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, hold_row
from opinions.matters.states import Status
from opinions.proposals.access import may_edit
from opinions.proposals.models import Proposal, ProposalSource, ResearchNote
from opinions.proposals.states import PROPOSAL, ProposalStatus

TITLE_MAX = 120
MOST_MATTERS = 200
RAISED = _("您反映的事项（编号 {code}）一时解决不了，已转为代表建议推动，有结果会告诉您。")


class AlreadyLinked(DomainError):
    message = _("这件事已经在这份建议里。")


@transaction.atomic
def raise_to_proposal(*, matter: Matter, by: User, now: datetime, **words: Any) -> Proposal:
    """Draft a proposal from one matter that is in none yet; the rest as `draft_proposal` takes it."""
    standing_for("raise", matter=matter, by=by, now=now)
    return draft_proposal(matters=[matter], by=by, now=now, **words)


@step
def draft_proposal(
    *,
    matters: Sequence[Matter],
    title: str,
    situation: str,
    reason: str,
    by: User,
    now: datetime,
    analysis: str = "",
    request: str = "",
    lead: Deputy | None = None,
    notes: Sequence[ResearchNote] = (),
) -> Proposal:
    """形成建议 from matters and research. Handling of each ends; whoever raised it follows it and reports the result.

    A matter that is in another proposal is linked with this one as well. `lead` defaults to the deputy for whom the
    user acts. Raises InvalidInput, and what `standing_for` raises.
    """
    if not matters:
        raise InvalidInput(_("请至少选择一件意见。"), field="matters")
    if len(matters) > MOST_MATTERS:
        raise InvalidInput(_("一份建议最多关联 200 件意见。"), field="matters")
    ordered = sorted(set(matters), key=lambda one: one.pk)
    sides = [_side(matter, by=by, now=now) for matter in ordered]
    title, situation = _checked(title, situation)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么转为建议，居民会看到。"))
    lead = lead or _proposer(sides[0])
    _check_lead(lead)
    proposal = Proposal.objects.create(
        title=title, situation=situation, analysis=analysis.strip(), request=request.strip(), lead=lead,
        organisation=_keeper(ordered, by), created_by=by, created_at=now,
    )  # fmt: skip
    data = {"body": lead.name if lead else ""}
    fact = Fact(verb="draft_proposal", target=ProposalStatus.DRAFT, reason=reason, data=data)
    record(proposal.chain, fact, by=by, now=now, first=True)
    for matter, side in zip(ordered, sides, strict=True):
        _take_in(proposal, matter, side, reason=reason, by=by, now=now)
    ResearchNote.objects.filter(pk__in=[note.pk for note in notes], proposal=None).update(proposal=proposal)
    return proposal


def _checked(title: str, situation: str) -> tuple[str, str]:
    title = checked_text(title, field="title", missing=_("请写建议的标题。"))
    if len(title) > TITLE_MAX:
        raise InvalidInput(_("标题请控制在 120 字以内。"), field="title")
    return title, checked_text(situation, field="situation", missing=_("请写明情况。"))


def _check_lead(lead: Deputy | None) -> None:
    if lead is not None and not may_propose(lead):
        raise InvalidInput(_("领衔代表须是在任的人大代表；议政代表不能提出建议。"), field="lead")


def _side(matter: Matter, *, by: User, now: datetime) -> Side:
    """For whom the user raises the matter; one that is in a proposal already needs no more than being in scope."""
    if matter.status == Status.PROPOSED:
        hold_row(matter)
    if matter.status != Status.PROPOSED:
        return side_of(standing_for("raise", matter=matter, by=by, now=now))
    check(by, Permission.MATTER_RAISE, matter)
    return Side(organisation=matter.holder, deputy=matter.holder_deputy, actor=by.signature)


def _keeper(matters: Sequence[Matter], by: User) -> Organisation:
    """The body that keeps the draft: the street, or the district where it drafts or several streets are concerned."""
    streets = {matter.street_id for matter in matters}
    return matters[0].district if by.role in DISTRICT_ROLES or len(streets) > 1 else matters[0].street


def _take_in(proposal: Proposal, matter: Matter, side: Side, *, reason: str, by: User, now: datetime) -> None:
    """Raise the matter, or note that a further proposal has it, and link the two."""
    data = {"body": side.name, "lead": proposal.lead.name if proposal.lead else "", "title": proposal.title}
    if matter.status == Status.PROPOSED:
        record(matter.chain, Fact(verb="link_matter", reason=reason, data={"body": proposal.title}), by=by, now=now)
    else:
        advance_matter(
            matter, "raise", by=by, now=now, reason=reason, actor=side.actor, data=data,
            changes={"tier": Tier.PROPOSAL, **side.turn},
        )  # fmt: skip
        end_handling(matter, "raise", now=now)
        news(matter, "raise", RAISED, now=now)
    ProposalSource.objects.create(proposal=proposal, matter=matter, linked_by=by, linked_at=now)


@step
def edit_proposal(
    *,
    proposal: Proposal,
    version: int,
    title: str,
    situation: str,
    analysis: str,
    request: str,
    lead: Deputy | None,
    by: User,
    now: datetime,
) -> Proposal:
    """Change the draft that the user has read as `version`. Raises NotAllowed, StaleState, InvalidInput."""
    _check_editor(proposal, by)
    if version != proposal.version:
        raise StaleState
    title, situation = _checked(title, situation)
    if lead != proposal.lead:
        _check_lead(lead)
    changes = {
        "title": title, "situation": situation, "analysis": analysis.strip(), "request": request.strip(), "lead": lead
    }  # fmt: skip
    changed = [name for name, value in changes.items() if getattr(proposal, name) != value]
    advance(
        proposal, "edit_proposal", workflow=PROPOSAL, by=by, now=now, chain=proposal.chain, data={"changed": changed},
        changes=changes,
    )  # fmt: skip
    return proposal


@step
def link_matter(*, proposal: Proposal, matter: Matter, reason: str, by: User, now: datetime) -> ProposalSource:
    """关联: a further opinion goes into the draft, and is raised with it. Raises AlreadyLinked, WrongState."""
    _check_editor(proposal, by)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么转为建议，居民会看到。"))
    if not matter.concerns(by):
        raise InvalidInput(_("没有找到这个编号的事项，或者它不在您的范围内。"), field="code")
    side = _side(matter, by=by, now=now)
    if live_links(proposal).filter(matter=matter).exists():
        raise AlreadyLinked
    if live_links(proposal).count() >= MOST_MATTERS:
        raise InvalidInput(_("一份建议最多关联 200 件意见。"), field="code")
    _in_step(proposal, "link_matter", matter, reason=reason, by=by, now=now)
    _take_in(proposal, matter, side, reason=reason, by=by, now=now)
    return ProposalSource.objects.filter(proposal=proposal, matter=matter).latest("id")


@step
def unlink_matter(*, proposal: Proposal, matter: Matter, reason: str, by: User, now: datetime) -> Matter:
    """移出: the opinion leaves the draft and, unless another proposal has it, is handled on. The link stays as history.

    Raises WrongState when it is not linked or the proposal has its result.
    """
    _check_editor(proposal, by)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么移出，居民会看到。"))
    hold_row(matter)
    link = live_links(proposal).filter(matter=matter).first()
    if link is None:
        raise WrongState
    if matter.status == Status.PROPOSED and not _elsewhere(proposal, matter):
        _handle_on(matter, reason=reason, by=by, now=now)
    elif not matter.concerns(by):
        raise NotAllowed
    else:
        record(matter.chain, Fact(verb="unlink_matter", reason=reason, data={"body": proposal.title}), by=by, now=now)
    _in_step(proposal, "unlink_matter", matter, reason=reason, by=by, now=now)
    link.unlinked_by, link.unlinked_at, link.reason = by, now, reason
    link.save(update_fields=["unlinked_by", "unlinked_at", "reason"])
    return matter


def _handle_on(matter: Matter, *, reason: str, by: User, now: datetime) -> None:
    """Whoever raised the matter has it as taken again, with a fresh limit for the reply."""
    standing = standing_for("unlink", matter=matter, by=by, now=now)
    holder = Side(organisation=matter.holder, deputy=matter.holder_deputy)
    tier = Tier.DEPUTY if matter.holder_deputy_id else Tier.STREET
    advance_matter(
        matter, "unlink", by=by, now=now, reason=reason, actor=side_of(standing).actor, data={"body": holder.name},
        changes={"tier": tier},
    )  # fmt: skip
    start_clock(matter=matter, kind=ClockKind.REPLY, now=now, organisation=matter.holder)
    news(
        matter, "unlink", _("您反映的事项（编号 {code}）不再并入代表建议，由{body}接着办。"), now=now, body=holder.name
    )


def _elsewhere(proposal: Proposal, matter: Matter) -> bool:
    others = ProposalSource.objects.filter(matter=matter, unlinked_at=None, proposal__status=ProposalStatus.DRAFT)
    return others.exclude(proposal=proposal).exists()


def _in_step(proposal: Proposal, verb: str, matter: Matter, *, reason: str, by: User, now: datetime) -> None:
    advance(
        proposal, verb, workflow=PROPOSAL, by=by, now=now, chain=proposal.chain, reason=reason,
        data={"body": matter.code},
    )  # fmt: skip


def _check_editor(proposal: Proposal, by: User) -> None:
    if not may_edit(by, proposal):
        raise NotAllowed


def live_links(proposal: Proposal) -> QuerySet[ProposalSource]:
    """The links that were not taken back."""
    return proposal.links.filter(unlinked_at=None)


def may_propose(deputy: Deputy) -> bool:
    """Whether somebody may lead a proposal: a deputy in office. A consultant deputy has no such right (X6)."""
    return deputy.identity == Identity.DEPUTY and deputy.status == DeputyStatus.ACTIVE


def _proposer(side: Side) -> Deputy | None:
    return side.deputy if side.deputy is not None and may_propose(side.deputy) else None
