"""What changed between two versions of rules, in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from opinions.routing.models import Rule, RuleSet
from opinions.routing.queries import names, rules_of
from opinions.routing.wording import outcome, sentences


@dataclass(frozen=True)
class Difference:
    """One rule that is not the same in both versions; `kind` is added, removed or changed. `lines` are what it says:
    a label, and the words before and after."""

    kind: str
    name: str
    order: int
    lines: tuple[tuple[str, str, str], ...]


def differences(old: RuleSet, new: RuleSet) -> list[Difference]:
    """The rules that differ, in the order of the new version, those that are gone at the end."""
    before = {rule.lineage: rule for rule in rules_of(old)}
    after = {rule.lineage: rule for rule in rules_of(new)}
    order_before = [key for key in before if key in after]
    order_after = [key for key in after if key in before]
    moved = {key for key in order_after if order_before.index(key) != order_after.index(key)}
    told = [_compared(before.get(key), rule, key in moved) for key, rule in after.items()]
    gone = [_compared(rule, None, False) for key, rule in before.items() if key not in after]
    return [one for one in (*told, *gone) if one is not None]


def _compared(old: Rule | None, new: Rule | None, moved: bool) -> Difference | None:  # noqa: FBT001
    rule = new or old
    assert rule is not None  # noqa: S101 - one of the two is there
    if old is None or new is None:
        lines = tuple((label, "" if new else text, text if new else "") for label, text in _told(rule))
        return Difference("added" if new else "removed", rule.name, rule.order, lines)
    changed = [
        (label, before, after)
        for (label, before), (_same, after) in zip(_told(old), _told(new), strict=True)
        if before != after
    ]
    if moved:
        changed.append((_("顺序"), str(old.order), str(new.order)))
    return Difference("changed", new.name, new.order, tuple(changed)) if changed else None


def _told(rule: Any) -> Iterator[tuple[str, str]]:
    """What a rule says, part by part."""
    groups = sentences(rule.conditions, names())
    told = _("；并且 ").join(group.sentence for group in groups) or _("不论什么情况")
    yield _("名称"), rule.name
    yield _("条件"), "" if rule.is_place else told
    yield _("结果"), outcome(rule)
    yield _("启用"), _("是") if rule.enabled else _("否")
