"""Keeping the ladder: the default rungs, a street's own, and every change with its line in the ledger."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation, OrganisationKind
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import InvalidInput
from liaison.base.notices.models import Channel
from liaison.base.workdays.arithmetic import local_today
from opinions.clocks.models import Clock
from supervision.escalation.models import Rung
from supervision.escalation.states import BY_QUALITY, STREETS_OWN, Audience, Trigger
from supervision.quality.queries import lighting

FIELDS = ("name", "trigger", "after", "kinds", "audience", "roles", "acts", "channels", "begin", "end", "any_day",
          "digest", "active")  # fmt: skip
"""What staff may set, besides the people who are named."""
WRITTEN = [Channel.IN_APP.value, Channel.EMAIL.value, Channel.WECOM.value]

name_verbs({
    "load_ladder": gettext_lazy("装入默认督办层级"), "copy_ladder": gettext_lazy("另设本街道的督办层级"),
    "save_rung": gettext_lazy("修改督办层级"),
})  # fmt: skip


def chain_of(organisation: Organisation) -> str:
    """Where changes of this body's ladder stand."""
    return f"ladder:{organisation.pk}"


def _defaults() -> tuple[dict[str, Any], ...]:
    """The ladder of a district that has not thought about it yet (domain.md: 三色督办)."""
    secretary = [Role.STREET_SECRETARY.value]
    chair, office, leader = [Role.STREET_CHAIR.value], [Role.DISTRICT_STAFF.value], [Role.DISTRICT_LEADER.value]
    yellow, red = {"trigger": Trigger.YELLOW}, {"trigger": Trigger.RED}
    return (
        {"name": _("黄灯提醒承办人"), **yellow, "audience": Audience.BOUND},
        {"name": _("黄灯提醒街道书记"), **yellow, "audience": Audience.STREET, "roles": secretary},
        {"name": _("标准不高，提醒街道书记"), "trigger": Trigger.LOW, "audience": Audience.STREET, "roles": secretary},
        {"name": _("红灯，街道主任督办"), **red, "audience": Audience.STREET, "roles": chair, "acts": True},
        {"name": _("质量差，街道主任督办"), "trigger": Trigger.POOR, "audience": Audience.STREET, "roles": chair,
         "acts": True},
        {"name": _("红灯两日，区人大办公室督办"), **red, "after": 2, "audience": Audience.DISTRICT, "roles": office,
         "acts": True},
        {"name": _("红灯五日，报分管副主任"), **red, "after": 5, "audience": Audience.DISTRICT, "roles": leader,
         "acts": True},
        {"name": _("红灯十日，报主任"), **red, "after": 10, "audience": Audience.DISTRICT, "roles": leader,
         "acts": True},
    )  # fmt: skip


@transaction.atomic
def load_default_ladder(*, district: Organisation, by: User | None, now: datetime) -> int:
    """Give a district without any rung the default ones; returns how many. One that has rungs keeps what it has."""
    Organisation.objects.select_for_update().get(pk=district.pk)
    if Rung.objects.filter(organisation=district).exists():
        return 0
    rungs = Rung.objects.bulk_create(
        Rung(organisation=district, **({"channels": WRITTEN} | one)) for one in _defaults()
    )
    record(chain_of(district), Fact(verb="load_ladder", data={"rungs": len(rungs)}), by=by, now=now)
    look_again(district, today=local_today(now))
    return len(rungs)


@transaction.atomic
def own_ladder(*, street: Organisation, district: Organisation, by: User, now: datetime) -> list[Rung]:
    """Let a street have its own ladder: it begins with the district's rungs for the street's own level.

    They count as the same rungs: what fired by the one does not fire again by the other.
    """
    Organisation.objects.select_for_update().get(pk=street.pk)
    if Rung.objects.filter(organisation=street).exists():
        raise InvalidInput(_("本街道已经有自己的督办层级。"))
    given = Rung.objects.filter(organisation=district, active=True, audience__in=STREETS_OWN).order_by("id")
    made = Rung.objects.bulk_create(
        Rung(organisation=street, copied_from=one, **{name: getattr(one, name) for name in FIELDS}) for one in given
    )
    record(chain_of(street), Fact(verb="copy_ladder", data={"rungs": len(made)}), by=by, now=now)
    return made


@transaction.atomic
def save_rung(*, rung: Rung, people: Iterable[User] = (), by: User, now: datetime) -> Rung:
    """Keep a new or a changed rung, with what it was before in the ledger.

    What it fired stays fired. What it now reaches is looked at by the next sweep, each clock once. Raises InvalidInput.
    """
    _check(rung)
    before = Rung.objects.filter(pk=rung.pk).values(*FIELDS).first() if rung.pk else None
    rung.save()
    rung.people.set(people if rung.audience == Audience.NAMED else ())
    after = {name: getattr(rung, name) for name in FIELDS}
    data = {"body": rung.name, "rung": rung.pk, "before": before, "after": after}
    record(chain_of(rung.organisation), Fact(verb="save_rung", data=data), by=by, now=now)
    look_again(rung.organisation, today=local_today(now))
    return rung


def _check(rung: Rung) -> None:
    street = rung.organisation.kind != OrganisationKind.CONGRESS
    if street and rung.audience not in STREETS_OWN:
        raise InvalidInput(_("街道的层级只能告诉承办人和本街道；报区里的由区人大常委会设。"), field="audience")
    if rung.trigger in BY_QUALITY and rung.after:
        raise InvalidInput(_("质量标记当天就告诉，不能再过几天。"), field="after")
    if not rung.channels:
        raise InvalidInput(_("请至少选一个渠道。"), field="channels")
    if rung.begin >= rung.end:
        raise InvalidInput(_("结束的钟点要晚于开始的钟点。"), field="end")


def look_again(organisation: Organisation, *, today: date) -> None:
    """After a change of the ladder the next sweep looks once at every limit that has reached its warning day, and at
    every mark of quality that lights a matter."""
    whose = {"district": organisation} if organisation.kind == OrganisationKind.CONGRESS else {"street": organisation}
    theirs = {f"matter__{name}": held for name, held in whose.items()}
    Clock.objects.filter(stopped_at=None, paused_on=None, warn_on__lte=today, **theirs).update(next_on=today)
    lighting().filter(**theirs).update(next_on=today)
