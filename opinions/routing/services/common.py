"""What rerouting and overriding share."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, StaleState
from opinions.catalog.models import ClockKind
from opinions.matters.models import Matter
from opinions.matters.services import tell_body
from opinions.matters.states import Status
from opinions.routing.models import RoutingDecision

name_verbs({"reroute": _("重新分派"), "override": _("人工改派")})
REROUTABLE = (Status.SUBMITTED, Status.TAKEN, Status.RETURNED, Status.REWORK)
"""Where a new decision may still change something: nobody is handling the matter."""


class NotReroutable(DomainError):
    message = _("这件事已经在办理或已经办结，不能重新分派。")


class NothingToConfirm(DomainError):
    message = _("没有可以照办的建议，请直接交办或改派。")


def check_reroutable(matter: Matter) -> None:
    """Raise NotReroutable unless a new decision may still change something."""
    if matter.status not in REROUTABLE:
        raise NotReroutable


def apply(matter: Matter, changes: dict[str, Any]) -> None:
    """Change the matter where it still stands as it was read. Raises StaleState."""
    as_read = Matter.objects.filter(pk=matter.pk, version=matter.version, status=matter.status)
    if not as_read.update(version=F("version") + 1, **changes):
        raise StaleState
    for name, value in {**changes, "version": matter.version + 1}.items():
        setattr(matter, name, value)


def decided(verb: str, row: RoutingDecision, reason: str, *, step: dict[str, Any] | None = None) -> Fact:
    """The ledger's word on a decision. `step` is that from tier to tier (`tier_step`), which residents read too."""
    whom = row.deputy or row.organisation
    data: dict[str, Any] = {
        "tier": row.tier, "rule": row.rule_name, "problem": row.problem, "body": str(whom) if whom else "",
    }  # fmt: skip
    data |= {"co": [one["name"] for one in row.outcome["co"]]} if row.outcome.get("co") else {}
    audience = Audience.PUBLIC if step else Audience.INTERNAL
    return Fact(verb=verb, reason=reason, data={**data, **(step or {})}, audience=audience)


def rebind(matter: Matter, holder: Organisation | None, now: datetime) -> None:
    """The committee's running limits bind the new holder, with the days that are left; the new holder hears of it.

    A body that returned the matter keeps its limit for the reply.
    """
    committees = Q(kind=ClockKind.TAKE) | Q(kind=ClockKind.REPLY, organisation__in=[matter.street, matter.district])
    matter.clocks.filter(committees, stopped_at__isnull=True).update(organisation=holder)
    subject = format_lazy(_("有一件民情民意转到您这里：{title}"), title=matter.title)
    tell_body(
        matter, key=f"reroute:{matter.version}", subject=subject, now=now, organisation=holder,
        deputy=matter.holder_deputy,
    )  # fmt: skip
