"""重启、撤回: steps beyond ordinary handling."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import current
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.step import step
from opinions.catalog.models import Tier
from opinions.clocks.services import stop_clocks
from opinions.handling.models import Part
from opinions.handling.queries import handlers_for, last_lead
from opinions.handling.services.assigning import TIERS, begin_handling, give_out
from opinions.handling.services.common import (
    Side,
    call,
    news,
    revoke_live,
    side_of,
    standing_for,
)
from opinions.matters.models import RESIDENT, Matter, Reporter
from opinions.matters.services import advance_matter, checked_text


def end_handling(matter: Matter, verb: str, *, now: datetime) -> None:
    """Nobody handles any more: live assignments end, their bodies hear of it, every clock stops."""
    for body in revoke_live(matter, now=now):
        call(matter, verb, _("不再需要贵单位办理：{title}"), now=now, to=body)
    stop_clocks(matter=matter, outcome=verb, now=now)


@step
def reopen(*, matter: Matter, reason: str, by: User, now: datetime, lead: Organisation | None = None) -> Matter:
    """重启 by a supervisor, e.g. after a missed promise: a new round with the last lead, or with `lead`.

    Raises InvalidInput where there is no lead who can handle.
    """
    side = side_of(standing_for("reopen", matter=matter, by=by, now=now))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么重启，居民会看到。"))
    before = last_lead(matter)
    body = lead or (before.organisation if before else None)
    if body is None or body not in handlers_for(matter):
        raise InvalidInput(_("请选择由哪个单位办理。"), field="lead")
    tier = matter.tier if matter.tier in TIERS else Tier.DEPARTMENT
    parts = {Part.LEAD: [body], Part.CO: [], Part.SEPARATE: []}
    changes = {"tier": tier, "round": matter.round + 1, "street": current(matter.street) or matter.street}
    begin_handling(matter, "reopen", parts, side=side, by=by, now=now, reason=reason, changes=changes)
    give_out(matter, parts, note=reason, side=side, by=by, now=now)
    news(matter, "reopen", _("您反映的事项（编号 {code}）已重启，由{body}继续办理。"), now=now, body=body.name)
    return matter


@step
def withdraw(*, matter: Matter, reporter: Reporter, reason: str = "", now: datetime) -> Matter:
    """撤回 by the resident, whose key the caller has checked. Raises NotAllowed for a reporter of another matter."""
    if reporter.matter_id != matter.pk:
        raise NotAllowed
    holder = Side(organisation=matter.holder, deputy=matter.holder_deputy)
    advance_matter(matter, "withdraw", by=None, now=now, reason=reason.strip()[:500], actor=RESIDENT)
    end_handling(matter, "withdraw", now=now)
    to = holder.organisation or (None if holder.deputy else matter.street)
    call(matter, "withdraw", _("居民已撤回：{title}"), now=now, to=to, deputy=holder.deputy)
    return matter
