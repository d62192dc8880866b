"""What can be done to a proposal, as a table. Its life after the draft (submission, hand-over) comes later."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class ProposalStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    ANSWERED = "answered", _("已有结果")

    @property
    def tone(self) -> str:
        """Tone of the badge. A result is no solution yet (rule 1)."""
        return {"draft": "active"}.get(self.value, "neutral")


S = ProposalStatus
PROPOSAL = Workflow(
    [
        Transition(verb="draft_proposal", label=_("形成建议"), sources=(), target=S.DRAFT, permission=P.MATTER_RAISE),
        Transition(
            verb="edit_proposal", label=_("修改草稿"), sources=(S.DRAFT,), target=S.DRAFT, permission=P.MATTER_RAISE
        ),
        Transition(
            verb="link_matter", label=_("关联意见"), sources=(S.DRAFT,), target=S.DRAFT, permission=P.MATTER_RAISE
        ),
        Transition(
            verb="unlink_matter",
            label=_("移出意见"),
            sources=(S.DRAFT,),
            target=S.DRAFT,
            permission=P.MATTER_RAISE,
            needs_reason=True,
        ),
        Transition(
            verb="answer_proposal",
            label=_("登记结果"),
            sources=(S.DRAFT,),
            target=S.ANSWERED,
            permission=P.MATTER_RAISE,
        ),
    ]
)
name_verbs(
    {
        "write_note": pgettext_lazy("done", "写调研记录"),
        "edit_note": pgettext_lazy("done", "修改调研记录"),
        "research": pgettext_lazy("done", "开展调研"),
    }
)
