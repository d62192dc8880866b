"""马上办: one form, due today, approved by the body's head; and the screens of what is asked and decided."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from liaison.base.errors import InvalidInput, NotAllowed
from opinions.catalog.models import ClockKind, ReasonKind, Tier
from opinions.clocks.queries import running_clocks
from opinions.desk.queries import in_queue, queues_of
from opinions.handling import services as handling
from opinions.handling.models import Reply, ReplyStatus
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, TODAY, HandlingWorld, content, open_matter, reason, signed
from tests.opinions.handling.screens import browser, place


def settled(world: HandlingWorld, **changes: Any) -> Matter:
    matter = open_matter(world, **changes.pop("fields", {}))
    values: dict[str, Any] = {"tier": Tier.STREET, "lead": world.office, "person": "王五", "content": content()}
    handling.settle(matter=matter, by=changes.pop("by", world.staff), now=NOW, **{**values, **changes})
    return matter


def test_settle_assigns_signs_and_sends_the_reply_due_today(world: HandlingWorld) -> None:
    matter = settled(world)
    row = matter.assignments.get()
    assert (matter.status, matter.holder, matter.fast_lane) == (Status.HANDLING, world.office, True)
    assert (row.status, row.person, row.liable) == ("signed", "王五", True)
    (clock,) = running_clocks(matter, ClockKind.REPLY)
    assert (clock.due_on, matter.due_on) == (TODAY, TODAY)
    assert Reply.objects.get().status == ReplyStatus.PENDING
    handling.issue_reply(matter=matter, by=world.office_head, now=NOW)
    assert matter.status == Status.REPLIED


def test_settle_is_for_the_streets_own_bodies_unless_a_rule_says_more(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput) as caught:
        settled(world, lead=world.department)
    assert caught.value.field == "lead"
    assert settled(world, lead=world.department, fields={"fast_lane": True}).holder == world.department


def test_settle_leaves_nothing_behind_when_the_reply_is_incomplete(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        settled(world, content=content("B", due_on=TODAY - timedelta(days=1)))
    assert Matter.objects.get().status == Status.SUBMITTED
    assert not Reply.objects.exists()


def test_settle_is_no_verb_of_deputies(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        settled(world, by=world.deputy_user, fields={"deputy": world.deputy})


def test_settled_matters_are_marked_and_counted(world: HandlingWorld) -> None:
    matter = settled(world)
    queue = next(one for one in queues_of(world.staff) if one.key == "fast")
    assert list(in_queue(Matter.objects.visible_to(world.staff), world.staff, queue)) == [matter]
    assert "马上办" in browser(world.staff).get("/desk/?queue=fast").content.decode()


def test_screen_of_settling_keeps_what_was_typed(world: HandlingWorld) -> None:
    matter = open_matter(world)
    client = browser(world.staff)
    typed = {"lead": world.office.pk, "person": "王五", "measure": "", "text": "已经换好了三盏灯。", "reply_class": "A"}
    short = client.post(place("settle", matter), typed)
    assert (short.status_code, "请写明做了什么" in short.content.decode()) == (422, True)
    assert "已经换好了三盏灯" in short.content.decode()
    done = client.post(place("settle", matter), {**typed, "measure": "电工当场更换三只灯头并试灯"})
    assert done.status_code == 302
    assert Matter.objects.get(pk=matter.pk).fast_lane


def test_screens_ask_for_time_and_refuse_it(world: HandlingWorld) -> None:
    matter = signed(world)
    handler, staff = browser(world.handler), browser(world.staff)
    wrong = handler.post(place("ask_extension", matter), {"until": "2020-01-01", "reason": "要定制"})
    assert wrong.status_code == 422
    clock = matter.clocks.get(kind=ClockKind.REPLY)
    until = clock.due_on + timedelta(days=5)
    assert handler.post(place("ask_extension", matter), {"until": until, "reason": "要定制"}).status_code == 302
    assert "要定制" in staff.get(place("extend", matter)).content.decode()
    assert staff.post(place("refuse_extension", matter), {"reason": ""}).status_code == 422
    assert staff.post(place("refuse_extension", matter), {"reason": "库里有货"}).status_code == 302
    assert staff.post(place("refuse_extension", matter), {"reason": "库里有货"}).status_code == 409


def test_screens_object_and_decide(world: HandlingWorld) -> None:
    matter = signed(world)
    long_ago = TODAY - timedelta(days=40)
    matter.clocks.filter(kind=ClockKind.RETURN).update(due_on=long_ago, warn_on=long_ago, started_on=long_ago)
    why = {"reason": reason(ReasonKind.RETURN).pk, "text": "管养权属区水务"}
    assert browser(world.handler).post(place("return", matter), why).status_code == 409
    assert browser(world.handler).post(place("object", matter), why).status_code == 302
    staff = browser(world.staff)
    assert "管养权属区水务" in staff.get(place("consent_return", matter)).content.decode()
    assert staff.post(place("consent_return", matter), {}).status_code == 302
    page = staff.get("/desk/").content.decode()
    assert "仍负责" in staff.get(f"/desk/matters/{matter.code}/").content.decode()
    assert matter.title in page


COMMITTEES = ["settle", "set_limit", "add_co", "join_streets", "consent_return", "refuse_return", "refuse_extension"]


@pytest.mark.parametrize("verb", COMMITTEES)
def test_outsiders_reach_no_screen_of_the_committee(world: HandlingWorld, verb: str) -> None:
    matter = signed(world)
    assert Client().get(place(verb, matter)).status_code == 302
    for user in (world.handler, world.deputy_user, world.other_staff, world.admin):
        assert browser(user).get(place(verb, matter)).status_code in (403, 404, 409)
