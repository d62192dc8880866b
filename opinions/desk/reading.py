"""What the pages of the desk read, as statements that are worked out once (docs/adr/0008).

A row that is read here has no copy of its matter; the page has it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from deputies.accounts.models import User
from liaison.base.prepared import Prepared
from opinions.clocks.models import Clock
from opinions.desk.models import SavedFilter
from opinions.desk.reader import Reader
from opinions.handling.models import Assignment
from opinions.matters.models import Attachment, Line, Matter, Reporter
from opinions.matters.queries import files_of
from opinions.suggestion.queries import SUGGESTION

Row = TypeVar("Row", bound=Model)
RELATED = ("deputy", "holder_deputy", "opinion__assisted_by", SUGGESTION)
UNREAD = ("link_key", "client_hash")
"""What the page shows nobody of a reporter, and would have to decipher."""
LINES = 20
"""Lines of one part of the conversation."""


def _of_matter(build: Callable[[Any], QuerySet[Row]]) -> Prepared[Row]:
    return Prepared(build, matter=int)


ASSIGNMENTS = _of_matter(lambda matter: Assignment.objects.filter(matter=matter).select_related("return_reason"))
CLOCKS = _of_matter(lambda matter: Clock.objects.filter(matter=matter))
REPORTERS = _of_matter(lambda matter: Reporter.objects.filter(matter=matter).defer(*UNREAD))
FILES: Prepared[Attachment] = _of_matter(lambda matter: files_of(Matter(pk=matter)))
NEWEST_LINES = _of_matter(lambda matter: Line.objects.filter(matter=matter).order_by("-id")[: LINES + 1])

_SAVED = Prepared(lambda user: SavedFilter.objects.filter(user=user), user=int)


def saved_filters(user: User) -> list[SavedFilter]:
    """The filters that the user has kept."""
    return _SAVED.rows(user=user.pk)


def visible_matter(user: User, code: str) -> Matter:
    """The matter with this code and what its page shows of others, if it is in the user's scope. Raises Http404."""
    found = _in_scope(Reader.of(user)).rows(code=code)
    if not found:
        raise Http404
    return found[0]


@lru_cache(maxsize=64)
def _in_scope(reader: Reader) -> Prepared[Matter]:
    """The statement of all readers who are alike."""
    return Prepared(lambda code: Matter.objects.one_visible_to(reader.user, code).select_related(*RELATED), code=str)
