"""Several deputies on one matter (H9): the first addressed leads, the others follow, talk and sign."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import User
from deputies.roster.models import Deputy, Group, GroupKind
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.companions import services as companions
from opinions.companions.models import Companion, Signature
from opinions.companions.queries import can_be_invited, delegations_for, groups_for
from opinions.companions.states import COMPANION, PRESENT, CompanionStatus
from opinions.handling import services as handling
from opinions.handling.services import NotToResident
from opinions.handling.standing import NotYourTurn
from opinions.matters.models import Matter
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.matters import NOW, HandlingWorld, answered, open_matter
from tests.factories.roster import DelegationFactory, DeputyFactory, GroupFactory

RELATED = ("deputy", "matter__deputy", "matter__street", "matter__district")


def joint(world: HandlingWorld, matter: Matter | None = None) -> Companion:
    """The second deputy, invited by the first."""
    matter = matter or open_matter(world, deputy=world.deputy)
    companions.invite(matter=matter, deputies=[world.other_deputy], by=world.deputy_user, now=NOW)
    return again(matter)


def again(matter: Matter) -> Companion:
    return Companion.objects.select_related(*RELATED).get(matter=matter)


def browser(user: User) -> Client:
    return sign_in(Client(), user)


def test_invited_deputy_sees_the_matter_and_the_first_one_leads(world: HandlingWorld) -> None:
    companion = joint(world)
    assert companion.matter.concerns(world.other_deputy_user)
    assert companion.matter.holder_deputy_id == world.deputy.pk
    told = Notice.objects.get(recipient=world.other_deputy_user, channel=Channel.IN_APP)
    assert "邀请您一起跟踪" in told.subject
    with pytest.raises(NotYourTurn):
        handling.answer(matter=companion.matter, text="我来答", by=world.other_deputy_user, now=NOW)


def test_companion_does_not_answer_but_talks_internally(world: HandlingWorld) -> None:
    companion = joint(world)
    companions.join(companion=companion, by=world.other_deputy_user, now=NOW)
    matter = Matter.objects.select_related("deputy", "street").get(pk=companion.matter_id)
    with pytest.raises(NotToResident):
        handling.say(matter=matter, text="我们来说", public=True, by=world.other_deputy_user, now=NOW)
    handling.say(matter=matter, text="我这边也有同样的路灯", public=False, by=world.other_deputy_user, now=NOW)
    assert Notice.objects.filter(recipient=world.deputy_user, subject__contains="内部留言").exists()
    assert not Notice.objects.filter(recipient=world.other_deputy_user, subject__contains="内部留言").exists()


def test_declined_or_released_deputy_sees_nothing_any_more(world: HandlingWorld) -> None:
    companion = joint(world)
    companions.stand_back(companion=companion, by=world.other_deputy_user, now=NOW)
    assert not companion.matter.concerns(world.other_deputy_user)
    companions.invite(matter=companion.matter, deputies=[world.other_deputy], by=world.staff, now=NOW)
    companion = again(companion.matter)
    assert companion.status == CompanionStatus.INVITED
    companions.release(companion=companion, by=world.deputy_user, now=NOW)
    assert not companion.matter.concerns(world.other_deputy_user)
    assert list(verify([companion.chain, companion.matter.chain])) == []


def test_signature_stands_under_the_answer(world: HandlingWorld) -> None:
    companion = joint(world)
    companions.join(companion=companion, by=world.other_deputy_user, now=NOW)
    with pytest.raises(WrongState):
        companions.sign_answer(companion=again(companion.matter), by=world.other_deputy_user, now=NOW)
    matter = answered(world, Matter.objects.select_related("deputy", "street", "district").get(pk=companion.matter_id))
    companions.sign_answer(companion=again(matter), by=world.other_deputy_user, now=NOW)
    assert Signature.objects.get().deputy == world.other_deputy
    with pytest.raises(WrongState):
        companions.sign_answer(companion=again(matter), by=world.other_deputy_user, now=NOW)
    reporter = matter.reporters.get()
    page = Client().get(f"/t/{matter.code}/", {"k": reporter.link_key}).content.decode()
    assert f"联名代表：{world.other_deputy.name}" in page.replace("\n", "")
    desk = browser(world.staff).get(reverse("desk:matter", args=[matter.code])).content.decode()
    assert world.other_deputy.name in desk


def test_group_and_delegation_are_invited_as_a_whole(world: HandlingWorld) -> None:
    group = GroupFactory.create(name="城建环保组", kind=GroupKind.PROFESSIONAL, organisation=world.congress)
    delegation = DelegationFactory.create(term=world.deputy.term)
    for deputy in (world.deputy, world.other_deputy, world.consultant):
        deputy.groups.add(group)
    unread = DeputyFactory.create(organisation=world.committee, term=world.deputy.term)
    unread.groups.add(group)
    Deputy.objects.filter(pk=world.other_deputy.pk).update(delegation=delegation)
    matter = open_matter(world, deputy=world.deputy)
    assert (list(groups_for(matter)), list(delegations_for(matter))) == ([group], [delegation])
    rows = companions.invite(matter=matter, groups=[group], delegations=[delegation], by=world.staff, now=NOW)
    assert {row.deputy for row in rows} == {world.other_deputy, world.consultant}
    assert {row.circle for row in rows} == {group.name}
    with pytest.raises(InvalidInput):
        companions.invite(matter=matter, groups=[group], by=world.staff, now=NOW)


@pytest.mark.parametrize("case", ["the lead", "elsewhere", "gone", "unread"])
def test_invite_refuses_others(world: HandlingWorld, case: str) -> None:
    reader = UserFactory.create(role="deputy", organisation=world.committee)
    cases: dict[str, Any] = {
        "the lead": lambda: world.deputy,
        "elsewhere": lambda: DeputyFactory.create(user=reader),
        "gone": lambda: DeputyFactory.create(organisation=world.committee, user=reader, status="ended"),
        "unread": lambda: DeputyFactory.create(organisation=world.committee),
    }
    matter = open_matter(world, deputy=world.deputy)
    with pytest.raises(InvalidInput):
        companions.invite(matter=matter, deputies=[cases[case]()], by=world.staff, now=NOW)
    assert not Companion.objects.exists()


@pytest.mark.parametrize("name", ["other_deputy_user", "other_staff", "handler", "consultant_user", "admin", "leader"])
def test_outsider_neither_invites_nor_opens(world: HandlingWorld, name: str) -> None:
    matter = open_matter(world, deputy=world.deputy)
    with pytest.raises(NotAllowed):
        companions.invite(matter=matter, deputies=[world.consultant], by=world.users[name], now=NOW)
    client = browser(world.users[name])
    assert client.get(reverse("companions:invite", args=[matter.code])).status_code in (403, 404)
    companion = joint(world, matter)
    companions.stand_back(companion=companion, by=world.other_deputy_user, now=NOW)
    for verb in ("join", "stand_back", "sign_answer", "release"):
        assert client.post(reverse(f"companions:{verb}", args=[companion.pk])).status_code in (403, 404)


def test_invited_deputy_does_not_invite_further(world: HandlingWorld) -> None:
    companion = joint(world)
    with pytest.raises(NotAllowed):
        companions.invite(matter=companion.matter, deputies=[world.consultant], by=world.other_deputy_user, now=NOW)


def test_joined_and_released_at_once_leaves_one_of_them(world: HandlingWorld) -> None:
    companion = joint(world)
    stale = again(companion.matter)
    companions.release(companion=companion, by=world.staff, now=NOW)
    with pytest.raises(StaleState):
        companions.join(companion=stale, by=world.other_deputy_user, now=NOW)


def test_three_taps_remain_for_the_lead(world: HandlingWorld) -> None:
    """Open the desk, 答复, 发送: the invited ones change nothing about it."""
    companion, client = joint(world), browser(world.deputy_user)
    url = reverse("handling:answer", args=[companion.matter.code])
    assert url in client.get("/desk/").content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": "已联系城管，今晚修好。"}).status_code == 302
    assert Matter.objects.get(pk=companion.matter_id).status == "replied"


def test_desk_offers_the_invitation_and_the_page_its_buttons(world: HandlingWorld) -> None:
    companion, client = joint(world), browser(world.other_deputy_user)
    assert companion.matter.title in client.get("/desk/?queue=invited").content.decode()
    page = client.get(reverse("desk:matter", args=[companion.matter.code])).content.decode()
    assert reverse("companions:join", args=[companion.pk]) in page
    assert client.post(reverse("companions:join", args=[companion.pk])).status_code == 302
    companion.refresh_from_db()
    assert companion.status == CompanionStatus.JOINED


def test_screen_of_inviting_refuses_kindly(world: HandlingWorld) -> None:
    matter, client = open_matter(world, deputy=world.deputy), browser(world.staff)
    url = reverse("companions:invite", args=[matter.code])
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"deputies": ["999999", "x' OR 1=1"]}).status_code == 422
    assert client.post(url, {"deputies": [world.other_deputy.pk]}).status_code == 302


def test_every_verb_is_served_and_every_state_reached() -> None:
    inner = {"invite_again"}
    for row in COMPANION.rows:
        args = ["K7M2"] if row.verb == "invite" else [1]
        assert row.verb in inner or reverse(f"companions:{row.verb}", args=args)
    assert {row.target for row in COMPANION.rows} == set(CompanionStatus)
    assert all(COMPANION.verbs_from(status) for status in CompanionStatus)
    assert set(PRESENT) < set(CompanionStatus)


def test_row_refuses_halves(world: HandlingWorld) -> None:
    companion = joint(world)
    for broken in ({"status": "joined"}, {"decided_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Companion.objects.filter(pk=companion.pk).update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Companion.objects.create(matter=companion.matter, deputy=companion.deputy, invited_at=NOW)


@pytest.mark.parametrize("count", [1, 30])
def test_page_asks_the_same_for_one_and_for_thirty(
    world: HandlingWorld, count: int, django_assert_max_num_queries: Any
) -> None:
    matter = open_matter(world, deputy=world.deputy)
    group = GroupFactory.create(organisation=world.congress)
    for number in range(count):
        user = UserFactory.create(role="deputy", organisation=world.committee)
        deputy = DeputyFactory.create(
            organisation=world.committee, user=user, name=f"同行{number}", term=world.deputy.term
        )
        deputy.groups.add(group)
    companions.invite(matter=matter, groups=[group], by=world.staff, now=NOW)
    client = browser(world.staff)
    url = reverse("desk:matter", args=[matter.code])
    client.get(url)
    with django_assert_max_num_queries(14):
        page = client.get(url).content.decode()
    assert page.count("不再邀请") >= count
    assert Event.objects.filter(chain=matter.chain, verb="invite").count() == 1
    assert not can_be_invited(matter).filter(groups=group).exists()
    assert Group.objects.count() == 1
