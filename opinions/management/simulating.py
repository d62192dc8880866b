"""`route simulate`: a rehearsal from the command line, printed as tables and kept for the desk."""

import time
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from deputies.organisations.models import Organisation, OrganisationKind
from liaison.base.errors import DomainError
from liaison.base.stamps import reading
from liaison.base.workdays.arithmetic import local_today
from opinions.rehearsal.models import Against, Rehearsal
from opinions.rehearsal.services import Request, begin, perform
from opinions.rehearsal.shown import Row, tables
from opinions.routing.models import RuleSet

YEAR = timedelta(days=365)


def add_simulation(parser: ArgumentParser) -> None:
    """The arguments of `route simulate`."""
    parser.add_argument("--district", required=True, help="code of the district's standing committee")
    parser.add_argument("--version", dest="number", type=int, required=True, help="version of the rules to replay")
    parser.add_argument("--street", help="code of a street committee: the version is one of its own rules")
    parser.add_argument("--from", dest="since", type=_day, help="first day, e.g. 2026-01-01; a year ago by default")
    parser.add_argument("--to", dest="until", type=_day, help="last day; today by default")
    side = parser.add_mutually_exclusive_group()
    side.add_argument("--against", type=int, help="version to compare with; that in force by default")
    side.add_argument("--happened", action="store_true", help="compare with what really happened")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"日期“{text}”要写成 2026-01-31 这样。") from error


def simulate(out: OutputWrapper, options: Mapping[str, Any]) -> None:
    """Rehearse while the user waits; the result stands at the desk as well."""
    mine = _version(options, options["number"])
    today, began = local_today(timezone.now()), time.monotonic()
    against, other = Against.IN_FORCE, None
    if options["against"] is not None:
        against, other = Against.VERSION, _version(options, options["against"])
    if options["happened"]:
        against = Against.HAPPENED
    since, until = options["since"] or today - YEAR, options["until"] or today
    request = Request(rule_set=mine, since=since, until=until, against=against, other=other)
    try:
        made = perform(rehearsal=begin(request=request, by=None, now=timezone.now()), progress=_silent)
    except DomainError as error:
        raise CommandError(str(error.message)) from error
    with reading():
        _print(out, made, time.monotonic() - began)


def _silent(done: int, total: int) -> None:
    """Nobody watches; the row keeps how far it is."""


def _version(options: Mapping[str, Any], number: int) -> RuleSet:
    district = Organisation.objects.filter(code=options["district"], kind=OrganisationKind.CONGRESS).first()
    if district is None:
        raise CommandError(f"没有编码为 {options['district']} 的区人大常委会。")
    street = None
    if options["street"]:
        street = Organisation.objects.filter(code=options["street"], kind=OrganisationKind.STREET_COMMITTEE).first()
        if street is None:
            raise CommandError(f"没有编码为 {options['street']} 的街道人大工委。")
    found = RuleSet.objects.filter(district=district, street=street, version=number).first()
    if found is None:
        raise CommandError(f"{street or district} 没有版本 {number} 的规则。")
    return found


def _print(out: OutputWrapper, made: Rehearsal, seconds: float) -> None:
    held, told = made.summary, tables(made)
    out.write(f"{made.since} – {made.until} · {made.get_against_display()} · {seconds:.1f} s")
    out.write(f"{held['total']} 件，其中 {held['changed']} 件会不同；{held['unrecorded']} 件没有分派记录")
    for title, rows in (("按层级", told.tiers), ("要不要人工", told.person), ("按去向", told.bodies)):
        _rows(out, title, rows)
    for title, rows in (("按类别（须人工）", told.categories), ("按街道（须人工）", told.streets)):
        _rows(out, title, rows)
    out.write(f"\n/desk/routing/rehearsals/{made.pk}/")


def _rows(out: OutputWrapper, title: str, rows: list[Row]) -> None:
    out.write(f"\n{title}")
    for row in rows:
        changed = "" if row.changed is None else f"  （共 {row.total}，会不同 {row.changed}）"
        out.write(f"  {row.old:>8} → {row.new:>8}  {row.signed:>7}  {row.label}{changed}")
