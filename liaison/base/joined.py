"""Rows and their children by one statement, where `prefetch_related` asks two."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet

Row = TypeVar("Row", bound=Model)
_MARK = "joined_"


def joined(rows: QuerySet[Row], relation: str, *, to: str, order: Sequence[str]) -> list[Row]:
    """`rows` by key, each with the list `to` of those it has to `relation` (to many), in the order of their fields
    `order`.

    For rows with a handful of children each, since the answer repeats a row for every child.
    """
    child: Any = rows.model._meta.get_field(relation).related_model
    names = [field.attname for field in child._meta.concrete_fields]
    said = {f"{_MARK}{name}": F(f"{relation}__{name}") for name in names}
    found: dict[Any, Row] = {}
    for row in rows.annotate(**said).order_by("pk", *(f"{relation}__{name}" for name in order)):
        held = found.setdefault(row.pk, row)
        children = held.__dict__.setdefault(to, [])
        values = [getattr(row, f"{_MARK}{name}") for name in names]
        if getattr(row, f"{_MARK}{child._meta.pk.attname}") is not None:
            children.append(child.from_db(rows.db, names, values))
    return list(found.values())
