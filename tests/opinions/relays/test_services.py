"""接力: named deputies above take it, decline it, answer it; the committee carries the answer back."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deputies.accounts.models import Role
from deputies.roster.models import CongressLevel, Deputy
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.catalog.models import Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.models import AssignmentStatus, ReplyStatus
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.relays import services as relays
from opinions.relays.access import NotInOffice, RelayOver, verbs_for
from opinions.relays.models import Baton, Relay
from opinions.relays.queries import RELATED, candidates, covers, in_state, levels_for, nobody_left, relays_for, state_of
from opinions.relays.states import BATON, RUNNING, BatonStatus
from tests.factories.accounts import UserFactory
from tests.factories.matters import NOW, HandlingWorld, add_reporter, content, later, relayed, signed, taken
from tests.factories.organisations import DivisionFactory
from tests.factories.roster import DeputyFactory, TermFactory


def baton_of(matter: Matter) -> Baton:
    return Baton.objects.filter(relay__matter=matter).select_related(*RELATED).latest("id")


def above(world: HandlingWorld, **fields: Any) -> Deputy:
    """One more deputy of the city."""
    made: Deputy = DeputyFactory.create(
        organisation=world.congress, level=CongressLevel.MUNICIPAL, term=world.city_deputy.term, **fields
    )
    return made


def test_relay_names_deputies_above_and_the_district_follows(world: HandlingWorld) -> None:
    matter = relayed(world)
    assert (matter.status, matter.tier, matter.holder) == (Status.RELAYED, Tier.RELAY, world.congress)
    assert [row.deputy for row in Relay.objects.get().batons.all()] == [world.city_deputy]
    assert running_clocks(matter) == []
    event = Event.objects.filter(chain=matter.chain, verb="relay").get()
    assert (event.data["body"], event.reason) == (world.city_deputy.name, "跨区道路")


def test_relay_from_handling_releases_the_bodies(world: HandlingWorld) -> None:
    matter = relayed(world, signed(world))
    assert matter.assignments.get().status == AssignmentStatus.REVOKED
    assert Notice.objects.filter(recipient=world.handler, subject__contains="不再需要").exists()


def test_relay_tells_the_deputy_without_a_word_of_the_residents(world: HandlingWorld) -> None:
    matter = relayed(world)
    told = Notice.objects.get(recipient=world.city_deputy_user, channel=Channel.IN_APP)
    assert told.link == f"/desk/relays/{baton_of(matter).pk}/"
    assert matter.title not in told.subject + told.body


def test_relay_tells_the_resident_who_has_it(world: HandlingWorld) -> None:
    relayed(world)
    assert Notice.objects.filter(channel=Channel.SMS, subject__contains=world.city_deputy.name).exists()


@pytest.mark.parametrize("case", ["own level", "nobody", "mixed", "gone", "elsewhere", "no reason"])
def test_relay_refuses_others(world: HandlingWorld, case: str) -> None:
    municipal = CongressLevel.MUNICIPAL
    far = DivisionFactory.create(level="prefecture", code="9902")
    elsewhere = above(world)
    if case == "gone":
        Deputy.objects.filter(pk=world.city_deputy.pk).update(status="suspended")
    if case == "elsewhere":
        Deputy.objects.filter(pk=elsewhere.pk).update(term=TermFactory.create(level=municipal, division=far))
    cases: dict[str, tuple[str, list[Any], str, str]] = {
        "own level": (CongressLevel.COUNTY, [world.deputy], "跨区", "level"),
        "nobody": (municipal, [], "跨区", "deputies"),
        "mixed": (municipal, [world.city_deputy, world.deputy], "跨区", "deputies"),
        "gone": (municipal, [world.city_deputy], "跨区", "deputies"),
        "elsewhere": (municipal, [elsewhere], "跨区", "deputies"),
        "no reason": (municipal, [world.city_deputy], " ", "reason"),
    }
    level, deputies, reason, field = cases[case]
    matter = taken(world)
    with pytest.raises(InvalidInput) as caught:
        relays.relay(matter=matter, level=level, deputies=deputies, reason=reason, by=world.district_staff, now=NOW)
    assert caught.value.field == field
    assert Matter.objects.get(pk=matter.pk).status == Status.TAKEN


def test_only_the_district_relays(world: HandlingWorld) -> None:
    for user in (world.staff, world.deputy_user, world.leader, world.handler):
        with pytest.raises(NotAllowed):
            relays.relay(
                matter=taken(world), level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy], reason="跨区",
                by=user, now=NOW,
            )  # fmt: skip


def test_candidates_are_those_whose_area_covers_the_place(world: HandlingWorld) -> None:
    matter, city = taken(world), CongressLevel.MUNICIPAL
    Deputy.objects.filter(pk=world.city_deputy.pk).update(electoral_district=world.places.other_street)
    inside = above(world, electoral_district=world.places.district)
    elected = above(world, electoral_district=world.places.electoral)
    assert elected in candidates(matter, city) or not covers(elected, matter.division_id)
    assert inside in candidates(matter, city)
    assert world.city_deputy not in candidates(matter, city)
    assert dict(levels_for(matter))[CongressLevel.PROVINCIAL] == 0


def test_file_leads_to_nobody_unless_the_resident_agreed(world: HandlingWorld) -> None:
    matter = taken(world)
    matter.opinion.content = "我叫张三，住荷塘小区3号楼502室，电话 138 0000 0000，东门路灯不亮。"
    matter.opinion.save()
    row = relayed(world, matter).relays.get()
    for told in ("张三", "502", "138 0000 0000"):
        assert told not in row.content
    assert "东门路灯不亮" in row.content
    with pytest.raises(InvalidInput) as caught:
        relays.relay(
            matter=taken(world), level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy], reason="跨区",
            identified=True, by=world.district_staff, now=NOW,
        )  # fmt: skip
    assert caught.value.field == "consent"


def test_taken_by_the_deputy_is_told_to_committee_and_resident(world: HandlingWorld) -> None:
    matter = relayed(world)
    baton = relays.take(baton=baton_of(matter), by=world.city_deputy_user, now=later(1))
    assert (baton.status, baton.taken_at) == (BatonStatus.TAKEN, later(1))
    assert Notice.objects.filter(recipient=world.district_staff, subject__contains="已接下").exists()
    assert Notice.objects.filter(channel=Channel.SMS, subject__contains="已接下").exists()
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.verb, event.audience) == ("relay_take", Audience.PUBLIC)
    assert list(verify([matter.chain, baton.chain])) == []


def test_declined_by_all_asks_the_committee_to_choose_others(world: HandlingWorld) -> None:
    second = above(world)
    matter = taken(world)
    relays.relay(
        matter=matter, level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy, second], reason="跨区",
        by=world.district_staff, now=NOW,
    )  # fmt: skip
    first = Baton.objects.select_related(*RELATED).get(deputy=world.city_deputy)
    relays.decline(baton=first, reason="不在本届职责内", by=world.city_deputy_user, now=NOW)
    assert not Notice.objects.filter(subject__contains="请另请代表").exists()
    letter = Baton.objects.select_related(*RELATED).get(deputy=second)
    relays.decline(baton=letter, reason="来函说明不接", by=world.district_staff, now=NOW)
    assert Notice.objects.filter(recipient=world.district_staff, subject__contains="请另请代表").exists()
    assert nobody_left(Baton.objects.all())
    assert state_of(relays_for(world.district_staff).get())[0] == "nobody"
    third = above(world)
    relays.relay(
        matter=Matter.objects.get(pk=matter.pk), level=CongressLevel.MUNICIPAL, deputies=[third], reason="另请",
        by=world.district_staff, now=NOW,
    )  # fmt: skip
    assert not nobody_left(Baton.objects.all())


def test_same_deputy_is_not_asked_twice_while_it_runs(world: HandlingWorld) -> None:
    matter = relayed(world)
    with pytest.raises(InvalidInput) as caught:
        relayed(world, matter)
    assert caught.value.field == "deputies"


def test_answer_becomes_the_reply_and_the_resident_may_rate(world: HandlingWorld) -> None:
    matter = relayed(world)
    baton = relays.take(baton=baton_of(matter), by=world.city_deputy_user, now=NOW)
    reply = relays.answer(baton=baton, text="已列入市级计划。", reply_class="C", by=world.city_deputy_user, now=NOW)
    assert (reply.status, reply.deputy) == (ReplyStatus.OPINION, world.city_deputy)
    matter.refresh_from_db()
    assert (matter.status, matter.first_replied_at) == (Status.RELAYED, None), "an answer above is no reply yet"
    handling.report_back(matter=matter, content=content("C"), by=world.district_staff, now=NOW)
    assert matter.status == Status.REPLIED
    assert RatingInvite.objects.filter(matter=matter).exists()


def test_answer_by_letter_is_recorded_by_the_committee_only(world: HandlingWorld) -> None:
    Deputy.objects.filter(pk=world.city_deputy.pk).update(user=None)
    matter = relayed(world)
    with pytest.raises(NotAllowed):
        relays.take(baton=baton_of(matter), by=world.staff, now=NOW)
    relays.take(baton=baton_of(matter), by=world.district_staff, now=NOW)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert "按来函登记" in event.actor


def test_committee_does_not_speak_for_a_deputy_with_an_account(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        relays.take(baton=baton_of(relayed(world)), by=world.district_staff, now=NOW)


def test_helper_acts_in_the_deputys_name(world: HandlingWorld) -> None:
    Deputy.objects.filter(pk=world.city_deputy.pk).update(helper=world.helper)
    matter = relayed(world)
    relays.take(baton=baton_of(matter), by=world.helper, now=NOW)
    assert "代办" in Event.objects.filter(chain=matter.chain).latest("seq").actor


@pytest.mark.parametrize(
    "name", ["deputy_user", "other_deputy_user", "other_staff", "handler", "admin", "leader", "staff"]
)
def test_outsider_does_nothing(world: HandlingWorld, name: str) -> None:
    baton = baton_of(relayed(world))
    assert verbs_for(world.users[name], baton) == []
    who = {"by": world.users[name], "now": NOW}
    for act in (
        lambda: relays.take(baton=baton, **who),
        lambda: relays.decline(baton=baton, reason="不", **who),
        lambda: relays.answer(baton=baton, text="好", reply_class="A", **who),
        lambda: relays.withdraw(baton=baton, reason="收", **who),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_take_and_withdraw_at_once_leaves_one_of_them(world: HandlingWorld) -> None:
    matter = relayed(world)
    deputys, committees = baton_of(matter), baton_of(matter)
    relays.withdraw(baton=committees, reason="另有安排", by=world.district_staff, now=NOW)
    with pytest.raises(StaleState):
        relays.take(baton=deputys, by=world.city_deputy_user, now=NOW)
    assert baton_of(matter).status == BatonStatus.WITHDRAWN
    assert not Event.objects.filter(chain=matter.chain, verb="relay_take").exists()


def test_nothing_more_is_done_once_there_is_a_result(world: HandlingWorld) -> None:
    matter = relayed(world)
    handling.report_back(matter=matter, content=content("D"), by=world.district_staff, now=NOW)
    baton = baton_of(matter)
    with pytest.raises(RelayOver):
        relays.take(baton=baton, by=world.city_deputy_user, now=NOW)
    assert verbs_for(world.city_deputy_user, baton) == []
    assert not Baton.objects.named_to(world.city_deputy_user).running().exists()


def test_deputy_out_of_office_does_not_act_and_is_withdrawn(world: HandlingWorld) -> None:
    matter = relayed(world)
    Deputy.objects.filter(pk=world.city_deputy.pk).update(status="ended")
    with pytest.raises(NotInOffice):
        relays.take(baton=baton_of(matter), by=world.city_deputy_user, now=NOW)
    relays.withdraw(baton=baton_of(matter), reason="已离任", by=world.district_staff, now=NOW)


@pytest.mark.parametrize(
    ("text", "reply_class", "field"), [(" ", "A", "text"), ("好", "Z", "reply_class"), ("长" * 10_001, "A", "text")]
)
def test_answer_refuses_what_is_missing(world: HandlingWorld, text: str, reply_class: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        relays.answer(
            baton=baton_of(relayed(world)), text=text, reply_class=reply_class, by=world.city_deputy_user, now=NOW
        )
    assert caught.value.field == field


def test_answered_twice_is_refused(world: HandlingWorld) -> None:
    baton = baton_of(relayed(world))
    relays.answer(baton=baton, text="已列入。", reply_class="C", by=world.city_deputy_user, now=NOW)
    with pytest.raises(WrongState):
        relays.answer(
            baton=baton_of(baton.relay.matter), text="又一次", reply_class="A", by=world.city_deputy_user, now=NOW
        )


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "taken"},
        {"status": "declined", "ended_at": NOW},
        {"status": "answered", "ended_at": NOW},
        {"ended_at": NOW},
        {"status": "withdrawn", "reason": "收回"},
    ],
)
def test_row_refuses_halves(world: HandlingWorld, broken: dict[str, Any]) -> None:
    baton = baton_of(relayed(world))
    with pytest.raises(IntegrityError), transaction.atomic():
        Baton.objects.filter(pk=baton.pk).update(**broken)


def test_row_is_once_for_a_deputy_and_consent_has_words(world: HandlingWorld) -> None:
    baton = baton_of(relayed(world))
    with pytest.raises(IntegrityError), transaction.atomic():
        Baton.objects.create(relay=baton.relay, deputy=baton.deputy, named_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relay.objects.filter(pk=baton.relay_id).update(identified=True)


def test_table_leads_to_and_from_every_state() -> None:
    assert {row.target for row in BATON.rows} == set(BatonStatus)
    for status in BatonStatus:
        assert bool(BATON.verbs_from(status)) == (status in RUNNING)


def test_states_of_relays_are_told_apart_by_the_database(world: HandlingWorld) -> None:
    matter = relayed(world)
    rows = relays_for(world.district_staff)
    assert in_state(rows, "waiting").exists()
    relays.take(baton=baton_of(matter), by=world.city_deputy_user, now=NOW)
    assert [in_state(rows, key).exists() for key in ("waiting", "taken", "answered", "nobody", "over")] == [
        False, True, False, False, False,
    ]  # fmt: skip


def test_scope_of_parts(world: HandlingWorld) -> None:
    relayed(world)
    seeing = {name for name, user in world.users.items() if Baton.objects.visible_to(user).exists()}
    assert seeing == {"city_deputy_user", "helper", "staff", "secretary", "district_staff", "leader"}
    disabled = UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress, is_active=False)
    assert not Baton.objects.visible_to(disabled).exists()


def test_every_reporter_hears_it(world: HandlingWorld) -> None:
    matter = taken(world)
    add_reporter(matter, phone="13800000009")
    relayed(world, matter)
    told = {row.address for row in Notice.objects.filter(channel=Channel.SMS, subject__contains="接着推动")}
    assert told == {"13800000000", "13800000009"}
