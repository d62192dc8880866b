"""A migration that stands for many leads where they do: to the same models, and to what is made by hand beside them."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations import RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader

from tests.architecture.source import PRODUCT, ROOT

SQUASHES = sorted(path for floor in PRODUCT for path in (ROOT / floor).rglob("migrations/*_squashed_*.py"))
REDUNDANT = import_module("opinions.migrations.0025_fewer_indexes").REDUNDANT
NEEDLESS = {
    "opinions.migrations.0005_rules_in_groups.forwards": "changes rows",
    "opinions.migrations.0005_rules_in_groups.restore_search": "makes again what 0002 has made",
    "opinions.migrations.0008_links_carried_over.carry_over": "changes rows",
    "opinions.migrations.0013_matters_gathered.keep_older_mergers": "changes rows",
    "opinions.migrations.0017_exchange_encrypted.encrypt": "changes rows",
    "opinions.migrations.0018_hot_issues_come_back.count_from_now": "changes rows",
    "opinions.migrations.0021_supervision_seams.arm": "changes rows",
    "supervision.migrations.0005_carry_marks.carry": "changes rows",
    **{f"DROP INDEX IF EXISTS {name}": "no such index is made" for name in REDUNDANT.values()},
}
"""What single steps do by hand and a new database does not need, and why."""


def by_hand(operations: Iterable[Any]) -> Iterator[str]:
    """The functions and statements among these operations."""
    for one in operations:
        if isinstance(one, SeparateDatabaseAndState):
            yield from by_hand(one.database_operations)
        elif isinstance(one, RunPython):
            code: Any = one.code
            yield f"{code.__module__}.{code.__qualname__}"
        elif isinstance(one, RunSQL):
            yield str(one.sql)


@pytest.mark.parametrize("path", SQUASHES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_squash_leads_where_the_single_steps_lead(path: Path) -> None:
    app, name = path.parent.parent.name, path.stem
    single, squashed = MigrationLoader(None, replace_migrations=False), MigrationLoader(None)
    squash = squashed.disk_migrations[app, name]
    models = [
        loader.project_state(node).models for loader, node in ((single, squash.replaces[-1]), (squashed, (app, name)))
    ]
    theirs, ours = ({key: state for key, state in held.items() if key[0] == app} for held in models)
    assert theirs == ours
    assert list(theirs) == list(ours)
    steps = [one for node in squash.replaces for one in by_hand(single.disk_migrations[node].operations)]
    assert list(by_hand(squash.operations)) == [one for one in steps if one not in NEEDLESS]
