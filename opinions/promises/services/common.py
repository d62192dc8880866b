"""What all verbs of a promise share: the one door, the clock, and who is told."""

from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.codes import grouped
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import advance
from opinions.catalog.models import ClockKind
from opinions.clocks.services import keep_day, warn_day
from opinions.matters.models import Matter
from opinions.matters.services import hold_row, tell_body, tell_reporters
from opinions.promises.models import Promise
from opinions.promises.states import PROMISE, SETTLED, PromiseStatus

TEXT_MAX = 2000
FURTHEST = 366 * 5
"""Days from today to the furthest day that a promise may be moved to: promises live across years."""
WATCHERS = (Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.STREET_STAFF, Role.DISTRICT_STAFF)
"""Who of the committees hears of promises."""


class MeantEarlier(InvalidInput):
    """A day that a promise cannot be moved to."""

    message = _("请选一个今天以后、五年以内、和原来不同的日期。")


def hold(promise: Promise, *, allowed: bool) -> Matter:
    """The matter of the promise, its row held, so that all who write into its history take turns. Raises NotAllowed."""
    if not allowed:
        raise NotAllowed
    hold_row(promise.matter)
    return promise.matter


def checked_day(day: date, *, today: date, other_than: date | None) -> date:
    """A day to come. Raises MeantEarlier."""
    if day <= today or (day - today).days > FURTHEST or day == other_than:
        raise MeantEarlier(field="due_on")
    return day


def change(
    promise: Promise, verb: str, *, by: User | None, now: datetime, reason: str = "", target: str | None = None,
    actor: str = "", data: dict[str, Any] | None = None, **changes: Any,
) -> None:  # fmt: skip
    """One step: compare-and-set, an event in the promise's chain and one in the matter's history, the clock in step."""
    matter = promise.matter
    told = {"body": promise.organisation.name, "person": promise.person, "due": promise.due_on, **(data or {})}
    to = PROMISE[verb].target or target or promise.status
    if to != PromiseStatus.OPEN:
        changes = {"asked_on": None, "asked_reason": "", **changes}
    settled = now if to in SETTLED else None
    advance(
        promise, verb, workflow=PROMISE, by=by, now=now, chain=promise.chain, reason=reason, target=target,
        actor=actor, data=told, changes={"settled_at": settled, **changes},
    )  # fmt: skip
    fact = Fact(verb=verb, reason=reason, data={**told, "promise": promise.pk}, audience=Audience.INTERNAL)
    record(matter.chain, fact, by=by, now=now, actor=actor)
    arm(matter, promise.organisation, now=now)


def arm(matter: Matter, body: Organisation, *, now: datetime) -> None:
    """Let the body's one clock on this matter end with its earliest promise that is still open."""
    first = matter.promises.filter(organisation=body, status=PromiseStatus.OPEN).order_by("due_on")
    day = first.values_list("due_on", flat=True).first()
    keep_day(matter=matter, kind=ClockKind.PROMISE, organisation=body, day=day, now=now)


def new_day(promise: Promise, day: date, *, now: datetime) -> dict[str, Any]:
    """`changes` that give the promise another day."""
    today = local_today(now)
    warn = warn_day(matter=promise.matter, kind=ClockKind.PROMISE, due_on=day, today=today)
    return {"due_on": day, "warn_on": warn, "moves": promise.moves + 1, "asked_on": None, "asked_reason": ""}


def place(promise: Promise) -> str:
    """The page of the promise; notices lead there."""
    return f"/desk/supervision/promises/{promise.pk}/"


def tell_watchers(promise: Promise, verb: str, text: Any, *, now: datetime, more: object = "") -> None:
    """The street, and the district where the street itself promised, hear of it."""
    street, district = promise.matter.street, promise.matter.district
    to = district if promise.organisation_id == street.pk else street
    tell(promise, verb, text, now=now, to=to, roles=WATCHERS, more=more)


def tell(
    promise: Promise, verb: str, text: Any, *, now: datetime, to: Organisation, roles: Any = (), more: object = ""
) -> None:
    """A body hears of a promise: `text` is a template with `{what}` and `{body}`."""
    subject = format_lazy(text, what=promise.what[:60], body=promise.organisation.name)
    key = f"promise{promise.pk}.{promise.version}:{verb}"
    tell_body(
        promise.matter, key=key, subject=subject, now=now, organisation=to, roles=roles, body=more, link=place(promise)
    )


def tell_residents(promise: Promise, verb: str, text: Any, *, now: datetime, **facts: Any) -> None:
    """The residents behind the matter hear of a promise: `text` is a template with `{code}` and what `facts` give."""
    subject = format_lazy(text, code=grouped(promise.matter.code), **facts)
    tell_reporters(promise.matter, key=f"promise{promise.pk}.{promise.version}:{verb}", subject=subject, now=now)
