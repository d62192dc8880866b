"""A migration that stands for many leads to the same models as they do."""

from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.architecture.source import PRODUCT, ROOT

SQUASHES = sorted(path for floor in PRODUCT for path in (ROOT / floor).rglob("migrations/*_squashed_*.py"))


@pytest.mark.parametrize("path", SQUASHES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_squash_leads_where_the_single_steps_lead(path: Path) -> None:
    app, name = path.parent.parent.name, path.stem
    single, squashed = MigrationLoader(None, replace_migrations=False), MigrationLoader(None)
    last = squashed.disk_migrations[app, name].replaces[-1]
    models = [loader.project_state(node).models for loader, node in ((single, last), (squashed, (app, name)))]
    theirs, ours = ({key: state for key, state in held.items() if key[0] == app} for held in models)
    assert theirs == ours
    assert list(theirs) == list(ours)
