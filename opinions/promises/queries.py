"""Reading promises: the ledger, and what residents read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.workdays.arithmetic import Light, subtract_workdays
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import SettingName
from opinions.catalog.queries import setting
from opinions.matters.models import Matter, Reporter
from opinions.promises.models import Promise, PromiseQuerySet, PromiseWord
from opinions.promises.states import RUNNING, PromiseStatus

S = PromiseStatus
RELATED = ("organisation", "matter__street", "matter__district")
"""What a row of the ledger shows beside the promise."""


def lit(light: str, today: date) -> Q:
    """Condition on Promise: its light today, as `Promise.light_on` shows it."""
    overdue = Q(status=S.OPEN, due_on__lt=today)
    return {
        Light.RED: overdue | Q(status=S.NOT_KEPT),
        Light.YELLOW: Q(status=S.OPEN, warn_on__lte=today, due_on__gte=today),
        Light.GREEN: Q(status=S.OPEN, warn_on__gt=today),
    }[Light(light)]


TO_JUDGE = Q(status=S.REPORTED) | Q(status=S.OPEN, put_for=F("due_on")) | Q(status=S.OPEN, asked_on__isnull=False)
"""What waits for the supervising side: reported done, silent after its day, or asked to be moved."""


def piles(today: date) -> dict[str, Q]:
    """What the tabs of the ledger hold, each by its condition."""
    return {
        "open": Q(status__in=RUNNING),
        "overdue": Q(status=S.OPEN, due_on__lt=today),
        "soon": lit(Light.YELLOW, today),
        "judge": TO_JUDGE,
        "kept": Q(status=S.KEPT),
        "not_kept": Q(status=S.NOT_KEPT),
        "all": Q(),
    }


def narrowed(rows: PromiseQuerySet, chosen: Mapping[str, Any], today: date) -> PromiseQuerySet:
    """The promises that fit what was chosen in the filter."""
    plain = {"state": "status", "body": "organisation", "street": "matter__street", "made": "made_on__year"}
    for name, path in {**plain, "due": "due_on__year"}.items():
        if chosen.get(name):
            rows = rows.filter(**{path: chosen[name]})
    return rows.filter(lit(chosen["light"], today)) if chosen.get("light") else rows


def bodies_in(rows: PromiseQuerySet) -> list[Organisation]:
    """The bodies that have promised something among `rows`."""
    held = rows.filter(organisation=OuterRef("pk")).order_by()
    return list(Organisation.objects.filter(Exists(held)).order_by("name", "id"))


def promises_of(matter: Matter, today: date) -> list[Promise]:
    """All promises of a matter, of all its rounds, lit, with their bodies and moves; two statements."""
    rows = list(matter.promises.select_related("organisation").order_by("due_on", "id"))
    moved = {row.chain: row for row in rows if row.moves}
    for row in rows:
        row.moved, row.light = [], row.light_on(today)  # type: ignore[attr-defined]
    for event in Event.objects.filter(chain__in=moved, verb__in=("move_promise", "reopen_promise")).order_by("id"):
        moved[event.chain].moved.append(event)  # type: ignore[attr-defined]
    return rows


def history_of(promise: Promise) -> list[Event]:
    """What became of a promise, the newest first."""
    return list(Event.objects.filter(chain=promise.chain).order_by("-seq"))


def words_on(promise: Promise) -> list[PromiseWord]:
    """What residents said of it, the newest first, with their photos."""
    return list(promise.words.prefetch_related("photos__stored").order_by("-id"))


def silent_too_long(today: date) -> PromiseQuerySet:
    """Open, past the days of grace of its district, and put before nobody yet for this day."""
    overdue = Promise.objects.overdue(today).exclude(put_for=F("due_on"))
    districts = overdue.order_by().values_list("matter__district", flat=True).distinct()
    reach = Q(pk__in=[])
    for district in districts:
        days = setting(SettingName.PROMISE_GRACE, district)
        reach |= Q(matter__district=district, due_on__lt=subtract_workdays(current_calendar(), today, days))
    return overdue.filter(reach)


@dataclass(frozen=True)
class PublicPromise:
    """A promise as its residents read it: who, what, by which day. `may_say` while their word is wanted."""

    pk: int
    what: str
    body: str
    person: str
    due_on: date
    first_due_on: date
    status: PromiseStatus
    overdue: bool
    report: str
    may_say: bool
    said: PromiseWord | None = None
    photos: list[int] = field(default_factory=list)


def public_promises(matters: Iterable[Matter], reporter: Reporter, today: date) -> list[PublicPromise]:
    """The promises of the resident's matter and of the one in which it lies, by their days; two statements."""
    rows: Any = Promise.objects.filter(matter__in={one.pk for one in matters}).select_related("organisation")
    held = list(rows.order_by("due_on", "id"))
    said = {}
    if held:
        words = PromiseWord.objects.filter(promise__in=held, reporter=reporter)
        said = {(one.promise_id, one.due_on, one.report): one for one in words}
    return [_public(row, said.get((row.pk, row.due_on, row.reports)), today) for row in held]


def _public(row: Promise, said: PromiseWord | None, today: date) -> PublicPromise:
    return PublicPromise(
        pk=row.pk, what=row.what, body=row.organisation.name, person=row.person, due_on=row.due_on,
        first_due_on=row.first_due_on, status=PromiseStatus(row.status),
        overdue=row.status == S.OPEN and row.due_on < today, report=row.report_text if row.status != S.OPEN else "",
        may_say=row.awaits_word(today) and said is None, said=said,
    )  # fmt: skip
