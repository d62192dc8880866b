"""Keeping versions of rules: drafts are begun, checked and put in force; what was in force is never edited."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.stamps import bump
from opinions.catalog.models import Tier
from opinions.routing.checks import Finding
from opinions.routing.defaults import STREET_RESOLVERS, STREET_TIERS
from opinions.routing.findings import findings_of
from opinions.routing.models import CoHandler, Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import STAMP, rules_of, standing
from opinions.routing.services.reporting import report

name_verbs(
    {
        "copy_rules": _("复制分派规则为草稿"),
        "start_rules": _("新建街道分派规则"),
        "allow_streets": _("确定街道可以自定的规则"),
        "activate_rules": _("分派规则生效"),
        "reactivate_rules": _("分派规则回到之前的版本"),
        "retire_rules": _("停用分派规则"),
        "discard_rules": _("删除规则草稿"),
    }
)
CARRIED = (
    "name", "enabled", "conditions", "tier", "resolver", "organisation", "urgency", "limit_amount", "limit_unit",
    "tags", "fast_lane", "confirm",
)  # fmt: skip
"""The fields that say what a rule is; copies take them, and its lineage and place."""
STREETS_MAY = {
    Tier.STREET: (Resolver.STREET, Resolver.STREET_OFFICE, Resolver.COMMUNITY),
    Tier.DEPARTMENT: (Resolver.RESPONSIBLE, Resolver.NAMED),
    Tier.DEPUTY: (Resolver.ADDRESSED_DEPUTY, Resolver.DISTRICT_DEPUTY),
}
"""The most that a district can let its streets decide: proposals and relays are never theirs."""


class NotADraft(DomainError):
    message = _("只有草稿可以修改；请先复制出一个草稿。")


class NotInForce(DomainError):
    message = _("这个版本现在没有生效。")


class NeverInForce(DomainError):
    message = _("只能回到曾经生效、现在停用的版本。")


class InvalidRuleSet(InvalidInput):
    """A version that may not be put in force; `problems` says why, rule by rule."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(_("；").join(problems))


class EverythingCaught(DomainError):
    """A rule for everything stands before others, and nobody has said that it is meant so."""

    message = _("有一条规则对所有事项都生效，后面的规则都轮不到。确实要这样的，请勾选确认后再生效。")


class DraftChanged(DomainError):
    message = _("草稿或生效的版本刚刚有改动，请看过再生效。")


@transaction.atomic
def copy_rule_set(*, source: RuleSet, note: str, by: User | None, now: datetime) -> RuleSet:
    """A new draft with the rules of `source`."""
    made = new_set(source.district, source.street, note=note, by=by, now=now)
    RuleSet.objects.filter(pk=made.pk).update(
        street_tiers=source.street_tiers, street_resolvers=source.street_resolvers
    )
    made.refresh_from_db()
    rows = rules_of(source)
    copies = Rule.objects.bulk_create(_copy(rule, made, number) for number, rule in enumerate(rows, 1))
    CoHandler.objects.bulk_create(
        CoHandler(rule=copy, resolver=one.resolver, organisation=one.organisation)
        for rule, copy in zip(rows, copies, strict=True)
        for one in rule.co_handlers.all()
    )
    log(made, "copy_rules", {"from": source.version}, by=by, now=now)
    return made


def _copy(rule: Rule, into: RuleSet, order: int) -> Rule:
    values = {name: getattr(rule, name) for name in (*CARRIED, "lineage", "is_place")}
    return Rule(rule_set=into, order=order, **values)


def new_set(
    district: Organisation, street: Organisation | None, *, note: str, by: User | None, now: datetime
) -> RuleSet:
    """An empty draft with the next number (caller's transaction)."""
    bump(STAMP)
    newest = RuleSet.objects.filter(district=district, street=street).aggregate(newest=Max("version"))["newest"] or 0
    return RuleSet.objects.create(
        district=district, street=street, version=newest + 1, note=note[:200], created_by=by, created_at=now,
        street_tiers=[] if street else list(STREET_TIERS), street_resolvers=[] if street else list(STREET_RESOLVERS),
    )  # fmt: skip


@transaction.atomic
def start_street_set(*, district: Organisation, street: Organisation, by: User | None, now: datetime) -> RuleSet:
    """The first draft of a street's own rules, or the draft that it has already."""
    bump(STAMP)
    held = RuleSet.objects.filter(district=district, street=street, status=RuleSetStatus.DRAFT).order_by("-version")
    found = held.first()
    if found is not None:
        return found
    made = new_set(district, street, note="", by=by, now=now)
    log(made, "start_rules", {}, by=by, now=now)
    return made


@transaction.atomic
def allow_streets(
    *, rule_set: RuleSet, tiers: Iterable[int], resolvers: Iterable[str], by: User | None, now: datetime
) -> None:
    """Say in a district's draft which tiers and bodies the rules of its streets may name.

    Raises NotADraft, InvalidInput for what is never a street's.
    """
    lock_draft(rule_set)
    rule_set.street_tiers, rule_set.street_resolvers = sorted(set(tiers)), sorted(set(resolvers))
    possible = {one.value for many in STREETS_MAY.values() for one in many}
    if not set(rule_set.street_tiers) <= set(STREETS_MAY) or not set(rule_set.street_resolvers) <= possible:
        raise InvalidInput(_("转建议和上级接力由区里决定，不能放给街道。"))
    rule_set.save(update_fields=["street_tiers", "street_resolvers"])
    data = {"tiers": rule_set.street_tiers, "resolvers": rule_set.street_resolvers}
    log(rule_set, "allow_streets", data, by=by, now=now)


@transaction.atomic
def activate(
    *, rule_set: RuleSet, seen: str = "", meant: bool = False, by: User | None, now: datetime
) -> list[Finding]:  # fmt: skip
    """Put a draft in force and retire the version before it; gives what is odd about it nevertheless.

    `seen` is its `standing` when somebody looked; `meant` says that a rule for everything may stand before others.
    Streets' rules that this version no longer allows are reported at once. Raises NotADraft, DraftChanged,
    InvalidRuleSet, EverythingCaught.
    """
    lock_draft(rule_set)
    if seen and standing(rule_set) != seen:
        raise DraftChanged
    return _put_in_force(rule_set, "activate_rules", meant=meant, by=by, now=now)


@transaction.atomic
def reactivate(*, rule_set: RuleSet, by: User | None, now: datetime) -> list[Finding]:
    """Put a version that was in force before in force again, in place of the present one; what is odd is told.

    Raises NeverInForce, InvalidRuleSet.
    """
    bump(STAMP)
    was = RuleSet.objects.filter(pk=rule_set.pk, status=RuleSetStatus.RETIRED, activated_at__isnull=False)
    if not was.exists():
        raise NeverInForce
    return _put_in_force(rule_set, "reactivate_rules", meant=True, by=by, now=now)


def _put_in_force(rule_set: RuleSet, verb: str, *, meant: bool, by: User | None, now: datetime) -> list[Finding]:
    rules = rules_of(rule_set)
    findings = findings_of(rule_set, rules)
    stopping = [one.told for one in findings if not one.warning]
    if stopping:
        raise InvalidRuleSet(stopping)
    if not meant and any(one.sweeping for one in findings):
        raise EverythingCaught
    in_force = RuleSet.objects.filter(district=rule_set.district, street=rule_set.street, status=RuleSetStatus.ACTIVE)
    in_force.update(status=RuleSetStatus.RETIRED)
    rule_set.status, rule_set.activated_at = RuleSetStatus.ACTIVE, now
    rule_set.save(update_fields=["status", "activated_at"])
    bump(STAMP)
    log(rule_set, verb, {"rules": len(rules)}, by=by, now=now)
    if not rule_set.street_id:
        report(district=rule_set.district, now=now)
    return findings


def catches_everything(rule_set: RuleSet) -> bool:
    """Whether a rule for everything leaves nothing to those behind it."""
    return any(one.sweeping for one in findings_of(rule_set))


@transaction.atomic
def retire(*, rule_set: RuleSet, by: User | None, now: datetime) -> None:
    """Take a street's rules out of force; the district's go on. Raises NotInForce."""
    bump(STAMP)
    standing = RuleSet.objects.filter(pk=rule_set.pk, status=RuleSetStatus.ACTIVE, street__isnull=False)
    if not standing.update(status=RuleSetStatus.RETIRED):
        raise NotInForce
    log(rule_set, "retire_rules", {}, by=by, now=now)


@transaction.atomic
def discard(*, rule_set: RuleSet, by: User | None, now: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    lock_draft(rule_set)
    log(rule_set, "discard_rules", {}, by=by, now=now)
    rule_set.delete()


def lock_draft(rule_set: RuleSet) -> None:
    """Let one editor at a time at the rules, and make sure that this version is still a draft."""
    bump(STAMP)
    standing = RuleSet.objects.filter(pk=rule_set.pk).values_list("status", flat=True).first()
    if standing is None:
        raise StaleState
    if standing != RuleSetStatus.DRAFT:
        raise NotADraft


def chain_of(rule_set: RuleSet) -> str:
    """The ledger of the district's rules, those of its streets included."""
    return f"rules:{rule_set.district_id}"


def log(rule_set: RuleSet, verb: str, data: dict[str, Any], *, by: User | None, now: datetime) -> int:
    """Write into the chain of the district's rules, a street's name with what it did; gives the event's number."""
    data = {"version": rule_set.version, **({"body": str(rule_set.street)} if rule_set.street_id else {}), **data}
    (event,) = record(chain_of(rule_set), Fact(verb=verb, data=data), by=by, now=now)
    return event.seq
