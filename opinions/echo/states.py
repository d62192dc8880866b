"""The steps of making an outcome public: written by one person, approved by another, taken back by either side."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class EchoStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PENDING = "pending", _("待审核")
    SENT_BACK = "sent_back", _("退回修改")
    PUBLISHED = "published", _("已公开")
    REPLACED = "replaced", _("已有新版")
    TAKEN_BACK = "taken_back", _("已撤下")
    DROPPED = "dropped", _("已作废")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"pending": "wait", "sent_back": "warn", "published": "good"}.get(self.value, "neutral")


S = EchoStatus
EDITABLE = (S.DRAFT, S.SENT_BACK)
"""Whoever has seen a text approve it must know that it stays: from here on nothing is edited but in a new edition."""
UNDER_WAY = (*EDITABLE, S.PENDING)

ECHO = Workflow(
    [
        Transition(verb="draft_echo", label=_("起草公开稿"), sources=(), target=S.DRAFT, permission=P.ECHO_DRAFT),
        Transition(
            verb="submit_echo", label=_("提交审核"), sources=EDITABLE, target=S.PENDING, permission=P.ECHO_DRAFT
        ),
        Transition(
            verb="publish_echo", label=_("同意公开"), sources=(S.PENDING,), target=S.PUBLISHED,
            permission=P.ECHO_APPROVE, public=True,
        ),
        Transition(
            verb="send_back_echo", label=_("退回修改"), sources=(S.PENDING,), target=S.SENT_BACK,
            permission=P.ECHO_APPROVE, needs_reason=True,
        ),
        Transition(
            verb="replace_echo", label=_("由新版代替"), sources=(S.PUBLISHED,), target=S.REPLACED,
            permission=P.ECHO_APPROVE,
        ),
        Transition(
            verb="take_back_echo", label=_("撤下"), sources=(S.PUBLISHED,), target=S.TAKEN_BACK,
            permission=P.ECHO_DRAFT, needs_reason=True, public=True,
        ),
        Transition(
            verb="drop_echo", label=_("作废草稿"), sources=UNDER_WAY, target=S.DROPPED, permission=P.ECHO_DRAFT
        ),
    ]
)  # fmt: skip

EDIT, SETTLE, PICTURE = "edit_echo", "settle_echo", "picture_echo"
WRITING = ("draft_echo", EDIT, SETTLE, PICTURE, "submit_echo")
"""Whoever did one of these to an edition does not approve it."""
name_verbs(
    {
        EDIT: pgettext_lazy("done", "公开稿修改文字"),
        PICTURE: pgettext_lazy("done", "公开稿选择、检查照片"),
        "draft_echo": pgettext_lazy("done", "起草公开稿"),
        SETTLE: pgettext_lazy("done", "公开稿里可能认出人的地方已处理"),
        "submit_echo": pgettext_lazy("done", "公开稿提交审核"),
        "send_back_echo": pgettext_lazy("done", "公开稿退回修改"),
        "publish_echo": pgettext_lazy("done", "在回音壁公开（去标识）"),
        "replace_echo": pgettext_lazy("done", "公开稿由新版代替"),
        "take_back_echo": pgettext_lazy("done", "从回音壁撤下"),
        "drop_echo": pgettext_lazy("done", "公开稿作废"),
    }
)
