"""The states of a deputy's office and the verbs between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from liaison.base.workflow import Transition, Workflow


class DeputyStatus(models.TextChoices):
    ACTIVE = "active", _("在任")
    SUSPENDED = "suspended", _("暂停履职")
    ENDED = "ended", _("已离任")

    @property
    def tone(self) -> str:
        """How the state badge looks."""
        return {self.ACTIVE: "good", self.SUSPENDED: "warn", self.ENDED: "neutral"}[self]


S = DeputyStatus
OFFICE = Workflow(
    [
        Transition(
            verb="suspend",
            label=_("暂停履职"),
            sources=(S.ACTIVE,),
            target=S.SUSPENDED,
            permission=P.ROSTER_EDIT,
            needs_reason=True,
        ),
        Transition(
            verb="resume", label=_("恢复履职"), sources=(S.SUSPENDED,), target=S.ACTIVE, permission=P.ROSTER_EDIT
        ),
        Transition(
            verb="end",
            label=_("离任"),
            sources=(S.ACTIVE, S.SUSPENDED),
            target=S.ENDED,
            permission=P.ROSTER_EDIT,
            needs_reason=True,
        ),
        Transition(verb="renew", label=_("连任"), sources=(S.ENDED,), target=S.ACTIVE, permission=P.ROSTER_EDIT),
    ]
)
"""The deputy's office (代表法): the standing committee suspends; the term, a move, recall or death end it."""
