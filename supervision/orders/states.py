"""The states of a supervision letter, of its answers, and of a leader's sponsorship, as tables.

A letter has a number from the moment it is issued, and keeps it whatever becomes of it. `withdraw_letter` takes back
what was issued; `void_letter` drops what was not. `supersede_letter` ends a street's letter when the district asks
the same body about the same matters.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class LetterStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PENDING = "pending", _("待签发")
    ISSUED = "issued", _("待回复")
    ANSWERED = "answered", _("已回复，待认可")
    SENT_BACK = "sent_back", _("回复未认可")
    ACCEPTED = "accepted", _("已认可")
    WITHDRAWN = "withdrawn", _("已收回")
    SUPERSEDED = "superseded", _("已由区里督办")
    VOID = "void", _("已作废")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return _TONES.get(self.value, "neutral")


_TONES = {
    "pending": "wait", "issued": "active", "answered": "wait", "sent_back": "bad", "accepted": "good",
}  # fmt: skip
L = LetterStatus
UNISSUED = (L.DRAFT, L.PENDING)
UNANSWERED = (L.ISSUED, L.SENT_BACK)
"""The addressee's turn: a clock runs."""
LIVE = (*UNANSWERED, L.ANSWERED)

LETTER = Workflow(
    [
        Transition(verb="draft_letter", label=_("起草督办函"), sources=(), target=L.DRAFT, permission=P.ORDER_DRAFT),
        Transition(verb="edit_letter", label=_("修改"), sources=(L.DRAFT,), target=None, permission=P.ORDER_DRAFT),
        Transition(
            verb="submit_letter", label=_("送签"), sources=(L.DRAFT,), target=L.PENDING, permission=P.ORDER_DRAFT
        ),
        Transition(
            verb="return_letter", label=_("退回修改"), sources=(L.PENDING,), target=L.DRAFT, permission=P.ORDER_ISSUE,
            needs_reason=True,
        ),
        Transition(
            verb="issue_letter", label=_("签发"), sources=(L.PENDING,), target=L.ISSUED, permission=P.ORDER_ISSUE
        ),
        Transition(
            verb="answer_letter", label=_("签发回复"), sources=UNANSWERED, target=L.ANSWERED,
            permission=P.ORDER_SIGN_ANSWER,
        ),
        Transition(
            verb="accept_letter", label=_("认可回复"), sources=(L.ANSWERED,), target=L.ACCEPTED,
            permission=P.ORDER_DRAFT,
        ),
        Transition(
            verb="refuse_letter", label=_("不认可，重新回复"), sources=(L.ANSWERED,), target=L.SENT_BACK,
            permission=P.ORDER_DRAFT, needs_reason=True,
        ),
        Transition(
            verb="withdraw_letter", label=_("收回督办函"), sources=LIVE, target=L.WITHDRAWN, permission=P.ORDER_ISSUE,
            needs_reason=True,
        ),
        Transition(
            verb="supersede_letter", label=_("转由区里督办"), sources=LIVE, target=L.SUPERSEDED, permission="system"
        ),
        Transition(
            verb="void_letter", label=_("作废"), sources=UNISSUED, target=L.VOID, permission=P.ORDER_DRAFT,
            needs_reason=True,
        ),
    ]
)  # fmt: skip


class AnswerStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PENDING = "pending", _("待负责人签发")
    SIGNED = "signed", _("已签发")

    @property
    def tone(self) -> str:
        return {"draft": "neutral", "pending": "wait", "signed": "good"}[self.value]


A = AnswerStatus
ANSWER = Workflow(
    [
        Transition(verb="draft_answer", label=_("起草回复"), sources=(), target=A.DRAFT, permission=P.ORDER_ANSWER),
        Transition(
            verb="edit_answer", label=_("修改回复"), sources=(A.DRAFT,), target=None, permission=P.ORDER_ANSWER
        ),
        Transition(
            verb="submit_answer", label=_("送负责人签发"), sources=(A.DRAFT,), target=A.PENDING,
            permission=P.ORDER_ANSWER,
        ),
        Transition(
            verb="return_answer", label=_("退回经办人"), sources=(A.PENDING,), target=A.DRAFT,
            permission=P.ORDER_SIGN_ANSWER, needs_reason=True,
        ),
        Transition(
            verb="sign_answer", label=_("签发回复"), sources=(A.DRAFT, A.PENDING), target=A.SIGNED,
            permission=P.ORDER_SIGN_ANSWER,
        ),
    ]
)  # fmt: skip


class SponsorStatus(models.TextChoices):
    LIVE = "live", _("包案中")
    SOLVED = "solved", _("已化解")
    HANDED_ON = "handed_on", _("已移交")
    GIVEN_UP = "given_up", _("终止包案")

    @property
    def tone(self) -> str:
        return {"live": "active", "solved": "good", "handed_on": "neutral", "given_up": "warn"}[self.value]


C = SponsorStatus
OUTCOMES = (C.SOLVED, C.HANDED_ON, C.GIVEN_UP)
SPONSOR = Workflow(
    [
        Transition(verb="sponsor", label=_("包案"), sources=(), target=C.LIVE, permission=P.CASE_SPONSOR),
        Transition(
            verb="note_sponsor", label=_("记一笔"), sources=tuple(C), target=None, permission=P.CASE_SPONSOR
        ),
        Transition(
            verb="move_sponsor", label=_("调整目标日期"), sources=(C.LIVE,), target=None, permission=P.CASE_SPONSOR,
            needs_reason=True,
        ),
        Transition(
            verb="end_sponsor", label=_("结束包案"), sources=(C.LIVE,), target=None, permission=P.CASE_SPONSOR,
            needs_reason=True,
        ),
    ]
)  # fmt: skip

name_verbs(
    {
        "remind": pgettext_lazy("done", "催办"),
        "draft_letter": pgettext_lazy("done", "起草督办函"),
        "edit_letter": pgettext_lazy("done", "修改督办函"),
        "submit_letter": pgettext_lazy("done", "督办函送签"),
        "return_letter": pgettext_lazy("done", "督办函退回修改"),
        "issue_letter": pgettext_lazy("done", "签发督办函"),
        "answer_letter": pgettext_lazy("done", "回复督办函"),
        "accept_letter": pgettext_lazy("done", "认可督办回复"),
        "refuse_letter": pgettext_lazy("done", "督办回复未认可"),
        "withdraw_letter": pgettext_lazy("done", "收回督办函"),
        "supersede_letter": pgettext_lazy("done", "转由区里督办"),
        "void_letter": pgettext_lazy("done", "督办函作废"),
        "draft_answer": pgettext_lazy("done", "起草督办回复"),
        "edit_answer": pgettext_lazy("done", "修改督办回复"),
        "submit_answer": pgettext_lazy("done", "督办回复送签"),
        "return_answer": pgettext_lazy("done", "督办回复退回经办人"),
        "sign_answer": pgettext_lazy("done", "签发督办回复"),
        "sponsor": pgettext_lazy("done", "领导包案"),
        "note_sponsor": pgettext_lazy("done", "包案记录"),
        "move_sponsor": pgettext_lazy("done", "调整包案目标"),
        "end_sponsor": pgettext_lazy("done", "结束包案"),
    }
)
