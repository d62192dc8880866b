"""The ledger is append-only for the database as well: an event can be neither changed nor deleted.

PostgreSQL: TRUNCATE stays possible for the owner of the table. SQLite knows no TRUNCATE, and Django empties tables
by DELETE there, so only changes are refused; `verify_ledger` finds what was deleted from the middle of a chain.
"""

from typing import Any

from django.db import migrations

MESSAGE = "The ledger is append-only."
POSTGRESQL = f"""
CREATE FUNCTION base_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER base_event_append_only BEFORE UPDATE OR DELETE ON base_event
  FOR EACH ROW EXECUTE FUNCTION base_event_append_only();
"""
SQLITE = f"""
CREATE TRIGGER base_event_append_only BEFORE UPDATE ON base_event
BEGIN
  SELECT RAISE(ABORT, '{MESSAGE}');
END;
"""
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
UNDO = {
    "sqlite": "DROP TRIGGER base_event_append_only;",
    "postgresql": """
DROP TRIGGER base_event_append_only ON base_event;
DROP FUNCTION base_event_append_only();
""",
}


def _run(schema_editor: Any, statements: dict[str, str]) -> None:
    """The statements of this database as one script (SQLite's own splitter breaks at the semicolon in a trigger)."""
    script = statements[schema_editor.connection.vendor]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(script.strip().removesuffix(";"))


def protect(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, STATEMENTS)


def unprotect(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, UNDO)


class Migration(migrations.Migration):
    dependencies = [("base", "0002_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
