"""对账: what a partner says it has, kept as its last word, to be held against what stands here."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.errors import InvalidInput
from liaison.base.imports import ImportReport, Table
from opinions.exchange.models import Partner, Statement
from opinions.exchange.services.ledger import received
from opinions.exchange.sheets import fingerprint, progress_called, statement_rows
from opinions.exchange.states import MessageKind, Outcome

MOST_ROWS = 50_000


@transaction.atomic
def keep_statement(
    *, partner: Partner, rows: Mapping[str, str], source: str, by: User | None, now: datetime, since: date | None = None
) -> Statement:
    """Keep what the partner says, in place of what it said before. Raises NotAllowed, InvalidInput."""
    if by is not None:
        check(by, Permission.EXCHANGE_WORK)
    if len(rows) > MOST_ROWS:
        raise InvalidInput(_("一次对账最多 50000 件，请按日期分几次。"), field="orders")
    said = {number: progress_called(status) for number, status in rows.items()}
    values = {"rows": said, "since": since, "source": source[:120], "by": by, "at": now}
    statement, _made = Statement.objects.update_or_create(partner=partner, defaults=values)
    received(
        partner, kind=MessageKind.STATEMENT, outcome=Outcome.TAKEN, body_hash=fingerprint(said), now=now,
        note=_("%(count)d 件") % {"count": len(said)},
    )  # fmt: skip
    return statement


def import_statement(
    table: Table, *, partner: Partner, by: User | None, now: datetime, since: date | None = None
) -> ImportReport:
    """Keep the statement of a table, or nothing when a row is bad. Raises NotAllowed, InvalidInput."""
    report = ImportReport()
    rows = statement_rows(table, report)
    report.created = len(rows)
    if report.ok:
        keep_statement(partner=partner, rows=rows, source=table.name, by=by, now=now, since=since)
    return report
