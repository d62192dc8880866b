"""Counting several capped querysets in one statement."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery


class CappedCount(Subquery):
    """`SELECT count(*)` over at most `most` rows of a queryset, as an expression."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, queryset: QuerySet[Any], most: int) -> None:
        super().__init__(queryset.order_by().values("pk")[: most + 1])


def count_all(querysets: Mapping[str, QuerySet[Any]], *, over: QuerySet[Any], most: int = 99) -> dict[str, str]:
    """How many rows each queryset has, as text ("12", "99+"), by one statement.

    `over` is a queryset of exactly one row to hang the counts on, e.g. the user's own.
    """
    if not querysets:
        return {}
    row = over.order_by().values_list(*(CappedCount(queryset, most) for queryset in querysets.values())).get()
    return {name: str(number) if number <= most else f"{most}+" for name, number in zip(querysets, row, strict=True)}
