"""Rows and their children by one statement, where `prefetch_related` asks two."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Model, QuerySet

Row = TypeVar("Row", bound=Model)
_MARK = "joined_"


def joined(rows: QuerySet[Row], relation: str, *, to: str, order: Sequence[str]) -> list[Row]:
    """`rows` by key, each with the list `to` of those it has to `relation` (to many), in the order of their fields
    `order`.

    For rows with a handful of children each, since the answer repeats a row for every child.
    """
    return gathered(spread(rows, relation, order=order), rows.model, relation, to=to)


def spread(rows: QuerySet[Row], relation: str, *, order: Sequence[str]) -> QuerySet[Row]:
    """The statement of `joined`, for those who prepare it; its rows are for `gathered`."""
    _child, names = _child_of(rows.model, relation)
    said = {f"{_MARK}{name}": F(f"{relation}__{name}") for name in names}
    return rows.annotate(**said).order_by("pk", *(f"{relation}__{name}" for name in order))


def gathered(rows: Iterable[Row], model: type[Row], relation: str, *, to: str) -> list[Row]:
    """Each row of `model` once, with its children."""
    child, names = _child_of(model, relation)
    found: dict[Any, Row] = {}
    for row in rows:
        held = found.setdefault(row.pk, row)
        children = held.__dict__.setdefault(to, [])
        values = [getattr(row, f"{_MARK}{name}") for name in names]
        if getattr(row, f"{_MARK}{child._meta.pk.attname}") is not None:
            children.append(child.from_db(row._state.db or DEFAULT_DB_ALIAS, names, values))
    return list(found.values())


def _child_of(model: type[Model], relation: str) -> tuple[Any, list[str]]:
    """The model of the children, and its columns."""
    child: Any = model._meta.get_field(relation).related_model
    return child, [field.attname for field in child._meta.concrete_fields]
