"""Small pieces of language that all floors share."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Choices
from django.utils.translation import override, pgettext

_SINGLE = str.maketrans("“”", "‘’")


def listing(parts: Iterable[object]) -> str:
    """The parts of a list, joined as the reader's language joins them."""
    return pgettext("between the parts of a list", "、").join(str(part) for part in parts)


def aside(name: object, note: object) -> str:
    """A name with a note in brackets, e.g. "李某某（区人大代表）"."""
    return pgettext("a name with a note", "%(name)s（%(note)s）") % {"name": name, "note": note}


def quotable(text: object) -> str:
    """Text that will stand in quotation marks: its own become single ones (GB/T 15834, 4.8.3.3)."""
    return str(text).translate(_SINGLE)


@cache
def values_by_word(choices: type[Choices]) -> dict[str, Any]:
    """The values of `choices` by every name that they bear in a language of the program, and by themselves.

    For files that people bring: a file is written in one language and may be imported by a reader of another.
    """
    found = {str(value): value for value in choices.values}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(label): value for value, label in choices.choices}
    return found
