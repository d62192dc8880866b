"""The states of an opinion and the verbs between them (design.md §4), as a table.

Rows beyond the design: `answer` also leads on from rework, so that a deputy whose answer did not satisfy may
answer again; `transfer` (转交) hands an opinion to another street or deputy; `recall` takes an assignment back
that nobody has signed yet; `unlink` takes an opinion out of the draft of a proposal, and it is handled on; `relay`
leads on from relayed too, so that others may be named when nobody took it up; `vacate` gives the street what a deputy
held who is no longer in office (back to its triage where nobody had begun to answer). Rows without a target that are
not of the resident keep the status: they are steps inside handling (sign, extend, draft, co-opinion, one of several
separate replies) and absorbing a merged matter.
`branch` (one cause, many places) and `follow` (a resident goes with others) end like `merge`; `unmerge` takes any of
the three back to the status from before.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class MatterKind(models.TextChoices):
    OPINION = "opinion", _("民情民意")
    PROPOSAL = "proposal", _("代表建议")
    LIVELIHOOD = "livelihood", _("民生项目")


class Status(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待接单")
    TAKEN = "taken", _("已接单")
    WAITING = "waiting", _("待补充")
    HANDLING = "handling", _("办理中")
    RETURNED = "returned", _("已退回")
    REPLIED = "replied", _("已答复")
    REWORK = "rework", _("重新办理")
    PROPOSED = "proposed", _("已转建议")
    RELAYED = "relayed", _("已接力")
    CLOSED = "closed", _("已办结")
    DECLINED = "declined", pgettext_lazy("state", "不予受理")
    MERGED = "merged", _("已并案")
    WITHDRAWN = "withdrawn", _("已撤回")

    @property
    def tone(self) -> str:
        """Tone of the badge. A reply is not yet a result, so only the resident's turn and warnings stand out."""
        return _TONES.get(self.value, "neutral")


_TONES = {
    "submitted": "wait",
    "taken": "active",
    "waiting": "wait",
    "handling": "active",
    "returned": "warn",
    "replied": "wait",
    "rework": "warn",
    "proposed": "active",
    "relayed": "active",
}

S = Status
FINAL = (S.CLOSED, S.DECLINED, S.MERGED, S.WITHDRAWN)
OPEN = tuple(status for status in S if status not in FINAL and status != S.DRAFT)
MERGEABLE = tuple(status for status in OPEN if status != S.REPLIED)
"""A matter that is replied to waits for the resident's word and goes nowhere."""
RESIDENT = "resident"
"""Permission of verbs that belong to the resident alone, by link (rule 5)."""
SYSTEM = "system"

OPINION = Workflow(
    [
        Transition(verb="submit", label=_("提交"), sources=(), target=S.SUBMITTED, permission=RESIDENT, public=True),
        Transition(
            verb="take", label=_("接单"), sources=(S.SUBMITTED,), target=S.TAKEN, permission=P.MATTER_TAKE, public=True
        ),
        Transition(
            verb="decline",
            label=_("不予受理"),
            sources=(S.SUBMITTED, S.TAKEN),
            target=S.DECLINED,
            permission=P.MATTER_DECLINE,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="transfer",
            label=_("转交"),
            sources=(S.SUBMITTED, S.TAKEN),
            target=S.SUBMITTED,
            permission=P.MATTER_TRANSFER,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="ask",
            label=_("请居民补充"),
            sources=(S.TAKEN, S.HANDLING),
            target=S.WAITING,
            permission=P.MATTER_ASK,
            needs_reason=True,
            public=True,
        ),
        Transition(verb="supply", label=_("补充"), sources=(S.WAITING,), target=None, permission=RESIDENT, public=True),
        Transition(
            verb="expire", label=_("补充逾期"), sources=(S.WAITING,), target=None, permission=SYSTEM, public=True
        ),
        Transition(
            verb="answer",
            label=_("答复"),
            sources=(S.TAKEN, S.REWORK),
            target=S.REPLIED,
            permission=P.MATTER_ANSWER,
            public=True,
        ),
        Transition(
            verb="assign",
            label=_("交办"),
            sources=(S.SUBMITTED, S.TAKEN, S.RETURNED, S.REWORK),
            target=S.HANDLING,
            permission=P.MATTER_ASSIGN,
            public=True,
        ),
        Transition(
            verb="settle", label=_("马上办"), sources=(S.SUBMITTED, S.TAKEN, S.RETURNED, S.REWORK), target=S.HANDLING,
            permission=P.MATTER_ASSIGN, public=True,
        ),
        Transition(
            verb="recall",
            label=_("收回交办"),
            sources=(S.HANDLING,),
            target=S.TAKEN,
            permission=P.MATTER_ASSIGN,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="extend",
            label=_("延长时限"),
            sources=(S.HANDLING,),
            target=None,
            permission=P.MATTER_ASSIGN,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="sign", label=_("签收"), sources=(S.HANDLING,), target=None, permission=P.MATTER_SIGN, public=True
        ),
        Transition(
            verb="return",
            label=_("退回"),
            sources=(S.HANDLING,),
            target=S.RETURNED,
            permission=P.MATTER_RETURN,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="ask_extension", label=_("申请延期"), sources=(S.HANDLING,), target=None, permission=P.MATTER_REPLY,
            needs_reason=True,
        ),
        Transition(
            verb="refuse_extension", label=_("不同意延期"), sources=(S.HANDLING,), target=None,
            permission=P.MATTER_ASSIGN, needs_reason=True,
        ),
        Transition(
            verb="object", label=_("申请退回"), sources=(S.HANDLING,), target=None, permission=P.MATTER_RETURN,
            needs_reason=True,
        ),
        Transition(
            verb="consent_return", label=_("同意退回"), sources=(S.HANDLING,), target=S.RETURNED,
            permission=P.MATTER_ASSIGN, needs_reason=True, public=True,
        ),
        Transition(
            verb="refuse_return", label=_("不同意退回"), sources=(S.HANDLING,), target=None, permission=P.MATTER_ASSIGN,
            needs_reason=True,
        ),
        Transition(
            verb="set_limit", label=_("定协办期限"), sources=(S.HANDLING,), target=None, permission=P.MATTER_ASSIGN,
        ),
        Transition(
            verb="add_co", label=_("增加协办单位"), sources=(S.HANDLING,), target=None, permission=P.MATTER_ASSIGN,
            needs_reason=True,
        ),
        Transition(
            verb="join_streets", label=_("邀请街道联办"), sources=(S.TAKEN, S.HANDLING, S.RETURNED, S.REWORK),
            target=None, permission=P.MATTER_ASSIGN, needs_reason=True,
        ),
        Transition(verb="draft", label=_("起草答复"), sources=(S.HANDLING,), target=None, permission=P.MATTER_REPLY),
        Transition(
            verb="send_back",
            label=_("退回修改"),
            sources=(S.HANDLING,),
            target=None,
            permission=P.MATTER_APPROVE,
            needs_reason=True,
        ),
        Transition(
            verb="co_opinion", label=_("协办意见"), sources=(S.HANDLING,), target=None, permission=P.MATTER_REPLY
        ),
        Transition(
            verb="part_reply",
            label=_("分办答复"),
            sources=(S.HANDLING,),
            target=None,
            permission=P.MATTER_APPROVE,
            public=True,
        ),
        Transition(
            verb="reply",
            label=_("审签答复"),
            sources=(S.HANDLING,),
            target=S.REPLIED,
            permission=P.MATTER_APPROVE,
            public=True,
        ),
        Transition(
            verb="raise",
            label=_("转为代表建议"),
            sources=(S.TAKEN, S.HANDLING),
            target=S.PROPOSED,
            permission=P.MATTER_RAISE,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="unlink",
            label=_("移出代表建议"),
            sources=(S.PROPOSED,),
            target=S.TAKEN,
            permission=P.MATTER_RAISE,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="relay",
            label=_("上级代表接力"),
            sources=(S.TAKEN, S.HANDLING, S.PROPOSED, S.RELAYED),
            target=S.RELAYED,
            permission=P.MATTER_RELAY,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="report_back",
            label=_("反馈结果"),
            sources=(S.PROPOSED, S.RELAYED),
            target=S.REPLIED,
            permission=P.MATTER_RAISE,
            public=True,
        ),
        Transition(verb="rate", label=_("评价"), sources=(S.REPLIED,), target=None, permission=RESIDENT, public=True),
        Transition(
            verb="lapse", label=_("到期未评价"), sources=(S.REPLIED,), target=S.CLOSED, permission=SYSTEM, public=True
        ),
        Transition(
            verb="merge", label=_("并案"), sources=MERGEABLE, target=S.MERGED, permission=P.MATTER_MERGE, public=True
        ),
        Transition(
            verb="branch",
            label=_("列为同因分点"),
            sources=MERGEABLE,
            target=S.MERGED,
            permission=P.MATTER_MERGE,
            public=True,
        ),
        Transition(
            verb="follow",
            label=_("跟进同一件"),
            sources=(S.SUBMITTED,),
            target=S.MERGED,
            permission=RESIDENT,
            public=True,
        ),
        Transition(
            verb="unmerge",
            label=_("撤销并案"),
            sources=(S.MERGED,),
            target=None,
            permission=P.MATTER_MERGE,
            public=True,
        ),
        Transition(
            verb="vacate",
            label=_("代表离岗移交"),
            sources=(S.SUBMITTED, S.TAKEN, S.REWORK, S.PROPOSED),
            target=None,
            permission=SYSTEM,
            public=True,
        ),
        Transition(verb="absorb", label=_("并入同类事项"), sources=OPEN, target=None, permission=SYSTEM),
        Transition(verb="release", label=_("移出同类事项"), sources=OPEN, target=None, permission=SYSTEM),
        Transition(
            verb="reopen",
            label=_("重启办理"),
            sources=(S.CLOSED,),
            target=S.HANDLING,
            permission=P.MATTER_REOPEN,
            needs_reason=True,
            public=True,
        ),
        Transition(
            verb="withdraw",
            label=_("撤回"),
            sources=(S.SUBMITTED, S.TAKEN, S.WAITING),
            target=S.WITHDRAWN,
            permission=RESIDENT,
            public=True,
        ),
    ]
)  # fmt: skip

WORKFLOWS: dict[str, Workflow] = {MatterKind.OPINION: OPINION}


class Stage(models.IntegerChoices):
    """The four stages that the public sees (H3)."""

    SUBMITTED = 1, pgettext_lazy("stage", "点单")
    TAKEN = 2, pgettext_lazy("stage", "接单")
    HANDLED = 3, pgettext_lazy("stage", "领单")
    RATED = 4, pgettext_lazy("stage", "验单")


STAGE_OF: dict[str, Stage] = {
    S.SUBMITTED: Stage.SUBMITTED,
    S.TAKEN: Stage.TAKEN,
    S.WAITING: Stage.TAKEN,
    S.HANDLING: Stage.HANDLED,
    S.RETURNED: Stage.HANDLED,
    S.REWORK: Stage.HANDLED,
    S.PROPOSED: Stage.HANDLED,
    S.RELAYED: Stage.HANDLED,
    S.REPLIED: Stage.RATED,
    S.CLOSED: Stage.RATED,
}

name_verbs(
    {
        "submit": pgettext_lazy("done", "提交"),
        "take": pgettext_lazy("done", "接单"),
        "decline": pgettext_lazy("done", "不予受理"),
        "transfer": pgettext_lazy("done", "转交"),
        "ask": pgettext_lazy("done", "请居民补充"),
        "supply": pgettext_lazy("done", "补充"),
        "expire": pgettext_lazy("done", "补充逾期"),
        "answer": pgettext_lazy("done", "答复"),
        "assign": pgettext_lazy("done", "交办"),
        "settle": pgettext_lazy("done", "马上办"),
        "recall": pgettext_lazy("done", "收回交办"),
        "extend": pgettext_lazy("done", "延长时限"),
        "sign": pgettext_lazy("done", "签收"),
        "return": pgettext_lazy("done", "退回"),
        "ask_extension": pgettext_lazy("done", "申请延期"),
        "refuse_extension": pgettext_lazy("done", "不同意延期"),
        "object": pgettext_lazy("done", "申请退回"),
        "consent_return": pgettext_lazy("done", "同意退回"),
        "refuse_return": pgettext_lazy("done", "不同意退回"),
        "set_limit": pgettext_lazy("done", "定协办期限"),
        "add_co": pgettext_lazy("done", "增加协办单位"),
        "join_streets": pgettext_lazy("done", "邀请街道联办"),
        "draft": pgettext_lazy("done", "起草答复"),
        "send_back": pgettext_lazy("done", "退回修改"),
        "co_opinion": pgettext_lazy("done", "提出协办意见"),
        "part_reply": pgettext_lazy("done", "分办答复"),
        "reply": pgettext_lazy("done", "审签答复"),
        "raise": pgettext_lazy("done", "转为代表建议"),
        "unlink": pgettext_lazy("done", "移出代表建议"),
        "relay": pgettext_lazy("done", "上级代表接力"),
        "report_back": pgettext_lazy("done", "反馈结果"),
        "rate": pgettext_lazy("done", "评价"),
        "lapse": pgettext_lazy("done", "到期未评价"),
        "merge": pgettext_lazy("done", "并案"),
        "branch": pgettext_lazy("done", "列为同因分点"),
        "follow": pgettext_lazy("done", "居民选择跟进同一件"),
        "unmerge": pgettext_lazy("done", "撤销并案"),
        "absorb": pgettext_lazy("done", "并入一件"),
        "release": pgettext_lazy("done", "移出一件"),
        "vacate": pgettext_lazy("done", "代表离岗，移交街道"),
        "reopen": pgettext_lazy("done", "重启办理"),
        "withdraw": pgettext_lazy("done", "撤回"),
        "route": pgettext_lazy("done", "分派"),
        "submit_reply": pgettext_lazy("done", "送审"),
        "note": pgettext_lazy("done", "沟通"),
        "classify": pgettext_lazy("done", "调整类别"),
        "confirm": pgettext_lazy("done", "群众确认"),
        "rate_further": pgettext_lazy("done", "另一位反映人评价"),
        "erase": pgettext_lazy("done", "删除个人信息"),
    }
)
"""Words for what the ledger tells, of the verbs above and of what is written on a matter without moving it."""
