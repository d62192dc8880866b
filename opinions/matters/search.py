"""Finding matters by words: every two-character Chinese word is found, on both databases."""

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL

from liaison.base.words import query_words

_SQLITE = "SELECT rowid FROM opinions_matter_words WHERE opinions_matter_words MATCH %s"


class HasWords(Func):
    """Whether the words of a text fulfil a query, on PostgreSQL.

    It speaks of the row itself, so that the planner knows how many have the words: rare ones are found by the index,
    and for frequent ones a list is read in its order.
    """

    template = "(array_to_tsvector(string_to_array(%(expressions)s::tsquery)"
    arg_joiner = ", ' ')) @@ "
    output_field = BooleanField()


def matching(text: str) -> Q:
    """Condition on Matter: all words of `text` occur. A text without any word (only punctuation) finds nothing."""
    words = query_words(text)
    if not words:
        return Q(pk__in=[])
    # The words consist of Han characters, letters and digits only, so they need no further quoting.
    if connection.vendor == "postgresql":
        query = " & ".join(f"'{word}'{':*' if prefix else ''}" for word, prefix in words)
        return Q(HasWords(F("search_text"), Value(query)))
    query = " AND ".join(f'"{word}"{"*" if prefix else ""}' for word, prefix in words)
    return Q(pk__in=RawSQL(_SQLITE, [query]))  # noqa: S611
