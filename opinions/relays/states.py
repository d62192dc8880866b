"""The states of one deputy's part in a relay, as a table. The verbs have a prefix: the ledger knows each word once."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.workflow import Transition, Workflow


class BatonStatus(models.TextChoices):
    PENDING = "pending", _("待接")
    TAKEN = "taken", _("已接下")
    DECLINED = "declined", pgettext_lazy("relay", "不接")
    ANSWERED = "answered", pgettext_lazy("relay", "已回复")
    WITHDRAWN = "withdrawn", pgettext_lazy("relay", "已收回")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"pending": "wait", "taken": "active", "answered": "good", "declined": "warn"}.get(self.value, "neutral")


S = BatonStatus
RUNNING = (S.PENDING, S.TAKEN)
"""Something is still to come from this deputy."""
CLOSED_TO = (S.DECLINED, S.WITHDRAWN)
"""The deputy has nothing to do with it any more, and reads the file no longer."""

BATON = Workflow(
    [
        Transition(
            verb="relay_name", label=_("点名接力"), sources=(), target=S.PENDING, permission=P.MATTER_RELAY, public=True
        ),
        Transition(
            verb="relay_take",
            label=_("接下"),
            sources=(S.PENDING,),
            target=S.TAKEN,
            permission=P.RELAY_ACT,
            public=True,
        ),
        Transition(
            verb="relay_answer", label=_("回复结果"), sources=RUNNING, target=S.ANSWERED, permission=P.RELAY_ACT
        ),
        Transition(
            verb="relay_decline",
            label=_("不接"),
            sources=RUNNING,
            target=S.DECLINED,
            permission=P.RELAY_ACT,
            needs_reason=True,
        ),
        Transition(
            verb="relay_withdraw",
            label=_("收回"),
            sources=RUNNING,
            target=S.WITHDRAWN,
            permission=P.MATTER_RELAY,
            needs_reason=True,
        ),
    ]
)
