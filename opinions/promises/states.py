"""The states of one promise. Reported is what the body says, kept is what a resident or the supervising side says.

`miss_promise` and `deny_promise` name their target: not kept once the day is over, open again before (the report was
premature). A promise is never a solution, whatever becomes of it (rule 1).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow
from opinions.matters.states import RESIDENT


class PromiseStatus(models.TextChoices):
    OPEN = "open", _("待兑现")
    REPORTED = "reported", _("已报完成，待核实")
    KEPT = "kept", _("已兑现")
    NOT_KEPT = "not_kept", _("未兑现")
    WITHDRAWN = "withdrawn", _("已撤销")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"open": "active", "reported": "wait", "kept": "good", "not_kept": "bad"}.get(self.value, "neutral")


S = PromiseStatus
RUNNING = (S.OPEN, S.REPORTED)
"""No result yet."""
SETTLED = (S.KEPT, S.NOT_KEPT, S.WITHDRAWN)
REWARN = "rewarn_promise"
"""The working calendar was edited, and with it the day from which a promise is yellow."""
HAND = "hand_promise"
"""The body was merged into another, which owes it now."""
JUDGE = P.MATTER_REOPEN
"""The supervising side: heads of the street, the district and its leaders. Never the body that promised."""

PROMISE = Workflow(
    [
        Transition(verb="promise", label=_("作出承诺"), sources=(), target=S.OPEN, permission=P.MATTER_APPROVE),
        Transition(
            verb="report_promise", label=_("报告办到了"), sources=(S.OPEN,), target=S.REPORTED,
            permission=P.MATTER_REPLY, needs_reason=True,
        ),
        Transition(
            verb="ask_move_promise", label=_("申请改期"), sources=(S.OPEN,), target=None, permission=P.MATTER_REPLY,
            needs_reason=True,
        ),
        Transition(
            verb="refuse_move_promise", label=_("不同意改期"), sources=(S.OPEN,), target=None, permission=JUDGE,
            needs_reason=True,
        ),
        Transition(
            verb="move_promise", label=_("改期"), sources=(S.OPEN,), target=None, permission=JUDGE, needs_reason=True
        ),
        Transition(
            verb="keep_promise", label=_("核实已兑现"), sources=(S.OPEN, S.REPORTED, S.NOT_KEPT), target=S.KEPT,
            permission=JUDGE, needs_reason=True,
        ),
        Transition(
            verb="miss_promise", label=_("核实没有办到"), sources=RUNNING, target=None, permission=JUDGE,
            needs_reason=True,
        ),
        Transition(
            verb="withdraw_promise", label=_("撤销承诺"), sources=(S.OPEN, S.REPORTED, S.NOT_KEPT),
            target=S.WITHDRAWN, permission=JUDGE, needs_reason=True,
        ),
        Transition(
            verb="reopen_promise", label=_("重新承诺"), sources=SETTLED, target=S.OPEN, permission=JUDGE,
            needs_reason=True,
        ),
        Transition(verb="affirm_promise", label=_("居民说办到了"), sources=RUNNING, target=S.KEPT, permission=RESIDENT),
        Transition(
            verb="deny_promise", label=_("居民说没有办到"), sources=RUNNING, target=None, permission=RESIDENT
        ),
    ]
)  # fmt: skip

name_verbs(
    {
        "promise": pgettext_lazy("done", "作出承诺"),
        "report_promise": pgettext_lazy("done", "报告承诺办到"),
        "ask_move_promise": pgettext_lazy("done", "申请承诺改期"),
        "refuse_move_promise": pgettext_lazy("done", "不同意承诺改期"),
        "move_promise": pgettext_lazy("done", "承诺改期"),
        "keep_promise": pgettext_lazy("done", "核实承诺已兑现"),
        "miss_promise": pgettext_lazy("done", "核实承诺没有办到"),
        "withdraw_promise": pgettext_lazy("done", "撤销承诺"),
        "reopen_promise": pgettext_lazy("done", "重新承诺"),
        "affirm_promise": pgettext_lazy("done", "居民说承诺办到了"),
        "deny_promise": pgettext_lazy("done", "居民说承诺没有办到"),
        "hear_promise": pgettext_lazy("done", "居民对承诺说的话"),
        REWARN: pgettext_lazy("done", "承诺的预警日重新计算"),
        HAND: pgettext_lazy("done", "承诺随机构合并移交"),
        "put_promise": pgettext_lazy("done", "承诺过期无报告，提请裁定"),
    }
)
