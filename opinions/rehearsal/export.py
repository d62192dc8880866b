"""A rehearsal as a spreadsheet: the tables and the differences. Neither names nor numbers of residents."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from liaison.base.codes import grouped
from liaison.base.documents.xlsx import Sheet, workbook
from opinions.rehearsal.models import Difference, Rehearsal
from opinions.rehearsal.shown import Row, shown, tables

MOST_ROWS = 5_000
"""Differences in a spreadsheet; the page shows all."""


def file_name(rehearsal: Rehearsal) -> str:
    return f"rehearsal-{rehearsal.pk}.xlsx"


def book(rehearsal: Rehearsal, differences: QuerySet[Difference]) -> bytes:
    """The tables, then the first differences."""
    held = tables(rehearsal)
    about = [
        (_("按层级"), held.tiers), (_("要不要人工"), held.person), (_("按去向"), held.bodies),
        (_("按类别（须人工）"), held.categories), (_("按街道（须人工）"), held.streets), (_("按规则"), held.rules),
    ]  # fmt: skip
    columns = (_("表"), _("项目"), _("原来"), _("演练"), _("增减"))
    sums = Sheet(title=_("汇总"), columns=columns, rows=[_sums(name, one) for name, rows in about for one in rows])
    heads = (
        _("编号"), _("标题"), _("类别"), _("街道"), _("原来的层级"), _("原来交给"), _("原来的规则"), _("演练的层级"),
        _("演练交给"), _("演练的规则"),
    )  # fmt: skip
    return workbook(sums, Sheet(title=_("有变化的事项"), columns=heads, rows=_rows(rehearsal, differences)))


def _sums(name: str, row: Row) -> list[Any]:
    return [name, row.label, row.old, row.new, row.more]


def _rows(rehearsal: Rehearsal, differences: QuerySet[Difference]) -> Iterator[list[Any]]:
    for one in shown(rehearsal, list(differences[:MOST_ROWS])):
        matter = one.row.matter
        yield [
            grouped(matter.code), matter.title, matter.category.name if matter.category else "", matter.street.name,
            one.old.tier, one.old.whom, one.old.rule, one.new.tier, one.new.whom, one.new.rule,
        ]  # fmt: skip
