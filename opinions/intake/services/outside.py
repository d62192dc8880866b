"""Work orders of another system, put into the words of intake: the same columns and checks as an imported table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from deputies.accounts.models import User
from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import bodies, current, division_tree
from liaison.base.errors import InvalidInput
from liaison.base.files.models import StoredFile
from liaison.base.imports import Row, Table
from liaison.base.phrases import values_by_word
from liaison.base.privacy import blind_index, normalise_phone
from opinions.intake.columns import BadCell, Field, Target, entry_from, guess_mapping
from opinions.intake.models import Opinion
from opinions.intake.places import Setting, setting_for_body
from opinions.intake.privacy import NOTICE_VERSION
from opinions.intake.services.importing import OpinionReport, import_table
from opinions.intake.services.submission import Entry, Receipt, submit
from opinions.intake.throttle import DAY, Load
from opinions.matters.models import Reporter

CELLS = (
    Field.SOURCE_NUMBER, Field.CONTENT, Field.TITLE, Field.RAISED_ON, Field.PLACE, Field.DIVISION, Field.CATEGORY,
    Field.NAME, Field.PHONE,
)  # fmt: skip
"""What of an order is taken over. Channel and tags are the exchange's own to say."""
Cells = Mapping[str, str]
TERMS_VERSION = NOTICE_VERSION
"""The privacy notice that a system which speaks for residents shows to them, as it is worded now."""


class BadOrder(InvalidInput):
    """A value of an order that cannot be taken; `field` names it."""

    status_code = 422


def known_columns(columns: Iterable[str]) -> dict[str, str]:
    """Which column fills which field, by the headings that places and systems use, or by our own: {field: column}."""
    headings = list(columns)
    own = {str(called): column for column in headings if (called := values_by_word(Field).get(column.strip()))}
    guessed = {field: column for column, field in guess_mapping(headings).items()}
    return {str(name): column for name in CELLS if (column := guessed.get(name) or own.get(name, ""))}


def target_for(body: Organisation, *, source: str, channel: str) -> Target:
    """Where orders for a street or a district go that name no place, and that all must lie within it."""
    acting = current(bodies().get(body.pk) or body) or body
    if acting.kind == OrganisationKind.CONGRESS:
        place = division_tree().get(acting.division_id) or acting.division
        return Target(Setting(place, acting, acting), source, acting.pk, channel)
    return Target(setting_for_body(acting), source, acting.pk, channel)


def without_landline(cells: Cells) -> dict[str, str]:
    """The cells as they can be kept: hotlines write any number, but only a mobile one can be called or texted here."""
    try:
        phone = normalise_phone(cells.get(Field.PHONE, "")) if cells.get(Field.PHONE) else ""
    except ValidationError:
        phone = ""
    return {**cells, Field.PHONE: phone}


def check_order(cells: Cells, *, target: Target, now: datetime, number: int = 0) -> Entry:
    """The entry that an order's cells describe. Raises BadOrder with the field."""
    try:
        return entry_from(Row(number, without_landline(cells)), {name: name for name in CELLS}, target, now=now)
    except BadCell as problem:
        raise BadOrder(str(problem.reason), field=problem.field) from problem


def submit_order(
    cells: Cells, *, target: Target, key: UUID, now: datetime, photos: Sequence[StoredFile] = (), **more: Any
) -> Receipt:
    """Take in one order as an opinion; the same `key` gives the first receipt. `more` are fields of an entry that no
    cell fills. Raises BadOrder, DuplicateSource."""
    entry = check_order(cells, target=target, now=now)
    return submit(entry=replace(entry, key=key, **more), by=None, now=now, photos=photos)


def check_phone(cells: Cells, *, now: datetime) -> None:
    """A telephone number is written to so many times a day at most, whoever names it. Raises TooManyForPhone."""
    phone = without_landline(cells)[Field.PHONE]
    if phone:
        sent = Reporter.objects.filter(phone_index=blind_index(phone), created_at__gt=now - DAY)
        Load(of_phone=sent.count()).check()


def import_rows(
    rows: Sequence[tuple[int, Cells]], *, target: Target, by: User | None, now: datetime, dry_run: bool
) -> OpinionReport:
    """Take in the orders of a table, or none of them when one is bad. Raises ImportedMeanwhile."""
    held = [Row(number, without_landline(cells)) for number, cells in rows]
    mapping = {str(name): str(name) for name in CELLS}
    return import_table(Table(list(mapping), held), mapping=mapping, target=target, by=by, now=now, dry_run=dry_run)


def matters_of(source: str, numbers: Sequence[str]) -> dict[str, int]:
    """The matters that the orders of `source` have become, by their numbers."""
    rows = Opinion.objects.filter(source_system=source, source_number__in=numbers)
    return dict(rows.values_list("source_number", "matter_id"))
