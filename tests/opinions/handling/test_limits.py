"""申请延期, 协办期限, 联办街道, and the pause while the resident is asked."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Notice
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.models import Clock
from opinions.clocks.queries import running_clocks, told
from opinions.clocks.services import AlreadyExtended, OwnLimit, lead_due, recompute_open
from opinions.desk.queries import in_queue, queues_of
from opinions.handling import services as handling
from opinions.handling.models import Asked
from opinions.handling.standing import AlreadyAsked, NothingAsked, NotYourTurn
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, content, later, open_matter, signed

UNTIL = date(2026, 12, 7)


def reply_due(matter: Matter) -> date:
    (clock,) = running_clocks(matter, ClockKind.REPLY)
    return clock.due_on


def co_clock(matter: Matter) -> Clock:
    (clock,) = running_clocks(matter, ClockKind.CO_OPINION)
    return clock


def test_extension_is_asked_with_a_day_and_granted_by_whoever_assigned(world: HandlingWorld) -> None:
    matter = signed(world)
    row = handling.ask_extension(matter=matter, until=UNTIL, reason="要定制灯头", by=world.handler, now=NOW)
    assert (row.extension, reply_due(matter)) == (Asked.OPEN, date(2026, 12, 2)), "asked is not granted"
    days = handling.extension_days(reply_due(matter), UNTIL)
    handling.extend(matter=matter, days=days, reason="定制需要时间", body=row.organisation, by=world.staff, now=NOW)
    row.refresh_from_db()
    assert (row.extension, reply_due(matter)) == (Asked.GRANTED, UNTIL)


def test_extension_is_asked_once_an_assignment(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.ask_extension(matter=matter, until=UNTIL, reason="要定制", by=world.handler, now=NOW)
    handling.refuse_extension(matter=matter, reason="库里有货", by=world.staff, now=NOW)
    assert Notice.objects.filter(recipient=world.handler, subject__startswith="不同意延期").count() == 1
    with pytest.raises(AlreadyAsked):
        handling.ask_extension(matter=matter, until=UNTIL, reason="再求", by=world.handler, now=NOW)
    with pytest.raises(NothingAsked):
        handling.refuse_extension(matter=matter, reason="再", by=world.staff, now=NOW)


def test_extension_cannot_be_asked_of_a_limit_that_was_extended(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.extend(matter=matter, days=2, reason="雨天", by=world.staff, now=NOW)
    with pytest.raises(AlreadyExtended):
        handling.ask_extension(matter=matter, until=date(2026, 12, 10), reason="还要", by=world.handler, now=NOW)


@pytest.mark.parametrize("until", [date(2026, 12, 2), date(2026, 11, 1), date(2027, 3, 1)])
def test_extension_to_a_day_that_makes_no_sense_is_refused_at_its_field(world: HandlingWorld, until: date) -> None:
    with pytest.raises(InvalidInput) as caught:
        handling.ask_extension(matter=signed(world), until=until, reason="要", by=world.handler, now=NOW)
    assert caught.value.field == "until"


def test_extension_given_by_the_district_is_the_districts_to_decide(world: HandlingWorld) -> None:
    matter = open_matter(world)
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.department, by=world.district_staff, now=NOW)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    handling.ask_extension(matter=matter, until=UNTIL, reason="要", by=world.handler, now=NOW)
    with pytest.raises(NothingAsked):
        handling.refuse_extension(matter=matter, reason="不", by=world.staff, now=NOW)
    handling.refuse_extension(matter=matter, reason="不", by=world.district_staff, now=NOW)


def test_refusing_for_a_body_that_asked_nothing_says_so(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.ask_extension(matter=matter, until=UNTIL, reason="要", by=world.handler, now=NOW)
    with pytest.raises(InvalidInput):
        handling.refuse_extension(matter=matter, reason="不", body=world.office, by=world.staff, now=NOW)


def joint(world: HandlingWorld, days: int | None = None) -> Matter:
    matter = open_matter(world)
    handling.assign(
        matter=matter, tier=Tier.DEPARTMENT, lead=world.department, co=[world.other_department],
        by=world.staff, now=NOW,
        co_limit=OwnLimit(days) if days else None,
    )  # fmt: skip
    return matter


def test_co_handler_has_the_limit_set_when_assigning(world: HandlingWorld) -> None:
    clock = co_clock(joint(world, 2))
    assert (clock.due_on, clock.organisation) == (date(2026, 11, 25), world.other_department)
    assert "单独定的时限" in "".join(told(clock))


def test_co_handler_is_due_a_working_day_before_the_lead(world: HandlingWorld) -> None:
    matter = joint(world, 40)
    clock = co_clock(matter)
    assert (clock.due_on, lead_due(matter)) == (date(2026, 12, 1), date(2026, 12, 2))
    assert "前一个工作日" in "".join(told(clock))
    recompute_open(now=NOW)
    assert co_clock(matter).due_on == date(2026, 12, 1), "a new calendar keeps the order"


def test_co_limit_is_set_anew_and_told(world: HandlingWorld) -> None:
    matter = joint(world)
    clock = handling.set_limit(matter=matter, body=world.other_department, days=3, by=world.staff, now=NOW)
    assert clock.due_on == date(2026, 11, 26)
    assert Event.objects.filter(chain=matter.chain).latest("seq").data["due"] == "2026-11-26"
    for body, days, field in ((world.department, 3, "body"), (world.other_department, 0, "days")):
        with pytest.raises(InvalidInput) as caught:
            handling.set_limit(matter=matter, body=body, days=days, by=world.staff, now=NOW)
        assert caught.value.field == field


@given(lead=st.integers(1, 30), co=st.integers(1, 60), later_on=st.integers(1, 60))
@settings(deadline=None, max_examples=40, database=None, suppress_health_check=list(HealthCheck))
def test_co_handler_never_ends_with_or_after_the_lead(world: HandlingWorld, lead: int, co: int, later_on: int) -> None:
    matter = open_matter(world)
    handling.assign(
        matter=matter, tier=Tier.DEPARTMENT, lead=world.department, co=[world.other_department],
        by=world.staff, now=NOW,
        limit=OwnLimit(lead), co_limit=OwnLimit(co),
    )  # fmt: skip
    for _round in range(2):
        clock, due = co_clock(matter), lead_due(matter)
        assert due is not None
        assert clock.started_on <= clock.warn_on <= clock.due_on < due or clock.due_on == clock.started_on
        handling.set_limit(matter=matter, body=world.other_department, days=later_on, by=world.staff, now=NOW)


def test_separate_replies_finish_the_matter_with_the_last(world: HandlingWorld) -> None:
    matter = open_matter(world)
    bodies = [world.department, world.other_department]
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, separate=bodies, by=world.staff, now=NOW)
    assert matter.holder == world.committee, "the committee coordinates what several answer"
    for handler, head in ((world.handler, world.head), (world.other_handler, world.other_head)):
        assert matter.status == Status.HANDLING
        handling.sign(matter=matter, person="李四", by=handler, now=NOW)
        handling.write_and_issue(matter=matter, content=content(), by=head, now=NOW)
    assert matter.status == Status.REPLIED


def test_asking_the_resident_pauses_every_body(world: HandlingWorld) -> None:
    matter = joint(world, 3)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    lead, co = reply_due(matter), co_clock(matter).due_on
    handling.ask(matter=matter, question="哪一盏？", by=world.handler, now=NOW)
    assert matter.due_on is None
    handling.supply(matter=matter, reporter=matter.reporters.get(), text="东边", now=later(2))
    assert (reply_due(matter), co_clock(matter).due_on) == (lead + timedelta(2), co + timedelta(4))
    assert any("暂停" in line for line in told(co_clock(matter)))


def test_joint_street_sees_and_talks_but_disposes_of_nothing(world: HandlingWorld) -> None:
    matter = signed(world)
    assert not Matter.objects.visible_to(world.other_staff).filter(pk=matter.pk).exists()
    handling.join_streets(matter=matter, streets=[world.other_committee], task="排查沿河", by=world.staff, now=NOW)
    assert Matter.objects.visible_to(world.other_staff).filter(pk=matter.pk).exists()
    assert Matter.objects.one_visible_to(world.other_staff, matter.code).exists()
    handling.say(matter=matter, text="我们这边有两个口", public=False, by=world.other_staff, now=NOW)
    with pytest.raises(handling.NotToResident):
        handling.say(matter=matter, text="各位居民", public=True, by=world.other_staff, now=NOW)
    with pytest.raises((NotYourTurn, NotAllowed)):
        handling.extend(matter=matter, days=2, reason="等等", by=world.other_staff, now=NOW)
    with pytest.raises(InvalidInput):
        handling.join_streets(matter=matter, streets=[world.other_committee], task="再来", by=world.staff, now=NOW)


def test_joint_street_hears_what_is_said(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.join_streets(matter=matter, streets=[world.other_committee], task="排查", by=world.staff, now=NOW)
    handling.say(matter=matter, text="周四碰头", public=False, by=world.staff, now=NOW)
    assert Notice.objects.filter(recipient=world.other_staff, subject__contains="内部留言").count() == 1


def test_limits_that_were_extended_are_offered_no_more(world: HandlingWorld) -> None:
    matter, client = signed(world, co=(world.other_department,)), sign_in(Client(), world.staff)
    page, place = (reverse(name, args=[matter.code]) for name in ("desk:matter", "handling:extend"))
    handling.extend(matter=matter, days=2, reason="雨天", by=world.staff, now=NOW)
    assert place in client.get(page).content.decode(), "the co-handler's can still be"
    sent = {**dict(client.get(place).context["form"].initial), "days": 1, "reason": "等主办"}
    form = client.get(place).context["form"]
    assert form["body"].value() == str(world.other_department.pk)
    done = client.post(place, {**sent, "seen": form["seen"].value(), "body": form["body"].value()})
    assert done.status_code == 302
    assert place not in client.get(page).content.decode()


def test_matter_page_shows_what_was_asked_of_a_body_to_it_and_the_committee(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    handling.take(matter=matter, by=world.deputy_user, now=NOW)
    handling.assign(
        matter=matter, tier=3, lead=world.department, co=[world.other_department], note="请先现场踏勘", by=world.staff,
        now=NOW,
    )  # fmt: skip
    readers = {"handler": True, "other_handler": True, "staff": True, "deputy_user": False}
    for name, reads in readers.items():
        page = sign_in(Client(), getattr(world, name)).get(reverse("desk:matter", args=[matter.code])).content.decode()
        assert ("请先现场踏勘" in page, "协办：" in page) == (reads, True), name


def test_joint_street_finds_the_matter_among_what_waits(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.join_streets(matter=matter, streets=[world.other_committee], task="排查", by=world.staff, now=NOW)
    (queue,) = (one for one in queues_of(world.other_staff) if one.key == "joined")
    assert list(in_queue(Matter.objects.visible_to(world.other_staff), world.other_staff, queue)) == [matter]
    assert not in_queue(Matter.objects.visible_to(world.staff), world.staff, queue).exists()
