"""接单、不予受理、转交: what happens before anybody is asked to handle."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of, street_committees_of
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.errors import InvalidInput
from liaison.base.step import step
from opinions.catalog.models import ClockKind, Reason, ReasonKind, Tier
from opinions.clocks.services import start_clock, stop_clocks
from opinions.handling.services.common import Side, call_holder, free_liable, news, side_of, standing_for
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, checked_text


@step
def take(*, matter: Matter, by: User, now: datetime) -> Matter:
    """接单. The taker's side holds the matter; the limit for the reply begins."""
    side = side_of(standing_for("take", matter=matter, by=by, now=now))
    carry_out_take(matter, side=side, by=by, now=now)
    news(matter, "take", _("您反映的事项（编号 {code}）已由{body}接单。"), now=now, body=side.name)
    return matter


def carry_out_take(matter: Matter, *, side: Side, by: User, now: datetime) -> None:
    """The step itself, without news; answering takes first in the same transaction."""
    data = {"body": side.name}
    advance_matter(matter, "take", by=by, now=now, actor=side.actor, data=data, changes=side.turn)
    stop_clocks(matter=matter, outcome="take", now=now, kinds=[ClockKind.TAKE])
    start_clock(matter=matter, kind=ClockKind.REPLY, now=now, organisation=side.organisation)


@step
def decline(*, matter: Matter, reason: Reason, text: str, where: str = "", by: User, now: datetime) -> Matter:
    """不予受理. Always says where to go instead: `where`, else what the reason advises. Raises InvalidInput."""
    side = side_of(standing_for("decline", matter=matter, by=by, now=now))
    if reason.kind != ReasonKind.DECLINE or not reason.active:
        raise InvalidInput(_("请选择不予受理的理由。"), field="reason")
    text = checked_text(text, field="text", missing=_("请向居民写明为什么不能受理。"))
    where = where.strip() or reason.guidance
    if not where:
        raise InvalidInput(_("请写明居民可以到哪里反映。"), field="where")
    data = {"body": side.name, "reason": reason.name, "where": where}
    advance_matter(matter, "decline", by=by, now=now, reason=text, actor=side.actor, data=data)
    stop_clocks(matter=matter, outcome="decline", now=now)
    free_liable(matter)
    news(
        matter,
        "decline",
        _("您反映的事项（编号 {code}）不能受理：{why}。{where}"),
        now=now,
        why=reason.name,
        where=where,
    )
    return matter


@step
def transfer(
    *,
    matter: Matter,
    reason: str,
    by: User,
    now: datetime,
    street: Organisation | None = None,
    deputy: Deputy | None = None,
) -> Matter:
    """转交 to another street of the district, to another deputy, or from a deputy back to the street.

    Exactly one of `street` and `deputy`. From a deputy to a street is a step up to its tier (H4). The receiver starts
    anew with the limit for taking. Raises InvalidInput.
    """
    side = side_of(standing_for("transfer", matter=matter, by=by, now=now))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么转交，居民会看到。"))
    receiver = _receiver(matter, street, deputy)
    raised = Tier.STREET if side.deputy else None
    place = {"street": street, "tier": raised} if street else {"deputy": deputy, "tier": Tier.DEPUTY}
    data = {"body": receiver.name, "from": side.name}
    advance_matter(
        matter,
        "transfer",
        by=by,
        now=now,
        reason=reason,
        actor=side.actor,
        data=data,
        changes={**place, **receiver.turn},
    )
    stop_clocks(matter=matter, outcome="transfer", now=now)
    free_liable(matter)
    start_clock(matter=matter, kind=ClockKind.TAKE, now=now, organisation=street)
    call_holder(matter, "transfer", _("转交给您：{title}"), now=now, more=reason)
    news(matter, "transfer", _("您反映的事项（编号 {code}）已转交{body}。"), now=now, body=receiver.name)
    return matter


def _receiver(matter: Matter, street: Organisation | None, deputy: Deputy | None) -> Side:
    if (street is None) == (deputy is None):
        raise InvalidInput(_("请选择转交给哪个街道或哪位代表。"), field="to")
    if street is not None:
        return _receiving_street(matter, street)
    assert deputy is not None  # noqa: S101 - exactly one is given
    if deputy.pk == matter.holder_deputy_id:
        raise InvalidInput(_("这件事已经在这位代表手里。"), field="to")
    if deputy.status != DeputyStatus.ACTIVE or district_of(deputy.organisation) != matter.district:
        raise InvalidInput(_("只能转交给本区在任的代表。"), field="to")
    if deputy.user_id is None and deputy.helper_id is None:
        raise InvalidInput(_("这位代表还没有账号，也没有结对联络员，转过去没有人能看到。"), field="to")
    return Side(deputy=deputy)


def _receiving_street(matter: Matter, street: Organisation) -> Side:
    if street not in street_committees_of(matter.district):
        raise InvalidInput(_("只能转交给本区的街道或乡镇。"), field="to")
    if street.pk == matter.holder_id:
        raise InvalidInput(_("这件事已经在这个街道手里。"), field="to")
    return Side(organisation=street)
