"""The states of a monthly report, as a table. What was signed is frozen; whoever changes it makes a new edition."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class ReportStatus(models.TextChoices):
    DRAFTED = "drafted", _("待签发")
    SIGNED = "signed", _("已签发")
    HANDED_UP = "handed_up", _("已上报，待接收")
    RECEIVED = "received", _("已接收")
    SENT_BACK = "sent_back", _("已退回")
    CORRECTING = "correcting", _("更正中")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return _TONES[self.value]


_TONES = {
    "drafted": "wait", "signed": "active", "handed_up": "wait", "received": "good", "sent_back": "bad",
    "correcting": "warn",
}  # fmt: skip
S = ReportStatus
OPEN = (S.DRAFTED, S.SENT_BACK, S.CORRECTING)
"""Figures follow the records, notes may be written, and it is to be signed."""
ARRIVED = (S.HANDED_UP, S.RECEIVED)
"""The upper level has it."""

REPORT = Workflow(
    [
        Transition(verb="draft_report", label=_("生成月报"), sources=(), target=S.DRAFTED, permission="system"),
        Transition(
            verb="annotate_report", label=_("写说明"), sources=OPEN, target=None, permission=P.REPORT_EDIT
        ),
        Transition(verb="sign_report", label=_("签发"), sources=OPEN, target=S.SIGNED, permission=P.REPORT_SIGN),
        Transition(
            verb="hand_up_report", label=_("上报"), sources=(S.SIGNED,), target=S.HANDED_UP, permission=P.REPORT_EDIT
        ),
        Transition(
            verb="receive_report", label=_("接收"), sources=(S.HANDED_UP,), target=S.RECEIVED,
            permission=P.REPORT_EDIT,
        ),
        Transition(
            verb="send_back_report", label=_("退回"), sources=ARRIVED, target=S.SENT_BACK, permission=P.REPORT_EDIT,
            needs_reason=True,
        ),
        Transition(
            verb="correct_report", label=_("更正"), sources=(S.SIGNED, *ARRIVED), target=S.CORRECTING,
            permission=P.REPORT_EDIT, needs_reason=True,
        ),
    ]
)  # fmt: skip

name_verbs(
    {
        "draft_report": pgettext_lazy("done", "生成月报"),
        "annotate_report": pgettext_lazy("done", "写月报说明"),
        "sign_report": pgettext_lazy("done", "签发月报"),
        "hand_up_report": pgettext_lazy("done", "上报月报"),
        "receive_report": pgettext_lazy("done", "接收月报"),
        "send_back_report": pgettext_lazy("done", "退回月报"),
        "correct_report": pgettext_lazy("done", "更正月报"),
        "leave_layout_out": pgettext_lazy("done", "没有填出本区版式"),
        "keep_layout": pgettext_lazy("done", "保存月报版式"),
        "drop_layout": pgettext_lazy("done", "停用月报版式"),
    }
)
