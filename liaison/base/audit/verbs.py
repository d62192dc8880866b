"""Words for the verbs of the ledger, given by the capabilities that write them."""

from collections.abc import Mapping
from typing import Any

_words: dict[str, Any] = {}


def name_verbs(words: Mapping[str, Any]) -> None:
    """Give verbs their words on screen (lazy translations). Workflows do it for their own verbs."""
    _words.update(words)


def verb_words(verb: str) -> Any:
    """The verb in words; the verb itself where nobody named it."""
    return _words.get(verb, verb)
