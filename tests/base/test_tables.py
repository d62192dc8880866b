"""Tables made in one step are those that Django makes one by one."""

import pytest
from django.db import connection, models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from liaison.base.tables import CreateModels

KEY = ("id", models.BigAutoField(primary_key=True))
EARLY = CreateModel("Early", [KEY, ("later", models.ForeignKey("base.Later", models.CASCADE))])
LATER = CreateModel(
    "Later",
    [KEY, ("name", models.CharField(max_length=9)), ("friends", models.ManyToManyField("base.Early"))],
    {"indexes": [models.Index(fields=["name"], name="later_name")]},
)
MADE = {"base_early", "base_later", "base_later_friends"}


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_tables_that_point_to_each_other_are_made_and_removed() -> None:
    before, after = ProjectState(), ProjectState()
    step = CreateModels([EARLY, LATER])
    step.state_forwards("base", after)
    with connection.schema_editor() as editor:
        step.database_forwards("base", editor, before, after)
        assert editor.deferred_sql == [], "what follows in the same migration finds the indexes"
    with connection.cursor() as cursor:
        assert set(connection.introspection.table_names(cursor)) >= MADE
        assert "later_name" in connection.introspection.get_constraints(cursor, "base_later")
    with connection.schema_editor() as editor:
        step.database_backwards("base", editor, after, before)
    assert not MADE & set(connection.introspection.table_names())


@pytest.mark.once
def test_state_is_that_of_single_steps() -> None:
    together, single = ProjectState(), ProjectState()
    CreateModels([EARLY, LATER]).state_forwards("base", together)
    for model in (EARLY, LATER):
        model.state_forwards("base", single)
    assert together == single
