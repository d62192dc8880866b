"""The states of one measure of a plan: done is what the body says, accepted is what the committee has looked at."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class MeasureStatus(models.TextChoices):
    OPEN = "open", _("进行中")
    DONE = "done", _("已完成，待验看")
    REDO = "redo", _("不达标，重做")
    ACCEPTED = "accepted", _("已验看")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"open": "active", "done": "wait", "redo": "bad", "accepted": "good"}[self.value]


S = MeasureStatus
UNDONE = (S.OPEN, S.REDO)

MEASURE = Workflow(
    [
        Transition(verb="add_measure", label=_("列入措施"), sources=(), target=S.OPEN, permission=P.MATTER_REPLY),
        Transition(
            verb="change_measure", label=_("调整措施"), sources=UNDONE, target=None, permission=P.MATTER_REPLY,
            needs_reason=True,
        ),
        Transition(verb="finish_measure", label=_("办完了"), sources=UNDONE, target=S.DONE, permission=P.MATTER_REPLY),
        Transition(
            verb="accept_measure", label=_("验看达标"), sources=(S.DONE,), target=S.ACCEPTED, permission=P.MATTER_ASSIGN
        ),
        Transition(
            verb="redo_measure", label=_("不达标重做"), sources=(S.DONE, S.ACCEPTED), target=S.REDO,
            permission=P.MATTER_ASSIGN, needs_reason=True,
        ),
    ]
)  # fmt: skip

name_verbs(
    {
        "add_measure": pgettext_lazy("done", "列入措施"),
        "change_measure": pgettext_lazy("done", "调整措施"),
        "finish_measure": pgettext_lazy("done", "措施办完"),
        "accept_measure": pgettext_lazy("done", "措施验看达标"),
        "redo_measure": pgettext_lazy("done", "措施不达标重做"),
        "plan_project": pgettext_lazy("done", "立项"),
        "plan_progress": pgettext_lazy("done", "报告进展"),
        "reach_milestone": pgettext_lazy("done", "到达节点"),
    }
)
