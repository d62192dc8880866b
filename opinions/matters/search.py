"""Finding matters by words: every two-character Chinese word is found, on both databases."""

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from liaison.base.words import query_words

_POSTGRESQL = "SELECT id FROM opinions_matter WHERE array_to_tsvector(string_to_array(search_text, ' ')) @@ %s::tsquery"
_SQLITE = "SELECT rowid FROM opinions_matter_words WHERE opinions_matter_words MATCH %s"


def matching(text: str) -> Q:
    """Condition on Matter: all words of `text` occur. A text without any word (only punctuation) finds nothing."""
    words = query_words(text)
    if not words:
        return Q(pk__in=[])
    # The words consist of Han characters, letters and digits only, so they need no further quoting.
    if connection.vendor == "postgresql":
        query = " & ".join(f"'{word}'{':*' if prefix else ''}" for word, prefix in words)
        return Q(pk__in=RawSQL(_POSTGRESQL, [query]))  # noqa: S611
    query = " AND ".join(f'"{word}"{"*" if prefix else ""}' for word, prefix in words)
    return Q(pk__in=RawSQL(_SQLITE, [query]))  # noqa: S611
