"""What the pages of the exchange share."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission, SignedIn, can
from liaison.base.web.parts import Tab
from opinions.exchange.models import Partner
from opinions.exchange.queries import partners_of

FORM_METHODS = ["GET", "HEAD", "POST"]
PAGES = "opinions/exchange"


def tabs(request: SignedIn, current: str) -> list[Tab]:
    """The pages of the exchange; what the user may not do is left out."""
    names: dict[str, Any] = {"ledger": _("交换台账")}
    if can(request.user, Permission.EXCHANGE_WORK):
        names |= {"todo": _("待处理"), "import": _("导入工单"), "differs": _("对账")}
    names["partners"] = _("对接系统")
    return [Tab(label, reverse(f"exchange:{name}"), current=name == current) for name, label in names.items()]


def own_partners(request: SignedIn) -> list[Partner]:
    """The partners whose exchange the user sees."""
    return list(partners_of(request.user).order_by("name", "id"))
