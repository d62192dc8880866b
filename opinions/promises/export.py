"""The ledger of promises as a spreadsheet."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from liaison.base.codes import grouped
from liaison.base.workdays.arithmetic import local_today
from opinions.promises.models import PromiseQuerySet

MOST_ROWS = 5_000
"""Rows of a spreadsheet made while the user waits."""
COLUMNS = (
    _("事项编号"), _("标题"), _("问题"), _("承诺"), _("承诺单位"), _("责任人"), _("承诺日"), _("最初期限"), _("期限"),
    _("改期次数"), _("灯色"), _("状态"), _("报告"), _("有结果的日期"), _("街道"),
)  # fmt: skip


def ledger_rows(rows: PromiseQuerySet, today: date) -> Iterator[list[Any]]:
    """One row a promise, in the order of COLUMNS; one more than MOST_ROWS where they go on."""
    for row in rows[: MOST_ROWS + 1]:
        light, matter = row.light_on(today), row.matter
        yield [
            grouped(matter.code), matter.title, row.problem, row.what, row.organisation.name, row.person, row.made_on,
            row.first_due_on, row.due_on, row.moves, str(light.label) if light else "",
            str(row.get_status_display()), row.report_text,
            local_today(row.settled_at) if row.settled_at else None, matter.street.name,
        ]  # fmt: skip
