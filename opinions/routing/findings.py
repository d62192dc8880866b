"""What is wrong with the versions in force, looked at whenever somebody reads it and kept while nothing changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies
from opinions.catalog.queries import category_tree
from opinions.routing.checks import Finding, Ground, set_findings
from opinions.routing.models import Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import active_rules, active_set, names, rules_of

_kept: dict[tuple[int, int | None, str | None], tuple[tuple[Any, ...], list[Finding]]] = {}
"""Findings by district, street and language, with the cached copies that they were worked out from."""


def ground_of(rule_set: RuleSet) -> Ground:
    """Against what the rules of a version are checked; a street's against what its district allows now."""
    allowing = active_set(rule_set.district_id) if rule_set.street_id else None
    return Ground(district=rule_set.district, held=names(), street=rule_set.street, allowing=allowing)


def findings_of(rule_set: RuleSet, rules: Iterable[Rule] | None = None) -> list[Finding]:
    """Everything wrong with a version."""
    ground = ground_of(rule_set)
    found = set_findings(list(rules_of(rule_set) if rules is None else rules), ground=ground)
    return [*found, *_place_findings(rule_set, ground)]


def _place_findings(rule_set: RuleSet, ground: Ground) -> Iterator[Finding]:
    if rule_set.street is None:
        return
    if not rule_set.street.active:
        yield Finding(_("这个街道已经撤销或并入别的街道，它的规则不会用到。"), warning=True, news=True)
    if ground.allowing is None:
        yield Finding(_("区里还没有生效的规则，街道规则不会用到。"), warning=True)
    elif not ground.allowing.rules.filter(is_place=True, enabled=True).exists():
        yield Finding(_("区里的规则中没有“此处先看街道规则”，街道规则不会用到。"), warning=True)


def findings_in_force(district: Organisation, street: Organisation | None = None) -> list[Finding]:
    """What is wrong with the version in force of a district or of one of its streets, worked out anew only when rules,
    bodies or categories were edited."""
    street_id = street.pk if street else None
    compiled = active_rules(district.pk, street_id)
    ground = (compiled, bodies(), category_tree(), names().categories, names().divisions)
    key = (district.pk, street_id, get_language())
    held = _kept.get(key)
    if held is not None and all(one is other for one, other in zip(held[0], ground, strict=True)):
        return held[1]
    rule_set = compiled.street_set if street else compiled.rule_set
    found = findings_of(rule_set) if rule_set else []
    _kept[key] = (ground, found)
    return found


def standing_sets() -> list[RuleSet]:
    """All versions in force, districts' before streets'."""
    rows = RuleSet.objects.filter(status=RuleSetStatus.ACTIVE).select_related("district", "street")
    return list(rows.order_by("district_id", "street_id", "id"))
