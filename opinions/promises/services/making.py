"""Promises begin with a reply, and go along when a street is merged into another."""

from datetime import datetime
from typing import Any

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record, record_many, record_new
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services import warn_day
from opinions.matters.models import Matter
from opinions.promises.models import Promise
from opinions.promises.services.common import arm
from opinions.promises.states import HAND, RUNNING


def make_promises(*, reply: Any, body: Organisation, by: User, now: datetime) -> list[Promise]:
    """A promise of `body` for each point of the issued `reply` that ends on a day to come, in the caller's transaction.

    The class does not matter: a day told to the resident is a promise, in an answer of class A or D as well.
    """
    today, matter = local_today(now), reply.matter
    points = reply.points.filter(due_on__gt=today, done=False).order_by("order", "id")
    rows = [_promise(reply, point, body, today) for point in points]
    if not rows:
        return []
    made = Promise.objects.bulk_create(rows)
    facts = {row.chain: [Fact(verb="promise", target=row.status, data=_told(row))] for row in made}
    record_new(facts, by=by, now=now)
    told = [
        Fact(verb="promise", reason=row.what, data={**_told(row), "promise": row.pk}, audience=Audience.INTERNAL)
        for row in made
    ]
    record(matter.chain, *told, by=by, now=now)
    arm(matter, body, now=now)
    return made


def _promise(reply: Any, point: Any, body: Organisation, today: Any) -> Promise:
    warn = warn_day(matter=reply.matter, kind=ClockKind.PROMISE, due_on=point.due_on, today=today)
    return Promise(
        matter=reply.matter, organisation=body, reply=reply, point=point.order, problem=point.problem,
        what=point.measure, person=point.person, made_on=today, first_due_on=point.due_on, due_on=point.due_on,
        warn_on=warn,
    )  # fmt: skip


def _told(row: Promise) -> dict[str, Any]:
    return {"body": row.organisation.name, "person": row.person, "due": row.due_on}


def move_promises(*, body: Organisation, into: Organisation, by: User | None, now: datetime) -> int:
    """Give the successor of a merged body every promise without a result, of ended matters too, with its clocks.

    Both histories of each say so.
    """
    running = Promise.objects.filter(organisation=body, status__in=RUNNING)
    held = Matter.objects.select_for_update().filter(pk__in=running.values("matter")).order_by("pk").in_bulk()
    data = {"body": into.name, "from": body.name}
    facts: dict[str, list[Fact]] = {}
    for row in running.order_by("pk"):
        for chain in (row.chain, held[row.matter_id].chain):
            facts.setdefault(chain, []).append(Fact(verb=HAND, reason=row.what, data={**data, "promise": row.pk}))
    record_many(facts, by=by, now=now)
    clocks = Clock.objects.filter(kind=ClockKind.PROMISE, organisation=body, stopped_at__isnull=True)
    both = Clock.objects.filter(kind=ClockKind.PROMISE, organisation=into, stopped_at__isnull=True).values("matter")
    shared = list(Matter.objects.filter(pk__in=clocks.filter(matter__in=both).values("matter")))
    clocks.filter(matter__in=shared).update(stopped_at=now, outcome="street_merged")
    clocks.update(organisation=into)
    moved = running.update(organisation=into)
    for matter in shared:  # both streets had promised in the same matter
        arm(matter, into, now=now)
    return moved
