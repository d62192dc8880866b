"""Work orders from a table: read, checked row by row, then written all together or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.imports import ImportReport, Row, Table, is_formula
from opinions.exchange.models import Partner, WorkOrder
from opinions.exchange.services.doors import SwitchedOff
from opinions.exchange.services.ledger import entry, hold, kept, write
from opinions.exchange.services.receiving import note_update
from opinions.exchange.sheets import fingerprint
from opinions.exchange.states import CHANNELS, MessageKind, OrderState, Outcome, PartnerKind, Way
from opinions.intake.models import ImportFile
from opinions.intake.services.importing import ImportedMeanwhile
from opinions.intake.services.keeping import drop_table
from opinions.intake.services.outside import CELLS, Cells, import_rows, known_columns, matters_of, target_for

BATCH = 500
LABELS = {str(name): name.label for name in CELLS}
REQUIRED = ("source_number", "content")


@dataclass(kw_only=True)
class OrderReport(ImportReport):
    """What an import of orders did, or would do: `created` opinions, `updated` orders for staff to look at."""

    held: Counter[str] = field(default_factory=Counter)
    ignored: list[str] = field(default_factory=list)
    """Columns that nobody knows; they are left out."""

    @property
    def by_holder(self) -> list[tuple[str, int]]:
        """To whom the new ones go, the most first."""
        return self.held.most_common()


@dataclass
class _Read:
    """The rows of a table by what is to be done with them."""

    fresh: list[tuple[int, Cells]] = field(default_factory=list)
    changed: list[tuple[WorkOrder, Cells]] = field(default_factory=list)


def import_orders(
    table: Table, *, partner: Partner, by: User | None, now: datetime, dry_run: bool = False
) -> OrderReport:
    """Take in a table of work orders. A number that is known is passed over, or noted as changed.

    Raises NotAllowed, SwitchedOff, ImportedMeanwhile.
    """
    if by is not None:
        check(by, Permission.EXCHANGE_WORK)
    if not partner.active or not partner.gives:
        raise SwitchedOff
    report = OrderReport()
    rows = _cells(table, report)
    with transaction.atomic():
        read = _sorted(partner, rows, report)
        written = dry_run or not report.ok
        _take_in(partner, read.fresh, report, by=by, now=now, dry_run=written)
        if report.ok and not dry_run:
            _note_changed(read.changed, now)
    return report


def _cells(table: Table, report: OrderReport) -> list[tuple[int, dict[str, str]]]:
    """The rows as cells by field; bad ones are noted."""
    columns = known_columns(table.columns)
    report.ignored = [name for name in table.columns if name and name not in columns.values()]
    for name in REQUIRED:
        if name not in columns:
            report.refuse(1, str(LABELS[name]), _("缺少这一列。请下载模板，保留第一行表头。"))
    if not report.ok:
        return []
    if not table.rows:
        report.refuse(0, "", _("表里没有数据行。"))
    seen: dict[str, int] = {}
    rows = []
    for row in table.rows:
        cells = {name: row[column].strip() for name, column in columns.items() if row[column].strip()}
        if _is_sound(row, cells, columns, seen, report):
            seen[cells["source_number"]] = row.number
            rows.append((row.number, cells))
    return rows


def _is_sound(row: Row, cells: Cells, columns: Mapping[str, str], seen: Mapping[str, int], report: OrderReport) -> bool:
    """Whether a row can be taken as far as the table itself tells."""
    formula = next((name for name, text in cells.items() if _computes(name, text)), "")
    number = cells.get("source_number", "")
    if formula:
        report.refuse(row.number, columns[formula], _("单元格里是公式，请改成文字。"))
    elif not number:
        report.refuse(row.number, columns["source_number"], _("没有来源编号，无法防止重复登记。"))
    elif number in seen:
        told = _("来源编号与第 %(row)d 行相同。") % {"row": seen[number]}
        report.refuse(row.number, columns["source_number"], told)
    else:
        return True
    return False


def _computes(name: str, text: str) -> bool:
    """Whether a spreadsheet program would compute the cell. Free text may well begin with a dash or a plus sign."""
    return text.startswith(("=", "@")) if name in ("content", "title", "place", "phone") else is_formula(text)


def _sorted(partner: Partner, rows: Sequence[tuple[int, dict[str, str]]], report: OrderReport) -> _Read:
    """Which rows are new, which are known, which have changed."""
    read = _Read()
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        numbers = [cells["source_number"] for _number, cells in part]
        orders = WorkOrder.objects.filter(partner=partner, number__in=numbers)
        known = {order.number: order for order in orders}
        for number, cells in part:
            order = known.get(cells["source_number"])
            if order is None:
                read.fresh.append((number, cells))
            elif order.way == Way.OUT:
                report.refuse(number, str(LABELS["source_number"]), _("这个编号是本系统转给对方的工单。"))
            elif fingerprint(cells) in (order.held_hash, order.update_hash):
                report.unchanged += 1
            else:
                read.changed.append((order, cells))
                report.updated += 1
    return read


def _take_in(
    partner: Partner, rows: list[tuple[int, Cells]], report: OrderReport, *, by: User | None, now: datetime,
    dry_run: bool,
) -> None:  # fmt: skip
    target = target_for(partner.organisation, source=partner.code, channel=CHANNELS[PartnerKind(partner.kind)])
    told = import_rows(rows, target=target, by=by, now=now, dry_run=dry_run)
    report.created, report.held = told.created, told.held
    report.unchanged += told.unchanged
    report.errors += [replace(error, column=str(LABELS.get(error.column, error.column))) for error in told.errors]
    report.errors.sort(key=lambda error: error.row)
    if not dry_run and told.ok:
        _write_orders(partner, [cells for _number, cells in rows], now)


def _write_orders(partner: Partner, rows: Sequence[Cells], now: datetime) -> None:
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        matters = matters_of(partner.code, [cells["source_number"] for cells in part])
        orders = [
            WorkOrder(
                partner=partner, matter_id=matters[cells["source_number"]], way=Way.IN, state=OrderState.TAKEN,
                number=cells["source_number"], created_at=now,
                held=kept(cells, contact=False), held_hash=fingerprint(cells),
            )
            for cells in part
        ]  # fmt: skip
        WorkOrder.objects.bulk_create(orders)
        _write_lines(orders, Outcome.TAKEN, now)


def _write_lines(orders: Sequence[WorkOrder], outcome: Outcome, now: datetime) -> None:
    with_codes = WorkOrder.objects.filter(pk__in=[order.pk for order in orders])
    codes = dict(with_codes.values_list("pk", "matter__code"))
    write(
        entry(
            order.partner, way=Way.IN, kind=MessageKind.ORDER, outcome=outcome, number=order.number,
            body_hash=order.update_hash or order.held_hash, code=codes[order.pk], now=now,
        )
        for order in orders
    )  # fmt: skip


def _note_changed(rows: Sequence[tuple[WorkOrder, Cells]], now: datetime) -> None:
    held = []
    for order, cells in rows:
        one = hold(order)
        note_update(one, cells, now=now)
        held.append(one)
    _write_lines(held, Outcome.UPDATED, now)


@transaction.atomic
def import_kept(file: ImportFile, table: Table, *, partner: Partner, by: User, now: datetime) -> OrderReport:
    """Import an uploaded table and drop it, both or neither, so that a second press finds nothing to import.

    Raises what `import_orders` raises, and ImportedMeanwhile.
    """
    if ImportFile.objects.select_for_update().filter(pk=file.pk).first() is None:
        raise ImportedMeanwhile
    report = import_orders(table, partner=partner, by=by, now=now)
    if report.ok:
        drop_table(table=file)
    return report
