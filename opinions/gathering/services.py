"""A hot issue becomes a topic (Z9) or the draft of a proposal (H4), in one step."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.roster.models import Deputy
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.step import step
from opinions.gathering.access import may_decide
from opinions.gathering.models import Topic, TopicMatter
from opinions.gathering.queries import tell_apart
from opinions.handling.queries import why_not
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import hold_row
from opinions.proposals.models import Proposal
from opinions.proposals.queries import first_words
from opinions.proposals.services import draft_proposal
from opinions.similar.models import HotIssue, HotState
from opinions.similar.services import dismiss, reopen, turned_into

TITLE_MAX = 80
MOST_TEXT = 10_000

name_verbs({"topic.create": _("设立专题"), "topic.noted": _("列入专题")})


class NothingToRaise(InvalidInput):
    """No opinion of the issue can be raised by the user now."""

    message = _("这个热点里现在没有您能转为建议的意见：已答复、已办结或不由您这边办理的，不能再转。")


def _check(issue: HotIssue, by: User) -> None:
    """Raises NotAllowed unless the user may decide on the issue."""
    tell_apart([issue], by)
    if not may_decide(by, hidden=issue.hidden):  # type: ignore[attr-defined]
        raise NotAllowed


@step
def dismiss_issue(*, issue: HotIssue, reason: str, by: User, now: datetime) -> None:
    """忽略. Raises NotAllowed, NeedsReason, AlreadyDecided."""
    _check(issue, by)
    dismiss(issue=issue, by=by, now=now, reason=reason)


@step
def reopen_issue(*, issue: HotIssue, by: User, now: datetime) -> None:
    """重新列为热点. Raises NotAllowed, AlreadyDecided."""
    _check(issue, by)
    reopen(issue=issue, by=by, now=now)


@step
def make_topic(*, issue: HotIssue, title: str, about: str, by: User, now: datetime) -> Topic:
    """转专题: the issue with all opinions that it has now. Handling of each goes on as it is.

    Raises NotAllowed, InvalidInput, AlreadyDecided.
    """
    _check(issue, by)
    title = _checked_title(title)
    about = checked_text(about, field="about", missing=_("请写明要弄清、推动什么。"))
    body = by.organisation
    if body is None:
        raise NotAllowed
    topic = Topic.objects.create(
        district=issue.district, organisation=body, title=title, about=about, issue=issue, created_by=by, created_at=now
    )
    matters = list(Matter.objects.filter(hot_member__issue=issue).order_by("pk"))
    TopicMatter.objects.bulk_create(TopicMatter(topic=topic, matter=row) for row in matters)
    record(topic.chain, Fact(verb="topic.create", data={"body": body.name}), by=by, now=now, first=True)
    for row in matters:
        hold_row(row)
        record(row.chain, Fact(verb="topic.noted", data={"body": title}), by=by, now=now)
    turned_into(issue=issue, state=HotState.TOPIC, reference=topic.chain, by=by, now=now)
    return topic


def _checked_title(title: str) -> str:
    title = checked_text(title, field="title", missing=_("请写专题的题目。"))
    if len(title) > TITLE_MAX:
        raise InvalidInput(_("题目请控制在 80 字以内。"), field="title")
    return title


@step
def make_proposal(
    *, issue: HotIssue, title: str, reason: str, by: User, now: datetime, lead: Deputy | None = None
) -> Proposal:
    """转建议: a draft from those opinions of the issue that the user may raise. The others stay as they are.

    Raises NotAllowed, NothingToRaise, AlreadyDecided, and what `draft_proposal` raises.
    """
    _check(issue, by)
    rows = Matter.objects.visible_to(by).filter(hot_member__issue=issue).order_by("pk")
    rows = rows.select_related("opinion", "deputy", "street", "district", "holder", "holder_deputy")
    matters = [row for row in rows.prefetch_related("reporters") if why_not(by, row, "raise", now=now) is None]
    if not matters:
        raise NothingToRaise
    situation = first_words(matters, [])["situation"][:MOST_TEXT]
    proposal = draft_proposal(
        matters=matters, title=title, situation=situation, reason=reason, by=by, now=now, lead=lead
    )
    turned_into(issue=issue, state=HotState.PROPOSAL, reference=f"proposal:{proposal.pk}", by=by, now=now)
    return proposal
