"""Workflow as data: transitions are rows, and `advance` is the one door through which a status changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F

from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record, record_many
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.updates import update_each


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One verb of a workflow.

    `sources` empty means that the record is made by this verb. `target` None keeps or computes the
    status (then the caller names it). `public` says whether residents may read the event.
    """

    verb: str
    label: Any
    sources: tuple[str, ...]
    target: str | None
    permission: str
    needs_reason: bool = False
    public: bool = False


class WrongState(DomainError):
    """The verb does not lead on from where the record stands."""


class Workflow:
    """The transitions of one kind of record."""

    def __init__(self, transitions: Iterable[Transition]) -> None:
        self.rows = tuple(transitions)
        self._by_verb: Mapping[str, Transition] = {row.verb: row for row in self.rows}
        name_verbs({row.verb: row.label for row in self.rows})

    def __getitem__(self, verb: str) -> Transition:
        return self._by_verb[verb]

    def __contains__(self, verb: str) -> bool:
        return verb in self._by_verb

    def verbs_from(self, status: str) -> list[Transition]:
        """The verbs that lead on from `status`, in the order of the table."""
        return [row for row in self.rows if status in row.sources]


def advance(
    record_: models.Model,
    verb: str,
    *,
    workflow: Workflow,
    by: Any,
    now: datetime,
    chain: str,
    reason: str = "",
    target: str | None = None,
    actor: str = "",
    data: dict[str, Any] | None = None,
    audience: str | None = None,
    changes: Mapping[str, Any] | None = None,
    also: Iterable[Fact] = (),
) -> None:
    """Carry out `verb`: a compare-and-set on (status, version), then the event, in the caller's transaction.

    Raises WrongState when the verb does not apply, InvalidInput when a reason is missing, StaleState when
    somebody else has moved the record since it was read.
    """
    row = workflow[verb]
    status: str = record_.status  # type: ignore[attr-defined]
    if status not in row.sources:
        raise WrongState
    if row.needs_reason and not str(reason).strip():
        raise InvalidInput(field="reason")
    to = row.target if row.target is not None else (target or status)
    values = {"status": to, "version": F("version") + 1, **(changes or {})}
    version: int = record_.version  # type: ignore[attr-defined]
    manager = type(record_)._default_manager
    if not manager.filter(pk=record_.pk, status=status, version=version).update(**values):
        raise StaleState
    for name, value in {**(changes or {}), "status": to, "version": version + 1}.items():
        setattr(record_, name, value)
    seen = audience or (Audience.PUBLIC if row.public else Audience.INTERNAL)
    fact = Fact(verb=verb, source=status, target=to, reason=reason, data=data or {}, audience=seen)
    record(chain, fact, *also, by=by, now=now, actor=actor)


def advance_many(
    records: Sequence[Any],
    verb: str,
    *,
    workflow: Workflow,
    by: Any,
    now: datetime,
    chain: Callable[[Any], str],
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Carry out a `verb` that has one target for many records, as `advance` does for one: all of them or none.

    Three statements, however many there are. The caller holds the rows. Raises WrongState when the verb does not apply
    to one of them, StaleState when somebody else has moved one since it was read.
    """
    row = workflow[verb]
    if not records or any(one.status not in row.sources for one in records):
        raise WrongState
    before = {one.pk: one.status for one in records}
    values = {**(changes or {}), "status": row.target}
    manager = type(records[0])._default_manager
    held = manager.filter(pk__in=list(before), status__in=set(before.values()))
    if held.update(**values, version=F("version") + 1) != len(before):
        raise StaleState
    for one in records:
        one.version += 1
        for name, value in values.items():
            setattr(one, name, value)
    _record_step(records, row, before, by=by, now=now, chain=chain)


def advance_each(
    records: Sequence[Any],
    verb: str,
    *,
    workflow: Workflow,
    by: Any,
    now: datetime,
    chain: Callable[[Any], str],
    changes: Mapping[int, Mapping[str, Any]],
) -> None:
    """Carry out a `verb` that leads each of many records elsewhere: all of them or none.

    `changes` give, by key, the new status and what else changes, the same columns for each. Three statements, however
    many there are. The caller has read and held the rows by one statement. Raises WrongState when the verb does not
    apply to one of them.
    """
    row = workflow[verb]
    if not records or any(one.status not in row.sources for one in records):
        raise WrongState
    before = {one.pk: one.status for one in records}
    names = tuple(changes[records[0].pk])
    for one in records:
        one.version += 1
        for name in names:
            setattr(one, name, changes[one.pk][name])
    values = [(one.pk, one.version, *(getattr(one, name) for name in names)) for one in records]
    update_each(type(records[0]), ("version", *names), values)
    _record_step(records, row, before, by=by, now=now, chain=chain)


def _record_step(
    records: Iterable[Any],
    row: Transition,
    before: Mapping[int, str],
    *,
    by: Any,
    now: datetime,
    chain: Callable[[Any], str],
) -> None:
    """A line in each chain; the records have moved on."""
    audience = Audience.PUBLIC if row.public else Audience.INTERNAL
    facts = {
        chain(one): [Fact(verb=row.verb, source=before[one.pk], target=one.status, audience=audience)]
        for one in records
    }
    record_many(facts, by=by, now=now)
