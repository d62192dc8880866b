"""Reading labelled messages from a table to measure search and grouping by them."""

from django.utils.translation import gettext as _

from liaison.base.errors import InvalidInput
from liaison.base.imports import Table
from liaison.base.phrases import listing
from opinions.similar.corpus import Message
from opinions.similar.measures import Figures, evaluated

MOST_NAMED = 5


class NotMeasurable(InvalidInput):
    """The table does not say which messages belong together."""


def measured(table: Table) -> Figures:
    """Figures over a table with the columns group, title and text; rows without a group stand alone.

    Raises NotMeasurable.
    """
    heads = {name.strip().lower(): name for name in table.columns}
    missing = [name for name in ("group", "text") if name not in heads]
    if missing:
        told = {"missing": listing(missing), "found": listing([name for name in table.columns if name][:MOST_NAMED])}
        raise NotMeasurable(_("缺少列：%(missing)s。表头应为 group、title、text，现在是：%(found)s。") % told)
    title = heads.get("title", "")
    rows = [(row, row[heads["group"]].strip()) for row in table.rows]
    rows = [(row, group) for row, group in rows if row[heads["text"]] or row[title]]
    if len(rows) < 2:
        raise NotMeasurable(_("至少要有两条带文字的记录，才能比较相似。"))
    messages = [Message(row[title], row[heads["text"]]) for row, _group in rows]
    return evaluated(messages, [group or f"row {row.number}" for row, group in rows])
