"""Counting several capped querysets in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection
from django.db.models import IntegerField, QuerySet, Subquery


class CappedCount(Subquery):
    """`SELECT count(*)` over at most `most` rows of a queryset, as an expression."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, queryset: QuerySet[Any], most: int) -> None:
        super().__init__(queryset.order_by().values("pk")[: most + 1])


@dataclass(frozen=True)
class Counting:
    """A statement that counts several querysets, worked out and ready to be asked again and again."""

    names: tuple[str, ...]
    most: int
    sql: str
    parameters: tuple[Any, ...]

    @classmethod
    def of(cls, querysets: Mapping[str, QuerySet[Any]], *, over: QuerySet[Any], most: int = 99) -> Self:
        """`over` is a queryset of exactly one row to hang the counts on, e.g. the user's own."""
        row = over.order_by().values_list(*(CappedCount(queryset, most) for queryset in querysets.values()))
        return cls(tuple(querysets), most, *row.query.sql_with_params())

    def ask(self) -> dict[str, str]:
        """How many rows each queryset has now, as text ("12", "99+")."""
        if not self.names:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.parameters)
            numbers = cursor.fetchone()
        found = ((name, number or 0) for name, number in zip(self.names, numbers, strict=True))
        return {name: str(number) if number <= self.most else f"{self.most}+" for name, number in found}


def count_all(querysets: Mapping[str, QuerySet[Any]], *, over: QuerySet[Any], most: int = 99) -> dict[str, str]:
    """The same for once."""
    return Counting.of(querysets, over=over, most=most).ask()
