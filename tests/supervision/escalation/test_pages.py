"""督办待办, digests and the ladder on the desk."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.workdays.arithmetic import local_today
from opinions.clocks.models import Clock
from supervision.escalation.models import Alert, Digest, Firing, Rung, Setback
from supervision.escalation.queries import to_act
from supervision.escalation.services import fire_due, tell_due
from tests.factories.accounts import sign_in
from tests.factories.ladder import LadderWorld, ladder_world, lit_matter

pytestmark = pytest.mark.django_db
Counter = Callable[[int], AbstractContextManager[object]]
LIGHTS = "/desk/supervision/lights/"
LADDER = "/desk/supervision/ladder/"
RUNG = {
    "name": "红灯三日，报办公室", "trigger": "red", "after": "3", "audience": "district", "roles": ["district_staff"],
    "acts": "on", "channels": ["in_app"], "begin": "8", "end": "18", "digest": "on", "active": "on",
}  # fmt: skip


@pytest.fixture
def one() -> LadderWorld:
    return ladder_world()


def turn_red(one: LadderWorld, count: int = 1) -> list[Clock]:
    """Clocks that ran out yesterday, and what the ladder fired for them."""
    today = local_today(timezone.now())
    clocks = [
        lit_matter(one, warn_on=today - timedelta(3), due_on=today - timedelta(1), now=timezone.now())
        for _n in range(count)
    ]
    fire_due(now=timezone.now())
    return clocks


def page(user: User, address: str) -> str:
    answer = sign_in(Client(), user).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_chair_sees_what_waits_and_says_what_was_done(one: LadderWorld) -> None:
    (clock,) = turn_red(one)
    desk, matter = sign_in(Client(), one.chair), clock.matter
    assert matter.title in desk.get(LIGHTS).content.decode()
    firing = Firing.objects.get(clock=clock, acts=True)
    answer = desk.post(reverse("escalation:act", args=[firing.pk]), {"done": ""})
    assert answer.status_code == 422
    answer = desk.post(reverse("escalation:act", args=[firing.pk]), {"done": "已约谈经办人"})
    assert answer.status_code == 302
    assert matter.title not in desk.get(LIGHTS).content.decode()
    event = Event.objects.get(chain=matter.chain, verb="supervise")
    assert (event.reason, event.by) == ("已约谈经办人", one.chair)
    panel = desk.get(reverse("cases:matter", args=[matter.code])).content.decode()
    assert "已约谈经办人" in panel
    again = desk.post(reverse("escalation:act", args=[firing.pk]), {"done": "再说一次"})
    assert again.status_code == 422
    assert "已约谈经办人" in again.content.decode()


def test_light_goes_out_by_itself_when_the_clock_stops(one: LadderWorld) -> None:
    (clock,) = turn_red(one)
    Clock.objects.filter(pk=clock.pk).update(stopped_at=timezone.now())
    assert clock.matter.title not in page(one.chair, LIGHTS)


def test_who_was_not_called_on_sees_all_but_does_not_act(one: LadderWorld) -> None:
    (clock,) = turn_red(one)
    assert clock.matter.title not in page(one.world.staff, LIGHTS)
    assert clock.matter.title in page(one.world.staff, f"{LIGHTS}?whose=all&light=red")
    assert clock.matter.title not in page(one.world.staff, f"{LIGHTS}?whose=all&light=yellow")
    assert clock.matter.title not in page(one.world.other_staff, f"{LIGHTS}?whose=all")
    address = reverse("escalation:act", args=[Firing.objects.get(acts=True).pk])
    assert sign_in(Client(), one.world.staff).get(address).status_code == 404


def test_limit_stands_once_for_each_person_and_its_history_on_the_matter(one: LadderWorld) -> None:
    Rung.objects.filter(trigger="yellow").update(acts=True)
    Rung.objects.filter(trigger="yellow", audience="street").update(roles=["street_chair", "street_secretary"])
    (clock,) = turn_red(one)
    calling = Firing.objects.filter(alerts__person=one.chair, acts=True)
    assert sorted(calling.values_list("trigger", flat=True)) == ["red", "yellow"]
    desk = sign_in(Client(), one.chair)
    assert [row.trigger for row in to_act(one.chair, mine=True)] == ["red"]
    assert [row.trigger for row in to_act(one.world.staff)] == ["red"]
    assert desk.get(LIGHTS).content.decode().count("data-row") == 1
    assert desk.get(reverse("cases:matter", args=[clock.matter.code])).content.decode().count("黄灯提醒街道书记") == 1
    assert [row.trigger for row in to_act(one.world.secretary, mine=True)] == ["yellow"], (
        "the red one calls on the chair"
    )
    desk.post(reverse("escalation:act", args=[calling.get(trigger="red").pk]), {"done": "已约谈经办人"})
    assert not to_act(one.chair, mine=True).exists(), "what was said of the red light goes for the yellow one"


@pytest.mark.parametrize("count", [1, 30])
def test_lights_ask_as_much_for_thirty_as_for_one(
    one: LadderWorld, count: int, django_assert_max_num_queries: Counter
) -> None:
    turn_red(one, count)
    desk = sign_in(Client(), one.chair)
    with django_assert_max_num_queries(16):
        answer = desk.get(LIGHTS)
    assert answer.content.decode().count("data-row") == count


@pytest.mark.parametrize("count", [1, 30])
def test_digest_lists_what_it_told_for_its_person_alone(
    one: LadderWorld, count: int, django_assert_max_num_queries: Counter
) -> None:
    Rung.objects.update(any_day=True, begin=0, end=24)
    turn_red(one, count)
    tell_due(now=timezone.now())
    digest = Digest.objects.get(person=one.chair)
    desk = sign_in(Client(), one.chair)
    with django_assert_max_num_queries(12):
        answer = desk.get(reverse("escalation:digest", args=[digest.pk]))
    assert answer.content.decode().count("data-row") == count
    other = sign_in(Client(), one.world.secretary)
    assert other.get(reverse("escalation:digest", args=[digest.pk])).status_code == 404
    Alert.objects.update(digest=digest)
    gathered = desk.get(reverse("escalation:digest", args=[digest.pk])).content.decode()
    assert gathered.count("data-row") == count, "a matter stands once, with its rungs as lines"
    assert all(rung.name in gathered for rung in Rung.objects.filter(firings__isnull=False))


def test_district_adds_a_rung_and_a_street_has_its_own(one: LadderWorld) -> None:
    district = sign_in(Client(), one.world.district_staff)
    assert district.post(reverse("escalation:new"), RUNG).status_code == 302
    assert "红灯三日，报办公室" in district.get(LADDER).content.decode()
    street = sign_in(Client(), one.world.secretary)
    assert street.get(reverse("escalation:rung", args=[Rung.objects.latest("id").pk])).status_code == 404
    assert street.post(reverse("escalation:own")).status_code == 302
    own = Rung.objects.filter(organisation=one.world.committee)
    assert {rung.audience for rung in own} == {"bound", "street"}
    refused = street.post(reverse("escalation:new"), RUNG)
    assert refused.status_code == 422
    changed = RUNG | {"audience": "street", "roles": ["street_chair"], "name": "红灯三日，主任再过问"}
    assert street.post(reverse("escalation:new"), changed).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"end": "8"}, {"channels": []}, {"after": "-1"}, {"trigger": "poor"}, {"audience": "named"}, {"begin": "x"},
        {"name": ""}, {"audience": "named", "people": ["9" * 40]},
    ],
)  # fmt: skip
def test_rung_that_cannot_be_is_refused_at_its_field(one: LadderWorld, wrong: dict[str, object]) -> None:
    desk, before = sign_in(Client(), one.world.district_staff), Rung.objects.count()
    answer = desk.post(reverse("escalation:new"), RUNG | wrong)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert Rung.objects.count() == before


def test_own_street_ladder_does_not_fire_again_what_fired(one: LadderWorld) -> None:
    turn_red(one)
    before = Firing.objects.count()
    sign_in(Client(), one.world.secretary).post(reverse("escalation:own"))
    Clock.objects.update(next_on=local_today(timezone.now()))
    fire_due(now=timezone.now())
    assert Firing.objects.count() == before


def test_preview_names_rungs_days_and_people(one: LadderWorld) -> None:
    (clock,) = turn_red(one)
    shown = page(one.world.district_staff, f"{LADDER}?code={clock.matter.code}")
    assert "红灯，街道主任督办" in shown
    assert one.chair.name in shown
    assert "没有找到" in page(one.world.district_staff, f"{LADDER}?code=none")


def test_leader_looks_and_changes_nothing(one: LadderWorld) -> None:
    leader = sign_in(Client(), one.world.leader)
    assert "加一级" not in leader.get(LADDER).content.decode()
    assert leader.post(reverse("escalation:new"), RUNG).status_code == 403
    assert sign_in(Client(), one.world.handler).get(LADDER).status_code == 403
    assert sign_in(Client(), one.world.deputy_user).get(LIGHTS).status_code == 403


def test_staff_see_what_was_set_aside(one: LadderWorld) -> None:
    (clock,) = turn_red(one)
    Setback.objects.create(clock=clock, error="ZeroDivisionError", since=timezone.now())
    assert "ZeroDivisionError" in page(one.world.district_staff, LIGHTS)
    assert "ZeroDivisionError" not in page(one.world.other_staff, LIGHTS)


def test_panel_of_a_matter_is_a_page_and_a_fragment(one: LadderWorld) -> None:
    (clock,) = turn_red(one)
    address = reverse("cases:matter", args=[clock.matter.code])
    desk = sign_in(Client(), one.world.staff)
    assert "<html" in desk.get(address).content.decode()
    fragment = desk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "红灯，街道主任督办" in fragment
    assert address in desk.get(reverse("desk:matter", args=[clock.matter.code])).content.decode()
    assert sign_in(Client(), one.world.other_staff).get(address).status_code == 404
