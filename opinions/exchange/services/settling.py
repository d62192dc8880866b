"""A partner has changed an order that was taken in: staff look at the difference and settle it, once."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.errors import StaleState
from liaison.base.phrases import listing
from liaison.base.privacy import hide_id_numbers
from opinions.exchange.models import WorkOrder
from opinions.exchange.queries import Difference, differences
from opinions.exchange.services.ledger import hold, kept, tell_history
from opinions.matters.services import add_line


@transaction.atomic
def settle_update(*, order: WorkOrder, take_over: bool, seen: str, by: User, now: datetime) -> None:
    """Take the change over as an internal line of the matter, or leave it; the resident's words stay as they were.

    `seen` is the fingerprint of the change that was looked at. Raises NotAllowed, StaleState.
    """
    check(by, Permission.EXCHANGE_WORK, order.matter)
    held = hold(order)
    if held.update is None or held.update_hash != seen:
        raise StaleState
    changed = differences(held)
    if take_over:
        words = hide_id_numbers(_told(held, changed))
        add_line(matter=held.matter, body=words, audience=Audience.INTERNAL, by=by, now=now)
    with override(settings.LANGUAGE_CODE):
        verdict = str(_("已记入") if take_over else _("已阅，不改"))
        tell_history(held, "order_settle", by=by, now=now, said=f"{verdict}：{listing(row.label for row in changed)}")
    held.held, held.held_hash = kept(held.update, contact=False), held.update_hash
    held.update, held.update_hash, held.updated_at = None, "", None
    held.save(update_fields=["held", "held_hash", "update", "update_hash", "updated_at"])


def _told(order: WorkOrder, changed: list[Difference]) -> str:
    with override(settings.LANGUAGE_CODE):
        first = str(_("%(partner)s改了工单内容：") % {"partner": order.partner.name})
        rows = [f"{row.label}：{row.before or '—'} → {row.after or '—'}" for row in changed]
    return "\n".join([first, *rows])
