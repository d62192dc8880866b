"""What the pages that guard ratings share."""

from django.urls import reverse
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission, SignedIn, can
from liaison.base.web.parts import Tab


def kinds(request: SignedIn, current: str) -> list[Tab]:
    """The parts of 评价核查 that the user may open."""
    parts = [("watch", _("异常评价")), ("flags", _("回访不一致"))]
    if can(request.user, Permission.REVISIT_DRAW):
        parts.append(("draws", _("回访抽样")))
    return [Tab(label, reverse(f"revisits:{name}"), None, name == current) for name, label in parts]
