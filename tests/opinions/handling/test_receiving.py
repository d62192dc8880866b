"""接单、不予受理、转交."""

from typing import Any

import pytest
from django.utils.translation import override

from liaison.base.audit.models import Audience, Event
from liaison.base.errors import InvalidInput, StaleState
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import ClockKind, ReasonKind, Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.standing import NotYourTurn
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, open_matter, reason, taken
from tests.factories.roster import DeputyFactory


def kinds(matter: Matter) -> set[tuple[str, int | None]]:
    return {(clock.kind, clock.organisation_id) for clock in running_clocks(matter)}


def last_event(matter: Matter) -> Event:
    event = Event.objects.filter(chain=matter.chain).order_by("-seq").first()
    assert event is not None
    return event


def test_take_by_the_street_starts_its_reply_clock(world: HandlingWorld) -> None:
    matter = taken(world)
    assert (matter.status, matter.holder, matter.holder_deputy) == (Status.TAKEN, world.committee, None)
    assert kinds(matter) == {(ClockKind.REPLY, world.committee.pk)}
    assert matter.due_clock == ClockKind.REPLY


def test_take_by_the_deputy_leaves_the_turn_with_the_deputy(world: HandlingWorld) -> None:
    matter = taken(world, deputy=world.deputy)
    assert (matter.holder, matter.holder_deputy) == (None, world.deputy)
    assert kinds(matter) == {(ClockKind.REPLY, None)}


def test_take_by_the_helper_names_the_deputy_and_the_helper(world: HandlingWorld) -> None:
    matter = handling.take(matter=open_matter(world, deputy=world.deputy), by=world.helper, now=NOW)
    event = last_event(matter)
    assert matter.holder_deputy == world.deputy
    assert (event.data["body"], event.by, event.audience) == (world.deputy.name, world.helper, Audience.PUBLIC)
    assert world.deputy.name in event.actor
    assert world.helper.name in event.actor


def test_ledger_keeps_its_language_whatever_the_helper_reads(world: HandlingWorld) -> None:
    with override("en"):
        matter = handling.take(matter=open_matter(world, deputy=world.deputy), by=world.helper, now=NOW)
    assert last_event(matter).actor == f"{world.deputy.name}（{world.helper.signature}代办）"


def test_take_by_the_street_over_a_silent_deputy_takes_the_turn(world: HandlingWorld) -> None:
    matter = handling.take(matter=open_matter(world, deputy=world.deputy), by=world.staff, now=NOW)
    assert (matter.holder, matter.holder_deputy) == (world.committee, None)


def test_take_twice_from_one_screen_is_stale(world: HandlingWorld) -> None:
    matter = open_matter(world)
    again = Matter.objects.get(pk=matter.pk)
    handling.take(matter=matter, by=world.staff, now=NOW)
    with pytest.raises(StaleState):
        handling.take(matter=again, by=world.secretary, now=NOW)
    assert Event.objects.filter(chain=matter.chain, verb="take").count() == 1


def test_take_tells_the_resident_by_text_message(world: HandlingWorld) -> None:
    matter = taken(world)
    notice = Notice.objects.get(channel=Channel.SMS)
    assert notice.address == "13800000000"
    assert world.committee.name in notice.subject
    assert f"/t/{matter.code}/?k=" in notice.link


def test_take_without_a_number_tells_nobody(world: HandlingWorld) -> None:
    taken(world, phone="")
    assert not Notice.objects.filter(channel=Channel.SMS).exists()


def test_decline_says_where_to_go_and_ends_everything(world: HandlingWorld) -> None:
    matter = taken(world)
    why = reason(ReasonKind.DECLINE)
    handling.decline(matter=matter, reason=why, text="正在法院审理", by=world.staff, now=NOW)
    event = last_event(matter)
    assert (matter.status, matter.holder, matter.closed_at, matter.due_on) == (Status.DECLINED, None, NOW, None)
    assert kinds(matter) == set()
    assert event.reason == "正在法院审理"
    assert event.data["where"] == why.guidance
    assert matter.first_replied_at is None


def test_decline_prefers_the_place_that_was_written(world: HandlingWorld) -> None:
    matter = open_matter(world)
    handling.decline(
        matter=matter, reason=reason(ReasonKind.DECLINE), text="说明", where="区法院", by=world.staff, now=NOW
    )
    assert last_event(matter).data["where"] == "区法院"


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [
        (ReasonKind.RETURN, "说明", "reason"),
        (ReasonKind.DECLINE, "  ", "text"),
        (ReasonKind.DECLINE, "长" * 10_001, "text"),
    ],
)
def test_decline_refuses_what_is_missing(world: HandlingWorld, kind: ReasonKind, text: str, field: str) -> None:
    matter = open_matter(world)
    with pytest.raises(InvalidInput) as caught:
        handling.decline(matter=matter, reason=reason(kind), text=text, by=world.staff, now=NOW)
    assert caught.value.field == field
    assert Matter.objects.get(pk=matter.pk).status == Status.SUBMITTED


def test_decline_needs_a_way_to_go(world: HandlingWorld) -> None:
    why = reason(ReasonKind.DECLINE)
    why.guidance = ""
    with pytest.raises(InvalidInput) as caught:
        handling.decline(matter=open_matter(world), reason=why, text="说明", by=world.staff, now=NOW)
    assert caught.value.field == "where"


def test_transfer_to_another_street_moves_scope_and_clock(world: HandlingWorld) -> None:
    matter = taken(world)
    handling.transfer(matter=matter, street=world.other_committee, reason="在石桥", by=world.staff, now=NOW)
    assert (matter.status, matter.street, matter.holder) == (
        Status.SUBMITTED,
        world.other_committee,
        world.other_committee,
    )
    assert kinds(matter) == {(ClockKind.TAKE, world.other_committee.pk)}
    assert not Matter.objects.visible_to(world.staff).filter(pk=matter.pk).exists()
    assert Matter.objects.visible_to(world.other_staff).filter(pk=matter.pk).exists()
    assert Notice.objects.filter(recipient=world.other_staff, channel=Channel.IN_APP).count() == 1


def test_transfer_from_the_deputy_back_to_the_street_keeps_the_deputy_following(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    handling.transfer(matter=matter, street=world.committee, reason="需要街道办理", by=world.deputy_user, now=NOW)
    assert (matter.holder, matter.holder_deputy, matter.tier) == (world.committee, None, Tier.STREET)
    assert Matter.objects.visible_to(world.deputy_user).filter(pk=matter.pk).exists()


def test_transfer_to_another_deputy_hands_over_the_following(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    handling.transfer(matter=matter, deputy=world.other_deputy, reason="在他的选区", by=world.deputy_user, now=NOW)
    assert (matter.deputy, matter.holder_deputy, matter.tier) == (world.other_deputy, world.other_deputy, Tier.DEPUTY)
    assert kinds(matter) == {(ClockKind.TAKE, None)}
    with pytest.raises(NotYourTurn):
        handling.answer(matter=matter, text="我来答", by=world.deputy_user, now=NOW)


def test_transfer_names_both_sides_in_public(world: HandlingWorld) -> None:
    matter = open_matter(world)
    handling.transfer(matter=matter, street=world.other_committee, reason="在石桥", by=world.staff, now=NOW)
    event = last_event(matter)
    assert event.data == {"body": world.other_committee.name, "from": world.committee.name}
    assert event.audience == Audience.PUBLIC


def test_transfer_refuses_receivers_who_cannot_act(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    nobody = DeputyFactory(organisation=world.committee)
    gone = DeputyFactory(organisation=world.committee, helper=world.helper, status="ended", ended_on=NOW.date())
    stranger = DeputyFactory(helper=world.helper)
    cases: list[dict[str, Any]] = [
        {"deputy": nobody},
        {"deputy": gone},
        {"deputy": stranger},
        {"deputy": world.deputy},
        {"street": world.department},
        {"street": world.committee, "deputy": world.other_deputy},
        {},
    ]
    for receiver in cases:
        with pytest.raises(InvalidInput) as caught:
            handling.transfer(matter=matter, reason="转", by=world.deputy_user, now=NOW, **receiver)
        assert caught.value.field == "to", receiver


def test_transfer_to_the_street_that_holds_it_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        handling.transfer(matter=open_matter(world), street=world.committee, reason="转", by=world.staff, now=NOW)
