"""接力、并案、重启、撤回: steps beyond ordinary handling."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.roster.models import LEVELS_UPWARD, CongressLevel, Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.errors import InvalidInput, NotAllowed
from opinions.catalog.models import Tier
from opinions.clocks.services import stop_clocks
from opinions.handling.models import Part, Relay
from opinions.handling.queries import handlers_for, last_lead
from opinions.handling.services.assigning import TIERS, begin_handling, give_out
from opinions.handling.services.common import (
    RESIDENT,
    Side,
    call,
    call_holder,
    checked_text,
    news,
    revoke_live,
    side_of,
    standing_for,
    step,
)
from opinions.handling.services.outcome import invite
from opinions.matters.models import Matter, Reporter
from opinions.matters.services import advance_matter, turn_of
from opinions.matters.states import Status

ABOVE = LEVELS_UPWARD[LEVELS_UPWARD.index(CongressLevel.COUNTY) + 1 :]
"""The levels to which a district's committee relays."""


@step
def relay(*, matter: Matter, level: str, deputies: Sequence[Deputy], reason: str, by: User, now: datetime) -> Relay:
    """接力 to named deputies of a congress above (H4, tier 5). It solves nothing yet; the district follows it.

    Raises InvalidInput.
    """
    side = side_of(standing_for("relay", matter=matter, by=by, now=now))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么需要上级代表接力，居民会看到。"))
    if level not in ABOVE:
        raise InvalidInput(_("请选择市级以上的人大代表。"), field="level")
    if not deputies:
        raise InvalidInput(_("请选择接力的代表。"), field="deputies")
    if any(one.level != level or one.status != DeputyStatus.ACTIVE for one in deputies):
        raise InvalidInput(_("只能选择这一级在任的代表。"), field="deputies")
    names = [one.name for one in deputies]
    advance_matter(
        matter, "relay", by=by, now=now, reason=reason, actor=side.actor,
        data={"body": "、".join(names), "level": CongressLevel(level).value},
        changes={"tier": Tier.RELAY, **turn_of(organisation=matter.district)},
    )  # fmt: skip
    end_handling(matter, "relay", now=now)
    row = Relay.objects.create(matter=matter, level=level, reason=reason, by=by, at=now)
    row.deputies.set(deputies)
    for one in deputies:
        call(matter, "relay", _("请接力：{title}"), now=now, deputy=one, more=reason)
    news(matter, "relay", _("您反映的事项（编号 {code}）已请{names}接力推动。"), now=now, names="、".join(names))
    return row


def end_handling(matter: Matter, verb: str, *, now: datetime) -> None:
    """Nobody handles any more: live assignments end, their bodies hear of it, every clock stops."""
    for body in revoke_live(matter, now=now):
        call(matter, verb, _("不再需要贵单位办理：{title}"), now=now, to=body)
    stop_clocks(matter=matter, outcome=verb, now=now)


@step
def merge(*, matter: Matter, target: Matter, by: User, now: datetime) -> Matter:
    """并案 into an open matter of the same district. History and attachments stay; everyone merged hears the news.

    Rings cannot arise: only open matters take others in, and both rows are locked in one order. Raises InvalidInput.
    """
    target = _locked(matter, target)
    side = side_of(standing_for("merge", matter=matter, by=by, now=now))
    _check_target(matter, target, by)
    advance_matter(
        matter, "merge", by=by, now=now, actor=side.actor, data={"body": side.name}, changes={"merged_into": target}
    )
    Matter.objects.filter(merged_into=matter).update(merged_into=target)
    advance_matter(target, "absorb", by=by, now=now, data={"code": matter.code, "body": ""})
    end_handling(matter, "merge", now=now)
    news(matter, "merge", _("您反映的事项（编号 {code}）与另一件同类事项合并办理，进展会一并告诉您。"), now=now)
    if target.status == Status.REPLIED:
        news(
            target,
            "merged",
            _("您反映的事项（编号 {code}）已答复，请查看并评价："),
            now=now,
            links=invite(target, now=now),
        )
    else:
        call_holder(target, "absorb", _("有同类反映并入：{title}"), now=now)
    return target


def _locked(matter: Matter, target: Matter) -> Matter:
    """`target` as it stands now; both rows are locked in the order of their ids, so that two merges cannot cross."""
    both = Matter.objects.select_for_update().filter(pk__in=[matter.pk, target.pk]).order_by("pk")
    held = {row.pk: row for row in both}
    return held[target.pk]


def _check_target(matter: Matter, target: Matter, by: User) -> None:
    if target.pk == matter.pk:
        raise InvalidInput(_("不能并入自己。"), field="target")
    if not target.is_open:
        raise InvalidInput(_("目标事项已经结束，请选择还在办理的事项。"), field="target")
    if target.kind != matter.kind or target.district_id != matter.district_id or not target.concerns(by):
        raise InvalidInput(_("没有找到这个编号的事项，或者它不在您的范围内。"), field="target")


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
    changes = {"tier": tier, "round": matter.round + 1}
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
