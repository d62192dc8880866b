"""The ladder beside a slow and simple one: invented days off, rungs, bodies and events, swept at any hour.

What fired, for whom it passed to the rung above, who was told and when must be the same, to the row.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from deputies.accounts.models import User
from liaison.base.notices.models import Notice
from liaison.base.stamps import forget_all
from liaison.base.workdays.arithmetic import SHANGHAI
from liaison.base.workdays.official_list import OfficialList
from liaison.base.workdays.services import save_list
from opinions.clocks import services as clocks
from opinions.clocks.models import Clock
from opinions.matters.models import Matter
from supervision.escalation.models import Alert, Digest, Firing, Rung
from supervision.escalation.services import fire_due, own_ladder, save_rung, tell_due
from tests.factories.ladder import LadderWorld, ladder_world
from tests.factories.matters import NOW, open_matter

pytestmark = pytest.mark.django_db
START, DAY = NOW.date(), timedelta(1)
HANDLERS = ("bound", "holder")
Key = tuple[int, date, int]
"""Clock, due date, rung by which firings are told apart."""
Waiting = tuple[int, Key, int]
"""Who is to hear of it, of what, and by which rung."""


@dataclass
class Plain:
    """A ladder that reads everything anew at every sweep, row by row."""

    off: set[date]
    made_up: set[date]
    fired: dict[Key, int | None] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def works(self, day: date) -> bool:
        return day in self.made_up or (day not in self.off and day.isoweekday() <= 5)

    def later(self, day: date, count: int) -> date:
        while count:
            day += DAY
            count -= self.works(day)
        return day

    def sweep(self, now: datetime) -> None:
        for clock in Clock.objects.select_related("matter__deputy", "matter__holder_deputy").order_by("pk"):
            if clock.stopped_at is None and clock.paused_on is None and clock.kind != "rate":
                self.fire(clock, now.astimezone(SHANGHAI).date())
        pending, self.waiting = [(one, False) for one in self.waiting], []
        while pending:
            one, handed_on = pending.pop(0)
            if not self.tell(one, now, handed_on=handed_on):
                heirs = [] if handed_on else self.heirs(one, [row for row, _handed_on in pending])
                pending += [(heir, True) for heir in heirs]

    def fire(self, clock: Clock, today: date) -> None:
        rungs = in_force(clock.matter)
        for rung in rungs:
            if rung.trigger in ("low", "poor") or (rung.kinds and clock.kind not in rung.kinds):
                continue
            begin = clock.warn_on if rung.trigger == "yellow" else clock.due_on + DAY
            key = (clock.pk, clock.due_on, rung.root_id)
            if key not in self.fired and self.later(begin, rung.after) <= today:
                by, people = called(rung, rungs, clock)
                self.fired[key] = by.root_id if by and by != rung else None
                self.waiting += [(person, key, by.pk) for person in people if by]

    def tell(self, one: Waiting, now: datetime, *, handed_on: bool) -> bool:
        """Tell it, keep it waiting, or drop what holds no longer; False where nobody would hear of it."""
        person, key, by = one
        clock, rung, local = Clock.objects.get(pk=key[0]), Rung.objects.get(pk=by), now.astimezone(SHANGHAI)
        rung = Rung.objects.filter(organisation=clock.matter.street, copied_from=rung.root_id).first() or rung
        open_now = (rung.any_day or self.works(local.date())) and rung.begin <= local.hour < rung.end
        if not open_now:
            self.waiting.append(one)
        elif not (clock.stopped_at or clock.due_on != key[1]):
            if not handed_on and not (rung.active and User.objects.get(pk=person).is_active):
                return False
            if clock.paused_on is None:
                self.told.append((person, *key, now))
            else:
                self.waiting.append(one)
        return True

    def heirs(self, one: Waiting, pending: list[Waiting]) -> list[Waiting]:
        """Who hears of it in the place of somebody who left, or of a rung out of use."""
        person, key, _by = one
        clock = Clock.objects.select_related("matter__deputy", "matter__holder_deputy").get(pk=key[0])
        rungs = in_force(clock.matter)
        own = next((rung for rung in rungs if rung.root_id == key[2]), None)
        by, people = called(own, rungs, clock) if own else (None, [])
        if by and people:
            self.fired[key] = by.root_id if by != own else None
        known = {row[0] for row in self.told if row[1:4] == key}
        known |= {row[0] for row in (*self.waiting, *pending) if row[1] == key}
        return [(heir, key, by.pk) for heir in people if by and (heir == person or heir not in known)]


def in_force(matter: Matter) -> list[Rung]:
    active = Rung.objects.filter(active=True).prefetch_related("people").order_by("pk")
    own = list(active.filter(organisation=matter.street_id))
    district = list(active.filter(organisation=matter.district_id))
    return [*own, *(one for one in district if not own or one.audience not in (*HANDLERS, "street"))]


def called(rung: Rung, rungs: Iterable[Rung], clock: Clock) -> tuple[Rung | None, list[int]]:
    """The rung that speaks and whom it tells: its own people, or the next one's up whose people are not concerned."""
    if rung.audience in HANDLERS:
        return rung, at(rung, clock)
    higher = sorted((one for one in rungs if one.audience not in HANDLERS and height(one) >= height(rung)), key=height)
    for one in higher:
        if people := [person for person in at(one, clock) if not concerned(person, clock)]:
            return one, people
    return None, []


def height(rung: Rung) -> tuple[bool, int, int]:
    return rung.trigger in ("red", "poor"), rung.after, rung.pk


def at(rung: Rung, clock: Clock) -> list[int]:
    matter, active = clock.matter, User.objects.filter(is_active=True).exclude(role="system_admin")
    bodies = {"street": matter.street_id, "district": matter.district_id, "bound": clock.organisation_id,
              "holder": matter.holder_id}  # fmt: skip
    if rung.audience == "named":
        return list(active.filter(pk__in=rung.people.values("pk")).values_list("pk", flat=True))
    if body := bodies[rung.audience]:
        there = active.filter(organisation=body)
        there = there.filter(role__in=rung.roles) if rung.roles else there.exclude(role="deputy")
        return list(there.values_list("pk", flat=True))
    deputy = matter.holder_deputy or (matter.deputy if rung.audience == "bound" else None)
    return list(active.filter(pk__in=[deputy.user_id, deputy.helper_id]).values_list("pk", flat=True)) if deputy else []


def concerned(person: int, clock: Clock) -> bool:
    if clock.organisation_id:
        return User.objects.get(pk=person).organisation_id == clock.organisation_id
    deputy = clock.matter.holder_deputy or clock.matter.deputy
    return deputy is not None and person == deputy.user_id


@dataclass
class Scene:
    """What happens to a few matters of two streets, one of them without a chair, by chance."""

    one: LadderWorld
    by_chance: Random
    now: datetime
    matters: list[Matter] = field(default_factory=list)

    def calendar(self) -> Plain:
        """A list with days off and make-up days of its own."""
        days = [START + self.by_chance.randrange(38) * DAY for _n in range(16)]
        off = set(days[:10])
        made_up = {day for day in days[10:] if day.isoweekday() > 5} - off
        rows = tuple((day, day in off, "示例") for day in sorted(off | made_up))
        save_list(by=None, official=OfficialList(2026, "", rows), now=NOW)
        return Plain(off, made_up)

    def rung(self) -> None:
        """One more rung: of the district, or of a street that has its own ladder."""
        world, pick = self.one.world, self.by_chance.choice
        street = pick([None, world.committee, world.other_committee])
        begin = pick([0, 8, 9])
        rung = Rung(
            organisation=street or world.congress, name="示例一级", trigger=pick(["yellow", "red"]),
            after=pick([0, 1, 2, 4]), kinds=pick([[], ["reply"], ["sign", "take"]]), channels=["in_app"],
            audience=pick([*HANDLERS, "street"] if street else [*HANDLERS, "street", "district", "named"]),
            roles=pick([[], ["street_chair"], ["street_secretary"], ["district_leader"]]), begin=begin,
            end=pick([18, 24]), any_day=pick([True, False]), digest=pick([True, False]), acts=pick([True, False]),
        )  # fmt: skip
        save_rung(rung=rung, people=[world.leader, world.secretary], by=world.leader, now=self.now)

    def limit(self, matter: Matter | None = None) -> None:
        """A limit that begins: of a new matter, or of one that goes on after it was closed."""
        world, pick = self.one.world, self.by_chance.choice
        if matter is None:
            street, deputy = pick([world.committee, world.other_committee]), pick([None, world.deputy])
            matter = open_matter(world, now=self.now, street=street, deputy=deputy)
            matter.clocks.update(stopped_at=self.now, outcome="test")
            self.matters.append(matter)
        body, kind = pick([world.department, world.committee, None]), pick(["reply", "sign", "take", "rate"])
        if not matter.clocks.filter(kind=kind, organisation=body, stopped_at=None).exists():
            warn = self.now.date() + pick(range(-1, 5)) * DAY
            Clock.objects.create(
                matter=matter, kind=kind, organisation=body, amount=5, unit="working_days", warn_on=warn,
                started_on=min(warn, self.now.date()), due_on=warn + pick(range(5)) * DAY, next_on=warn,
            )  # fmt: skip

    def event(self) -> None:
        """One thing that somebody does."""
        matter, what = self.by_chance.choice(self.matters), self.by_chance.choice(EVENTS)
        matter.refresh_from_db()
        running = matter.clocks.filter(stopped_at=None, extended=False).first()
        if what == "pause":
            clocks.pause_clocks(matter=matter, now=self.now)
        elif what == "resume":
            clocks.resume_clocks(matter=matter, now=self.now)
        elif what == "extend" and running:
            clocks.extend_clock(clock=running, amount=2, unit="working_days", by=None, now=self.now)
        elif what == "close":
            clocks.stop_clocks(matter=matter, outcome="test", now=self.now)
        elif what in ("begin", "reopen"):
            self.limit(matter if what == "reopen" else None)
        elif what in ("leave", "return"):
            who = self.by_chance.choice([self.one.chair, self.one.world.secretary, self.one.world.leader])
            User.objects.filter(pk=who.pk).update(is_active=what == "return")
        elif what == "ladder":
            rung = self.by_chance.choice(list(Rung.objects.order_by("pk")))
            rung.active = not rung.active
            save_rung(rung=rung, people=rung.people.all(), by=self.one.world.leader, now=self.now)


EVENTS = ("pause", "resume", "resume", "extend", "close", "begin", "reopen", "leave", "return", "ladder")
HOURS = (1, 3, 7, 12, 24, 24, 31, 60, 150)
"""Between two looks, nights that were missed among them."""


@pytest.mark.parametrize("seed", range(3))
def test_ladder_agrees_with_a_slow_and_simple_one(seed: int) -> None:
    forget_all()
    scene = Scene(ladder_world(), Random(seed), datetime.combine(START, datetime.min.time(), SHANGHAI))
    plain = scene.calendar()
    own_ladder(
        street=scene.one.world.committee, district=scene.one.world.congress, by=scene.one.world.leader, now=scene.now
    )
    for _n in range(3):
        scene.rung()
        scene.limit()
    for _n in range(12):
        scene.now += timedelta(hours=scene.by_chance.choice(HOURS))
        scene.event()
        before = list(Clock.objects.order_by("pk").values_list("due_on", "warn_on", "paused_on", "stopped_at"))
        for _twice in range(2):
            fire_due(now=scene.now)
            tell_due(now=scene.now)
        plain.sweep(scene.now)
        assert list(Clock.objects.order_by("pk").values_list("due_on", "warn_on", "paused_on", "stopped_at")) == before
        assert fired() == plain.fired
        assert told() == sorted(plain.told)
    assert plain.told
    messages = Notice.objects.filter(key__startswith="ladder:", channel="in_app")
    assert messages.count() == Digest.objects.count()


def fired() -> dict[Key, int | None]:
    rows = list(Firing.objects.values_list("clock", "due_on", "rung", "told_by"))
    assert len({row[:3] for row in rows}) == len(rows)
    return {(clock, due, rung): by for clock, due, rung, by in rows}


def told() -> list[tuple[Any, ...]]:
    rows = Alert.objects.filter(digest__isnull=False)
    return sorted(rows.values_list("person", "firing__clock", "firing__due_on", "firing__rung", "digest__at"))
