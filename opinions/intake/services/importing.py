"""Taking in many opinions from a table: read, checked row by row, then written in bulk or not at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.accounts.models import User
from liaison.base.audit.services import record_new
from liaison.base.errors import StaleState
from liaison.base.imports import ImportReport, Row, Table
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.stamps import reading
from opinions.clocks.models import Clock
from opinions.intake.columns import BadCell, Target, entry_from
from opinions.intake.models import Opinion
from opinions.intake.services.submission import CALLED, Rows, build_rows
from opinions.matters.models import RESIDENT, Matter, Reporter
from opinions.matters.services import staff_of
from opinions.routing.models import RoutingDecision
from opinions.routing.services import carry_out
from opinions.similar.services import index_soon
from opinions.suggestion.services import suggest_soon

BATCH = 500


class ImportedMeanwhile(StaleState):
    """Somebody has imported the same table, or rows with the same numbers, at the same time."""

    message = gettext_lazy("同样的表刚刚已经导入，这次没有写入。请在工作台核对，还有没导入的再上传一次。")


@dataclass(kw_only=True)
class OpinionReport(ImportReport):
    """What an import of opinions did, or would do. `unchanged` are rows whose number is known already."""

    skipped: int = 0
    held: Counter[str] = field(default_factory=Counter)
    """How many went to each body or deputy, by name."""
    unknown_categories: Counter[str] = field(default_factory=Counter)

    @property
    def by_holder(self) -> list[tuple[str, int]]:
        """Bodies and deputies with their numbers, the largest first (a template would ask the counter for a key)."""
        return self.held.most_common()

    @property
    def by_category(self) -> list[tuple[str, int]]:
        """Words for categories that are not known here, the most frequent first."""
        return self.unknown_categories.most_common()


def import_table(
    table: Table,
    *,
    mapping: Mapping[str, str],
    target: Target,
    by: User | None,
    now: datetime,
    dry_run: bool = False,
    skip_bad: bool = False,
    digest: bool = True,
) -> OpinionReport:
    """Import all rows, or none when one is bad (`skip_bad` leaves those out). Known source numbers are passed over.

    `mapping` says which field each column fills. With `digest` every body gets one notice for the whole import.
    Raises ImportedMeanwhile.
    """
    report = OpinionReport()
    with reading():
        entries = list(_entries(table, mapping, target, report, now))
        rows = [build_rows(entry, by=by, now=now) for entry in entries]
    report.created = len(rows)
    report.held.update(_holder(row) for row in rows)
    if report.errors and skip_bad:
        report.skipped = len({error.row for error in report.errors})
    if dry_run or (report.errors and not skip_bad):
        return report
    try:
        _write(rows, by=by, now=now, digest=digest, source=target.source_system)
    except IntegrityError as error:
        raise ImportedMeanwhile from error
    return report


def _entries(
    table: Table, mapping: Mapping[str, str], target: Target, report: OpinionReport, now: datetime
) -> Iterator[Any]:
    known, seen = _known_numbers(table, mapping, target), dict[str, int]()
    for row in table.rows:
        try:
            entry = entry_from(row, mapping, target, now=now)
            if entry.source_number in seen:
                first = seen[entry.source_number]
                raise BadCell("source_number", _("来源编号与第 %(row)d 行相同。") % {"row": first})
        except BadCell as problem:
            report.refuse(row.number, _column(problem.field, mapping), problem.reason)
            continue
        if entry.source_number:
            seen[entry.source_number] = row.number
        if entry.source_number in known:
            report.unchanged += 1
            continue
        _note_category(entry, row, mapping, report)
        yield entry


def _column(name: str, mapping: Mapping[str, str]) -> str:
    """The column that fills a field, by its heading."""
    return next((column for column, filled in mapping.items() if filled == name), "")


def _note_category(entry: Any, row: Row, mapping: Mapping[str, str], report: OpinionReport) -> None:
    said = row[_column("category", mapping)]
    if said and entry.category is None:
        report.unknown_categories[said] += 1


def _known_numbers(table: Table, mapping: Mapping[str, str], target: Target) -> set[str]:
    column = _column("source_number", mapping)
    numbers = [row[column] for row in table.rows if column and row[column]]
    known: set[str] = set()
    for start in range(0, len(numbers), BATCH):
        held = Opinion.objects.filter(
            source_system=target.source_system, source_number__in=numbers[start : start + BATCH]
        )
        known.update(held.values_list("source_number", flat=True))
    return known


def _holder(row: Rows) -> str:
    return str(row.plan.holder_deputy or row.plan.holder or "")


@transaction.atomic
def _write(rows: Sequence[Rows], *, by: User | None, now: datetime, digest: bool, source: str) -> None:
    """Write all rows by a few statements for every five hundred."""
    Matter.objects.bulk_create([row.matter for row in rows], batch_size=BATCH)
    for row in rows:
        row.bind()
        row.plan.decision.matter = row.matter
    Opinion.objects.bulk_create([row.opinion for row in rows], batch_size=BATCH)
    Reporter.objects.bulk_create([row.reporter for row in rows], batch_size=BATCH)
    Clock.objects.bulk_create([row.clock for row in rows if row.clock is not None], batch_size=BATCH)
    RoutingDecision.objects.bulk_create([row.plan.decision for row in rows], batch_size=BATCH)
    record_new({row.matter.chain: row.facts for row in rows}, by=by, actor="" if by else RESIDENT, now=now)
    for row in rows:
        carry_out(row.plan, matter=row.matter, now=now)
    for district_id in {row.matter.district_id for row in rows}:
        suggest_soon(district_id=district_id)
    index_soon()
    if digest:
        queue(_digests(rows, now), now=now)


def _digests(rows: Iterable[Rows], now: datetime) -> Iterator[Draft]:
    """One notice for each person at each body, whatever the number of rows."""
    bodies = {row.plan.holder.pk: row.plan.holder for row in rows if row.plan.holder}
    deputies = {row.plan.holder_deputy.pk: row.plan.holder_deputy for row in rows if row.plan.holder_deputy}
    counts = Counter((row.matter.holder_id, row.matter.holder_deputy_id) for row in rows)
    for key, body in bodies.items():
        yield from _digest(staff_of(organisation=body, roles=CALLED), counts[key, None], now)
    for key, deputy in deputies.items():
        yield from _digest(staff_of(deputy=deputy), counts[None, key], now)


def _digest(people: Iterable[User], count: int, now: datetime) -> Iterator[Draft]:
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("批量导入了 %(count)d 件民情民意，请接单。") % {"count": count}
    for person in people:
        yield Draft(
            key=f"import:{now.timestamp():.6f}:{person.pk}:{count}", channel=Channel.IN_APP, recipient=person,
            subject=subject, link="/desk/",
        )  # fmt: skip
