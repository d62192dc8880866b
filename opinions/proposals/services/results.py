"""登记结果: what came of a proposal goes to every linked opinion at once; each resident is told and may rate."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.errors import NotAllowed
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import advance
from opinions.handling.models import Reply
from opinions.handling.queries import why_not
from opinions.handling.services import Content, NotComplete, faults, report_back
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.proposals.access import may_edit
from opinions.proposals.models import Proposal
from opinions.proposals.states import PROPOSAL


class NotForAll(NotAllowed):
    message = _("这份建议里有别的街道或代表的意见，请区人大统一登记结果。")


@step
def answer_proposal(*, proposal: Proposal, content: Content, by: User, now: datetime) -> list[Reply]:
    """Tell the result to all opinions that still wait for it; those that went another way keep theirs.

    Raises NotComplete, NotForAll, WrongState when there is a result already.
    """
    if not may_edit(by, proposal):
        raise NotAllowed
    for fault in faults(content, local_today(now)):
        raise NotComplete(fault.message, field=fault.field)
    linked = Matter.objects.filter(proposal_links__proposal=proposal, proposal_links__unlinked_at=None)
    waiting = list(linked.filter(status=Status.PROPOSED).select_related("deputy", "street", "district").order_by("pk"))
    if any(why_not(by, matter, "report_back", now=now) for matter in waiting):
        raise NotForAll
    replies = [report_back(matter=matter, content=content, by=by, now=now) for matter in waiting]
    advance(
        proposal, "answer_proposal", workflow=PROPOSAL, by=by, now=now, chain=proposal.chain,
        data={"class": content.reply_class, "told": len(waiting)}, changes={"answered_at": now},
    )  # fmt: skip
    return replies
