"""请补充、补充、补充逾期."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deputies.accounts.models import User
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Channel, Notice
from liaison.base.stamps import bump
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind, TimeLimitPolicy
from opinions.catalog.queries import STAMP
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.services import expiring
from opinions.matters.models import Line, Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, add_reporter, later, open_matter, signed, taken


def asked(world: HandlingWorld, matter: Matter | None = None) -> Matter:
    return handling.ask(matter=matter or taken(world), question="是哪几盏灯？", by=world.staff, now=NOW)


def test_ask_pauses_the_bodies_and_starts_the_residents_clock(world: HandlingWorld) -> None:
    matter = asked(world)
    running = {clock.kind: clock for clock in running_clocks(matter)}
    assert (matter.status, matter.holder, matter.holder_deputy) == (Status.WAITING, None, None)
    assert running[ClockKind.REPLY].paused_on == NOW.date()
    assert running[ClockKind.SUPPLY].due_on == date(2026, 11, 30)
    assert matter.due_on is None


def test_ask_writes_a_public_line_in_the_bodys_name(world: HandlingWorld) -> None:
    matter = asked(world)
    line = Line.objects.get(matter=matter)
    assert (line.body, line.audience, line.author) == ("是哪几盏灯？", Audience.PUBLIC, world.committee.name)
    assert "是哪几盏灯？" in Notice.objects.filter(channel=Channel.SMS).latest("id").subject


@pytest.mark.parametrize("deputy", [True, False])
def test_supply_returns_the_turn_and_lets_clocks_run_on(world: HandlingWorld, deputy: bool) -> None:
    matter = taken(world, deputy=world.deputy if deputy else None)
    due = matter.due_on
    by = world.deputy_user if deputy else world.staff
    handling.ask(matter=matter, question="哪一盏？", by=by, now=NOW)
    handling.supply(matter=matter, reporter=matter.reporters.get(), text="东边三盏", now=later(2))
    assert (matter.status, matter.resume_status) == (Status.TAKEN, "")
    assert matter.holder_deputy == (world.deputy if deputy else None)
    assert matter.holder == (None if deputy else world.committee)
    assert {clock.kind for clock in running_clocks(matter)} == {ClockKind.REPLY}
    assert due is not None
    assert matter.due_on is not None
    assert (matter.due_on - due).days == 2


def test_supply_from_handling_returns_to_the_lead(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.ask(matter=matter, question="几号楼？", by=world.handler, now=NOW)
    handling.supply(matter=matter, reporter=matter.reporters.get(), text="三号楼", now=later())
    assert (matter.status, matter.holder) == (Status.HANDLING, world.department)
    told = Notice.objects.filter(recipient=world.handler, channel=Channel.IN_APP).latest("id")
    assert "居民已补充" in told.subject


def test_supply_without_a_question_adds_a_line_only(world: HandlingWorld) -> None:
    matter = taken(world)
    version = matter.version
    handling.supply(matter=matter, reporter=matter.reporters.get(), text="今天又坏了一盏", now=later())
    assert (matter.status, matter.version) == (Status.TAKEN, version)
    assert Line.objects.get(matter=matter).body == "今天又坏了一盏"
    assert Notice.objects.filter(recipient=world.staff, subject__contains="新的补充").exists()


def test_supply_of_nothing_is_refused(world: HandlingWorld) -> None:
    matter = asked(world)
    with pytest.raises(InvalidInput):
        handling.supply(matter=matter, reporter=matter.reporters.get(), text=" ", now=NOW)
    assert Matter.objects.get(pk=matter.pk).status == Status.WAITING


def test_supply_by_a_reporter_of_another_matter_is_refused(world: HandlingWorld) -> None:
    stranger = add_reporter(open_matter(world))
    with pytest.raises(NotAllowed):
        handling.supply(matter=asked(world), reporter=stranger, text="我知道", now=NOW)


def test_supply_after_the_end_is_refused(world: HandlingWorld) -> None:
    matter = open_matter(world)
    handling.withdraw(matter=matter, reporter=matter.reporters.get(), now=NOW)
    with pytest.raises(WrongState):
        handling.supply(matter=matter, reporter=matter.reporters.get(), text="还有", now=NOW)


def test_expire_only_after_the_limit(world: HandlingWorld) -> None:
    matter = asked(world)
    with pytest.raises(WrongState):
        handling.expire_supply(matter=matter, now=later(7))
    handling.expire_supply(matter=matter, now=later(8))
    assert (matter.status, matter.holder) == (Status.TAKEN, world.committee)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.verb, event.by, event.source, event.target) == ("expire", None, Status.WAITING, Status.TAKEN)


def test_expire_supplies_goes_through_all_and_only_once(world: HandlingWorld) -> None:
    late, other = asked(world), asked(world)
    early = handling.ask(matter=taken(world), question="何时？", by=world.staff, now=later(7))
    assert handling.expire_supplies(now=later(8)) == 2
    assert handling.expire_supplies(now=later(8)) == 0
    statuses = dict(Matter.objects.values_list("pk", "status"))
    assert (statuses[late.pk], statuses[other.pk], statuses[early.pk]) == ("taken", "taken", "waiting")


def test_ask_twice_returns_to_the_first_status_each_time(world: HandlingWorld) -> None:
    matter = signed(world)
    for number in range(2):
        handling.ask(matter=matter, question=f"问题{number}", by=world.handler, now=later(number))
        handling.supply(matter=matter, reporter=matter.reporters.get(), text="答", now=later(number))
    assert (matter.status, matter.holder) == (Status.HANDLING, world.department)


def test_ask_where_no_limit_is_ruled_waits_without_a_clock(world: HandlingWorld) -> None:
    TimeLimitPolicy.objects.filter(clock=ClockKind.SUPPLY).delete()
    bump(STAMP)
    matter = asked(world)
    assert ClockKind.SUPPLY not in {clock.kind for clock in running_clocks(matter)}
    assert handling.expire_supplies(now=later(100)) == 0


def test_many_expire_by_as_many_statements_as_few(world: HandlingWorld) -> None:
    statements = []
    for count in (2, 6):
        for _n in range(count // 2):
            asked(world)
            handling.ask(matter=taken(world, deputy=world.deputy), question="哪一盏？", by=world.deputy_user, now=NOW)
        with CaptureQueriesContext(connection) as captured:
            assert handling.expire_supplies(now=later(8)) == count
        statements.append(len(captured))
    assert statements[0] == statements[1]


def test_set_goes_on_just_as_each_by_itself(world: HandlingWorld) -> None:
    def told(matter: Matter) -> tuple[object, ...]:
        matter.refresh_from_db()
        clocks = matter.clocks.order_by("kind").values_list(
            "kind", "due_on", "warn_on", "next_on", "paused_on", "pauses", "explanation", "outcome"
        )
        last = Event.objects.filter(chain=matter.chain).latest("seq")
        people = Notice.objects.filter(about=matter.chain, subject__contains="逾期").values_list("recipient", "subject")
        state = (
            matter.status,
            matter.holder,
            matter.holder_deputy,
            matter.resume_status,
            matter.due_on,
            matter.version,
        )
        return *state, list(clocks), last.verb, last.target, last.audience, sorted(people)

    def made(by: User, matter: Matter) -> Matter:
        return handling.ask(matter=matter, question="哪一盏？", by=by, now=NOW)

    pairs = [
        (asked(world), asked(world)),
        (made(world.handler, signed(world)), made(world.handler, signed(world))),
        tuple(made(world.deputy_user, taken(world, deputy=world.deputy)) for _n in range(2)),
    ]
    for single, _many in pairs:
        handling.expire_supply(matter=single, now=later(9))
    assert handling.expire_supplies(now=later(9)) == len(pairs)
    for single, many in pairs:
        assert told(many) == told(single)
        assert told(many)[-1], "somebody is told"
    assert not list(verify())


def test_poisoned_matter_holds_up_no_other(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = asked(world), asked(world)
    one_by_one = expiring.expire_supply

    def fail(*, matter: Matter, now: datetime) -> Matter:
        if matter.pk == bad.pk:
            raise ValueError
        return one_by_one(matter=matter, now=now)

    monkeypatch.setattr(expiring, "return_matters", lambda *_a, **_k: 1 / 0)
    monkeypatch.setattr(expiring, "expire_supply", fail)
    assert handling.expire_supplies(now=later(8)) == 1
    assert [Matter.objects.get(pk=one.pk).status for one in (bad, good)] == [Status.WAITING, Status.TAKEN]


def test_what_a_deputy_held_who_left_goes_to_the_street(world: HandlingWorld) -> None:
    matter = handling.ask(matter=taken(world, deputy=world.deputy), question="哪一盏？", by=world.deputy_user, now=NOW)
    Deputy.objects.filter(pk=world.deputy.pk).update(status=DeputyStatus.SUSPENDED)
    other = asked(world)
    assert handling.expire_supplies(now=later(8)) == 2
    matter.refresh_from_db()
    other.refresh_from_db()
    assert (matter.status, matter.holder, matter.holder_deputy) == (Status.SUBMITTED, world.committee, None)
    assert other.status == Status.TAKEN
