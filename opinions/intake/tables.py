"""An uploaded table on the page that says what its columns mean and shows what an import would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deputies.accounts.models import User
from liaison.base.errors import DomainError
from liaison.base.imports import Table, read_table
from opinions.catalog.models import SourceChannel
from opinions.intake.assisting import import_target
from opinions.intake.columns import Field, Target, guess_mapping
from opinions.intake.models import ImportFile
from opinions.intake.services.importing import ImportedMeanwhile, OpinionReport, import_table
from opinions.intake.services.keeping import drop_table

SAMPLES = 3
MOST_ROWS = 5_000
"""Rows that a page imports while the officer waits; more go by the command."""


@dataclass(frozen=True)
class Column:
    """One column on the page: its heading, what it means, a few of its cells."""

    number: int
    heading: str
    meaning: str
    samples: list[str]

    @property
    def name(self) -> str:
        """Name of its select."""
        return f"column_{self.number}"


@dataclass
class Sheet:
    """The table with the choices made on the page."""

    MOST_SHOWN = 100
    file: ImportFile
    table: Table
    mapping: dict[str, str]
    source: str
    channel: str
    skip_bad: bool
    now: datetime
    problem: str = ""
    fields: list[tuple[str, Any]] = field(default_factory=lambda: list(Field.choices))
    channels: list[tuple[str, Any]] = field(default_factory=lambda: list(SourceChannel.choices))

    @classmethod
    def open(cls, file: ImportFile, chosen: Mapping[str, str], *, now: datetime) -> "Sheet | None":
        """The sheet with the mapping chosen on the page, or guessed; None when the file is gone."""
        try:
            with file.stored.file.open("rb") as held:
                table = read_table(held.read(), name=file.stored.name)
        except (OSError, DomainError):
            return None
        channel = chosen.get("channel", "")
        return cls(
            file=file,
            table=table,
            mapping=_chosen(table, chosen),
            source=(chosen.get("source") or file.stored.name.rsplit(".", 1)[0])[:40].strip(),
            channel=channel if channel in SourceChannel.values else SourceChannel.IMPORT,
            skip_bad=bool(chosen.get("skip_bad")),
            now=now,
        )

    @property
    def columns(self) -> list[Column]:
        """The columns in order, each with a few of its filled cells."""
        return [
            Column(number, heading, self.mapping.get(heading, ""), self._samples(heading))
            for number, heading in enumerate(self.table.columns)
            if heading
        ]

    def _samples(self, heading: str) -> list[str]:
        filled = (row[heading] for row in self.table.rows if row[heading])
        return [text[:40] for text, _n in zip(filled, range(SAMPLES), strict=False)]

    def run(self, *, by: User, dry_run: bool) -> OpinionReport:
        """Try the import, or carry it out. What stands in the way is said in `problem`."""
        if Field.CONTENT not in self.mapping.values():
            self.problem = _("请指明哪一列是“内容”。")
        elif len(self.table.rows) > MOST_ROWS:
            self.problem = _("超过 5000 行，请管理员用 import_opinions 命令导入，或分成几个文件。")
        if self.problem:
            return OpinionReport()
        setting, within = import_target(by)
        target = Target(setting, self.source, within, self.channel)
        return import_table(
            self.table,
            mapping=self.mapping,
            target=target,
            by=by,
            now=self.now,
            dry_run=dry_run,
            skip_bad=self.skip_bad,
        )


@transaction.atomic
def take_over(sheet: Sheet, *, by: User) -> OpinionReport | None:
    """Import the sheet and drop its file, both or neither, so that a second press finds nothing to import.

    None when something stands in the way, which `sheet.run` shows. Raises ImportedMeanwhile.
    """
    if ImportFile.objects.select_for_update().filter(pk=sheet.file.pk).first() is None:
        raise ImportedMeanwhile
    report = sheet.run(by=by, dry_run=False)
    if sheet.problem or not (report.ok or sheet.skip_bad):
        return None
    drop_table(table=sheet.file)
    return report


def _chosen(table: Table, chosen: Mapping[str, str]) -> dict[str, str]:
    names = {f"column_{number}": heading for number, heading in enumerate(table.columns) if heading}
    if not any(name in chosen for name in names):
        return guess_mapping(table.columns)
    mapping: dict[str, str] = {}
    for name, heading in names.items():
        meaning = chosen.get(name, "")
        if meaning in Field.values and meaning not in mapping.values():
            mapping[heading] = meaning
    return mapping
