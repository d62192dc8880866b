"""Reading the roster. Other capabilities import from here."""

from deputies.roster.queries.history import (
    history,
)
from deputies.roster.queries.lists import (
    LINKING_KINDS,
    LIST_RELATED,
    ORDER,
    TermRow,
    chat_groups,
    filtered,
    groups_near,
    groups_with_counts,
    keepable_bodies,
    listed,
    near,
    possible_accounts,
    possible_helpers,
    term_rows,
    terms_near,
)

__all__ = [
    "LINKING_KINDS",
    "LIST_RELATED",
    "ORDER",
    "TermRow",
    "chat_groups",
    "filtered",
    "groups_near",
    "groups_with_counts",
    "history",
    "keepable_bodies",
    "listed",
    "near",
    "possible_accounts",
    "possible_helpers",
    "term_rows",
    "terms_near",
]
