"""The word index over matters: GIN over an array of words on PostgreSQL, FTS5 kept by triggers on SQLite."""

from typing import Any

from django.db import migrations

SQLITE = """
CREATE VIRTUAL TABLE opinions_matter_words USING fts5(search_text, content='opinions_matter', content_rowid='id', tokenize='unicode61');
CREATE TRIGGER opinions_matter_words_insert AFTER INSERT ON opinions_matter BEGIN
  INSERT INTO opinions_matter_words(rowid, search_text) VALUES (new.id, new.search_text);
END;
CREATE TRIGGER opinions_matter_words_delete AFTER DELETE ON opinions_matter BEGIN
  INSERT INTO opinions_matter_words(opinions_matter_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);
END;
CREATE TRIGGER opinions_matter_words_update AFTER UPDATE OF search_text ON opinions_matter BEGIN
  INSERT INTO opinions_matter_words(opinions_matter_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);
  INSERT INTO opinions_matter_words(rowid, search_text) VALUES (new.id, new.search_text);
END;
INSERT INTO opinions_matter_words(opinions_matter_words) VALUES ('rebuild');
"""
POSTGRESQL = """
CREATE INDEX opinions_matter_words ON opinions_matter USING gin (array_to_tsvector(string_to_array(search_text, ' ')));
"""
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
UNDO = {
    "sqlite": """
DROP TRIGGER opinions_matter_words_insert;
DROP TRIGGER opinions_matter_words_delete;
DROP TRIGGER opinions_matter_words_update;
DROP TABLE opinions_matter_words;
""",
    "postgresql": "DROP INDEX opinions_matter_words;",
}


def _run(schema_editor: Any, scripts: dict[str, str]) -> None:
    script = scripts[schema_editor.connection.vendor]
    if schema_editor.connection.vendor == "sqlite":
        for statement in _statements(script):
            schema_editor.execute(statement)
    else:
        schema_editor.execute(script)


def _statements(script: str) -> list[str]:
    """SQLite takes one statement at a time; a trigger's body is part of its statement."""
    found, current = [], ""
    for line in script.strip().splitlines():
        current += line + "\n"
        inside_trigger = "CREATE TRIGGER" in current and not line.startswith("END;")
        if line.endswith(";") and not inside_trigger:
            found.append(current)
            current = ""
    return found


def build(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, STATEMENTS)


def drop(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, UNDO)


class Migration(migrations.Migration):
    dependencies = [("opinions", "0001_initial")]
    operations = [migrations.RunPython(build, drop)]
