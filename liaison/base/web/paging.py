"""Keyset pagination: constant cost at any depth, for orders of several keys, mixed directions and empty values.

Empty values (NULL) stand last in either direction, on SQLite and PostgreSQL alike. The cursor is signed, so
that a visitor can neither read a hidden value into it nor break a query; a strange one shows the first page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.core.signing import BadSignature, Signer
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from liaison.base.prepared import Prepared

Row = TypeVar("Row", bound=Model)
RowsOf = Callable[[QuerySet[Row, Any]], QuerySet[Row, Any]]
"""Makes whole rows of the rows with some keys; a function that is always the same one."""
NOTHING = Q(pk__in=[])
MOST_COUNTED = 1000
"""How far the rows of a list are counted."""
CODECS: dict[str, Any] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "n": Decimal,
    "u": UUID,
}


@dataclass(frozen=True)
class Key:
    """One key of an order."""

    name: str
    descending: bool
    nullable: bool

    def order(self, *, backward: bool) -> OrderBy:
        """This key for ORDER BY; NULLS LAST is said only where NULL can occur, so that plain indexes serve."""
        descending = self.descending != backward
        nulls = {"nulls_first": True} if backward else {"nulls_last": True}
        return OrderBy(F(self.name), descending=descending, **(nulls if self.nullable else {}))

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any, *, backward: bool, inclusive: bool = False) -> Q:
        """Rows that come after `value` in this key (before it when `backward`)."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backward and not inclusive else NOTHING
        operator = ("lt" if self.descending != backward else "gt") + ("e" if inclusive else "")
        condition = Q(**{f"{self.name}__{operator}": value})
        if self.nullable and not backward:
            condition |= Q(**{f"{self.name}__isnull": True})
        return condition


@dataclass(frozen=True)
class Cursor:
    """A place in an order: the keys of a row, and whether the page lies before it."""

    values: tuple[Any, ...]
    backward: bool


class KeysetPage(Generic[Row]):
    """One page of `queryset` in `order` (names as for order_by, the last one unique, `id` or `pk`).

    `cursor` is the raw text of the query string. Nullable model fields are recognised; name nullable
    annotations in `nullable`. With `rows`, which makes the queryset of whole rows, the same statement finds the page by
    its keys first, for which an index may be enough, and reads whole rows of that page only. With `sections`, the
    conditions of rows that have a value of the first key and of those that have none, these are read one after the
    other until the page is full: each is a range of an index, and both together are none. Raises ValueError for an
    order that does not end in the primary key.
    """

    def __init__(
        self,
        queryset: QuerySet[Row, Any],
        *,
        order: Sequence[str],
        cursor: str | None = None,
        size: int = 30,
        nullable: Sequence[str] = (),
        rows: "RowsOf[Row] | None" = None,
        sections: tuple[Q, Q] | None = None,
    ) -> None:
        if order[-1].lstrip("-") not in {"id", "pk", queryset.model._meta.pk.name}:
            raise ValueError("A keyset order must end in the primary key.")
        self.queryset = queryset
        self.keys = [_key(queryset.model, name, nullable) for name in order]
        self.size, self._rows, self._sections = size, rows, sections
        self._signer = Signer(salt="keyset:" + ",".join(order))
        self._cursor = self._read_cursor(cursor)

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def items(self) -> list[Any]:
        """The rows of this page, in order."""
        return self._window[0]

    @property
    def follows(self) -> bool:
        """Whether the cursor leads on from a row: a strange one, or none, shows the first page."""
        return self._cursor is not None

    @property
    def next_cursor(self) -> str:
        """Text for the query string of the next page; empty on the last page."""
        return self._sign(self.items[-1], backward=False) if self._window[2] else ""

    @property
    def previous_cursor(self) -> str:
        """Text for the query string of the previous page; empty on the first page."""
        return self._sign(self.items[0], backward=True) if self._window[1] else ""

    @cached_property
    def _window(self) -> tuple[list[Any], bool, bool]:
        """Rows, whether there is a page before, whether there is one after."""
        if self._cursor is None:
            return self._first()
        rows, more = self._fetch(self._cursor)
        if self._cursor.backward:
            return (rows[::-1], True, True) if more else self._first()
        return (rows, True, more) if rows else self._first()

    def _first(self) -> tuple[list[Any], bool, bool]:
        rows, more = self._fetch(None)
        return rows, False, more

    def _fetch(self, cursor: Cursor | None) -> tuple[list[Any], bool]:
        found: list[Any] = []
        for reach in self._reaches(cursor):
            found += self._read(reach, self.size + 1 - len(found), backward=cursor is not None and cursor.backward)
            if len(found) > self.size:
                return found[: self.size], True
        return found, False

    def _read(self, reach: Q, most: int, *, backward: bool) -> list[Any]:
        """At most `most` rows of `reach`, the nearest first."""
        order = [key.order(backward=backward) for key in self.keys]
        page = self.queryset.filter(reach).order_by(*order)[:most]
        if self._rows is None:
            return list(page)
        return _whole(self.queryset.model, self._rows, tuple(self.keys), backward).rows(page=page.values("pk"))

    def _reaches(self, cursor: Cursor | None) -> list[Q]:
        """What lies beyond the cursor, or everything: by section, in the order in which it is read."""
        if self._sections is None:
            return [_beyond(self.keys, cursor.values, backward=cursor.backward) if cursor else Q()]
        valued, empty = self._sections
        if cursor is None:
            return [valued, empty]
        (first, *keys), (value, *values) = self.keys, cursor.values
        if value is None:
            here = empty & _beyond(keys, values, backward=cursor.backward)
            return [here, valued] if cursor.backward else [here]
        here = _beyond([replace(first, nullable=False), *keys], cursor.values, backward=cursor.backward)
        return [here] if cursor.backward else [here, empty]

    def _sign(self, row: Any, *, backward: bool) -> str:
        values = [_pack(_value(row, key.name)) for key in self.keys]
        return self._signer.sign_object([int(backward), values])

    def _read_cursor(self, text: str | None) -> Cursor | None:
        if not text:
            return None
        try:
            backward, values = self._signer.unsign_object(text)
            cursor = Cursor(tuple(map(_unpack, values)), bool(backward))
        except (BadSignature, ValueError, TypeError, ArithmeticError, KeyError):
            return None
        return cursor if len(cursor.values) == len(self.keys) else None


@lru_cache(maxsize=128)
def _whole(model: type[Row], rows: "RowsOf[Row]", keys: tuple[Key, ...], backward: bool) -> Prepared[Row]:  # noqa: FBT001
    """Whole rows of a page in its order; prepared, since they are the same for every filter."""
    order = [key.order(backward=backward) for key in keys]
    return Prepared(lambda page: rows(model._default_manager.filter(pk__in=page)).order_by(*order), page=QuerySet)


def _beyond(keys: Sequence[Key], values: Sequence[Any], *, backward: bool) -> Q:
    """The rows after a cursor, as an OR over the first key that differs; led by a bound on the first key."""
    pairs = list(zip(keys, values, strict=True))
    branches = []
    for index, (key, value) in enumerate(pairs):
        branch = key.beyond(value, backward=backward)
        for earlier, held in pairs[:index]:
            branch = earlier.same(held) & branch
        branches.append(branch)
    reach = reduce(or_, branches)
    first, value = pairs[0]
    return reach if value is None else first.beyond(value, backward=backward, inclusive=True) & reach


def _key(model: type[Model], name: str, nullable: Sequence[str]) -> Key:
    bare = name.lstrip("-")
    return Key(bare, name.startswith("-"), bare in nullable or _is_nullable(model, bare))


def _is_nullable(model: type[Model], path: str) -> bool:
    """Whether any step of a field path may be NULL; annotations are unknown here and count as never NULL."""
    nullable = False
    for part in path.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            return nullable
        nullable = nullable or bool(getattr(field, "null", False))
        model = getattr(field, "related_model", None) or model
    return nullable


def _value(row: Any, path: str) -> Any:
    if isinstance(row, Mapping):
        return row[path]
    return reduce(lambda held, part: getattr(held, part, None), path.split("__"), row)


def _pack(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, Decimal):
        return {"n": str(value)}
    return {"u": value.hex} if isinstance(value, UUID) else value


def _unpack(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return CODECS[kind](text)


@dataclass(frozen=True)
class CappedCount:
    """A count that stops at a cap; prints "1000+" beyond it."""

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.number}+" if self.capped else str(self.number)

    def __bool__(self) -> bool:
        return self.number > 0


def capped_count(queryset: QuerySet[Any, Any], cap: int = MOST_COUNTED) -> CappedCount:
    """How many rows `queryset` has, counting no further than `cap`; one statement of bounded cost."""
    found = queryset.order_by()[: cap + 1].count()
    return CappedCount(min(found, cap), found > cap)


def capped_keys(queryset: QuerySet[Any, Any], cap: int = MOST_COUNTED) -> tuple[CappedCount, list[Any] | None]:
    """The same count, with the keys of all rows where there are no more than `cap`; one statement as well."""
    keys = list(queryset.order_by().values_list("pk", flat=True)[: cap + 1])
    capped = len(keys) > cap
    return CappedCount(min(len(keys), cap), capped), None if capped else keys
