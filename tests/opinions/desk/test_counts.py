"""The statement that counts a reader's queues is worked out once, and what it says is true whenever it is asked."""

from typing import Any

import pytest
from django.http import Http404

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.base.stamps import bump
from liaison.base.web.counting import Counting
from opinions.desk.counts import HANDED, _counting, counts_of
from opinions.desk.queries import in_queue, queues_of
from opinions.desk.reader import Reader
from opinions.desk.reading import RELATED, saved_filters, visible_matter
from opinions.desk.services import save_filter
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import UserFactory
from tests.factories.matters import HandlingWorld, bring_to, open_matter, signed

READERS = ("staff", "secretary", "helper", "deputy_user", "handler", "head", "district_staff", "other_staff")
pytestmark = pytest.mark.django_db


def counted(user: User) -> dict[str, str]:
    found = counts_of(user, Matter.objects.visible_to(user))
    return {name: number for name, number in found.items() if name != HANDED}


def plain(user: User) -> dict[str, str]:
    """The same, one queue after another."""
    visible = Matter.objects.visible_to(user)
    return {one.key: str(in_queue(visible, user, one).count()) for one in queues_of(user) if one.key != "all"}


def test_counts_are_those_of_the_queues_and_live(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Any] = []
    original = Counting.of

    def noted(*given: Any, **named: Any) -> Counting:
        built.append(given)
        return original(*given, **named)

    monkeypatch.setattr(Counting, "of", noted)
    _counting.cache_clear()
    for status in (Status.SUBMITTED, Status.HANDLING, Status.REPLIED, Status.CLOSED):
        bring_to(world, status)
        for name in READERS:
            assert counted(getattr(world, name)) == plain(getattr(world, name)), (name, status)
    colleague = UserFactory.create(role=Role.HANDLER, organisation=world.department)
    assert counted(colleague) == plain(colleague)
    assert len(built) == len(READERS), "who is alike shares the statement"
    with_own = UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.committee)
    assert counted(with_own) == plain(with_own)
    assert len(built) == len(READERS) + 1


def test_counts_follow_role_and_body(world: HandlingWorld) -> None:
    bring_to(world, Status.HANDLING)
    user = UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)
    for role, body in (
        (Role.STREET_STAFF, world.committee), (Role.STREET_STAFF, world.other_committee),
        (Role.HANDLER, world.department), (Role.HANDLER, world.other_department),
        (Role.DISTRICT_STAFF, world.congress), (Role.STREET_STAFF, world.committee),
    ):  # fmt: skip
        User.objects.filter(pk=user.pk).update(role=role, organisation=body)
        user = User.objects.select_related("organisation").get(pk=user.pk)
        assert counted(user) == plain(user), role


def test_counts_follow_the_map(world: HandlingWorld) -> None:
    open_matter(world)
    other = world.other_staff
    assert counted(other)["triage"] == "0"
    Organisation.objects.filter(pk=world.committee.pk).update(active=False, merged_into=world.other_committee)
    Matter.objects.filter(street=world.committee).update(holder=world.other_committee)
    bump("organisations")
    assert counted(other) == plain(other)
    assert counted(other)["triage"] == "1"


def test_counts_of_nothing_are_naught(world: HandlingWorld) -> None:
    nobody = UserFactory.create(role=Role.DEPUTY, organisation=world.committee)
    assert set(counted(nobody).values()) == {"0"}


def test_matter_is_shown_to_those_in_whose_scope_it_is(world: HandlingWorld, django_assert_num_queries: Any) -> None:
    matter, asked_of_a_deputy = signed(world), open_matter(world, deputy=world.deputy)
    readers = dict.fromkeys(("staff", "helper", "handler", "district_staff"), matter)
    for name, one in (*readers.items(), ("staff", asked_of_a_deputy), ("deputy_user", asked_of_a_deputy)):
        user = getattr(world, name)
        for _time in range(2):
            with django_assert_num_queries(1):
                found = visible_matter(user, one.code)
            asked = Matter.objects.select_related(*RELATED).get(pk=one.pk)
            assert (found, found.opinion.content, found.deputy) == (asked, asked.opinion.content, asked.deputy)
    for name in ("other_staff", "other_handler", "other_deputy_user"):
        with pytest.raises(Http404):
            visible_matter(getattr(world, name), matter.code)
    colleague = UserFactory.create(role=Role.HANDLER, organisation=world.department)
    assert visible_matter(colleague, matter.code) == matter
    assert Reader.of(colleague) == Reader.of(world.handler) != Reader.of(world.other_handler)
    officers = UserFactory.create_batch(2, role=Role.LIAISON_OFFICER, organisation=world.committee)
    assert len({Reader.of(one) for one in officers}) == 2, "each has the deputies that are paired with the own account"
    moved = world.staff
    moved.organisation = world.other_committee
    with pytest.raises(Http404):
        visible_matter(moved, matter.code)
    world.handler.is_active = False
    with pytest.raises(Http404):
        visible_matter(world.handler, matter.code)


def test_filters_are_the_users_own(world: HandlingWorld) -> None:
    for user in (world.staff, world.secretary):
        save_filter(by=user, name=user.name, query="q=路灯")
        assert [one.name for one in saved_filters(user)] == [user.name]
