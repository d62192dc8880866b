"""Planning an import: every good row becomes a step, every bad cell is told; the plan alone is the dry run."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import InvalidInput
from liaison.base.imports import ImportReport, Row

T = TypeVar("T")


class BadCell(Exception):
    """Why a cell cannot be taken, in the user's words."""

    def __init__(self, column: str, reason: Any) -> None:
        self.column = column
        self.reason = reason
        super().__init__(column, str(reason))


class BadRow(Exception):
    """All the cells of a row that cannot be taken."""

    def __init__(self, *cells: BadCell) -> None:
        self.cells = cells
        super().__init__(*cells)


class PlannedStep(Protocol):
    """What one good row will do: `create`, `unchanged`, or another verb for a change of what is known."""

    @property
    def verb(self) -> str: ...


S = TypeVar("S", bound=PlannedStep)


@dataclass(kw_only=True)
class ImportPlan(Generic[S]):
    """What an import would do: its steps, and the report with every bad row."""

    steps: list[S] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)

    @property
    def acting(self) -> list[S]:
        """The steps that change something."""
        return [step for step in self.steps if step.verb != "unchanged"]

    def take(self, step: S) -> None:
        """Add a good row."""
        self.steps.append(step)
        counter = {"create": "created", "unchanged": "unchanged"}.get(step.verb, "updated")
        setattr(self.report, counter, getattr(self.report, counter) + 1)

    @contextmanager
    def noting(self, row: Row) -> Iterator[None]:
        """What is bad about the row goes into the report."""
        try:
            yield
        except BadCell as error:
            self.report.refuse(row.number, error.column, error.reason)
        except BadRow as error:
            for cell in error.cells:
                self.report.refuse(row.number, cell.column, cell.reason)

    def check(self) -> None:
        """Raise InvalidInput when a row is bad: an import is all or nothing."""
        if not self.report.ok:
            raise InvalidInput(_("表中还有错误，没有导入任何一行。"))


def text_cell(row: Row, column: str, kept_in: Any, *, required: bool) -> str:
    """The text for a field (`Model.field.field`) of limited length. Raises BadCell."""
    held: models.CharField = kept_in.field
    text, most = row[column], held.max_length or 0
    if required and not text:
        raise BadCell(column, _("这一格必须填写。"))
    if "\x00" in text or len(text) > most:
        raise BadCell(column, _("太长了，最多 %(most)d 个字。") % {"most": most})
    return text


def one_called(
    text: str, column: str, rows: Iterable[T], names: Callable[[T], tuple[str, ...]], *, missing: Any
) -> T | None:
    """The one row that is called `text`; None for a blank cell. Raises BadCell, with `missing` where there is none."""
    if not text:
        return None
    found = [row for row in rows if text in names(row)]
    if len(found) == 1:
        return found[0]
    raise BadCell(column, (_("“%(text)s”不止一个，请填代码。") if found else missing) % {"text": text[:40]})
