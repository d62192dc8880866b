"""The states of one invited deputy, as a table."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class CompanionStatus(models.TextChoices):
    INVITED = "invited", _("已邀请")
    JOINED = "joined", _("一起跟踪")
    DECLINED = "declined", pgettext_lazy("companion", "不参加")
    RELEASED = "released", pgettext_lazy("companion", "不再邀请")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"invited": "wait", "joined": "active"}.get(self.value, "neutral")


S = CompanionStatus
PRESENT = (S.INVITED, S.JOINED)
"""Who sees the matter."""

COMPANION = Workflow(
    [
        Transition(
            verb="invite", label=_("邀请代表一起跟踪"), sources=(), target=S.INVITED, permission=P.COMPANION_INVITE
        ),
        Transition(
            verb="invite_again",
            label=_("再次邀请"),
            sources=(S.DECLINED, S.RELEASED),
            target=S.INVITED,
            permission=P.COMPANION_INVITE,
        ),
        Transition(
            verb="join",
            label=_("一起跟踪"),
            sources=(S.INVITED,),
            target=S.JOINED,
            permission=P.COMPANION_JOIN,
            public=True,
        ),
        Transition(
            verb="sign_answer",
            label=_("在答复上联名"),
            sources=(S.JOINED,),
            target=S.JOINED,
            permission=P.COMPANION_JOIN,
            public=True,
        ),
        Transition(
            verb="stand_back", label=_("不参加"), sources=PRESENT, target=S.DECLINED, permission=P.COMPANION_JOIN
        ),
        Transition(
            verb="release", label=_("不再邀请"), sources=PRESENT, target=S.RELEASED, permission=P.COMPANION_INVITE
        ),
    ]
)
name_verbs({"join": pgettext_lazy("done", "一起跟踪"), "sign_answer": pgettext_lazy("done", "在答复上联名")})
