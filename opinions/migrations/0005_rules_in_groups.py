"""Stored rules take their new shape: the list of conditions becomes one group in which all must hold.

Copies of a rule in several versions are given one lineage, so that versions can be compared. On SQLite the table of
matters was made anew by the last migration, and its triggers went with the old one: they are made again here.
"""

from collections import Counter
from importlib import import_module
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.db import migrations

TRIGGERS = ("insert", "delete", "update")


def in_groups(conditions: Any) -> Any:
    """The stored conditions in their new shape; what cannot be read stays and goes on reporting itself."""
    if not isinstance(conditions, list) or any(_is_group(row) for row in conditions):
        return conditions
    return [{"mode": "all", "conditions": conditions}] if conditions else []


def _is_group(row: Any) -> bool:
    return isinstance(row, dict) and "kind" not in row and "conditions" in row


def one_list(groups: Any) -> Any:
    """The way back, for rules that have a single group in which all hold."""
    if isinstance(groups, list) and len(groups) == 1 and _is_group(groups[0]) and groups[0].get("mode") == "all":
        return groups[0]["conditions"]
    return groups


def forwards(apps: Any, schema_editor: Any) -> None:
    rules = apps.get_model("opinions", "Rule").objects.select_related("rule_set").order_by("rule_set_id", "order")
    seen: Counter[tuple[int, str]] = Counter()
    for rule in rules:
        seen[rule.rule_set_id, rule.name] += 1
        number = seen[rule.rule_set_id, rule.name]
        rule.lineage = uuid5(NAMESPACE_OID, f"rule:{rule.rule_set.district_id}:{rule.name}:{number}")
        rule.conditions = in_groups(rule.conditions)
        rule.save(update_fields=["lineage", "conditions"])


def backwards(apps: Any, schema_editor: Any) -> None:
    for rule in apps.get_model("opinions", "Rule").objects.all():
        rule.conditions = one_list(rule.conditions)
        rule.save(update_fields=["conditions"])


def restore_search(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    for name in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS opinions_matter_words_{name}")
    schema_editor.execute("DROP TABLE IF EXISTS opinions_matter_words")
    import_module("opinions.migrations.0002_search").build(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("opinions", "0004_routing_groups")]
    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.RunPython(restore_search, migrations.RunPython.noop),
    ]
