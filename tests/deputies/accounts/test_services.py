"""Accounts: made, changed, closed; passwords and their history; looks at telephone numbers."""

import itertools
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher, make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from deputies.accounts import services
from deputies.accounts.models import ADMIN_ROLES, Reveal, Role, UsedPassword, User
from deputies.accounts.passwords import REMEMBERED, temporary_password
from deputies.organisations.models import Organisation
from liaison import settings as product
from liaison.base.audit.models import Event
from liaison.base.audit.proof import prove
from liaison.base.errors import NotAllowed
from liaison.base.privacy import blind_index
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.organisations import OrganisationFactory, StreetWorld, street_world

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


@pytest.fixture
def admin() -> User:
    return UserFactory.create(role=Role.SYSTEM_ADMIN)


def _create(role: str, organisation: Organisation | None, **values: Any) -> User:
    words = {"username": "li.yun", "name": "李云", "password": "x"} | values
    return services.create_user(role=role, organisation=organisation, by=None, now=NOW, **words)


def _verbs(user: User) -> list[str]:
    return list(Event.objects.filter(chain=services.chain_of(user)).order_by("seq").values_list("verb", flat=True))


def test_create_user_must_change_the_password_and_leaves_an_event(world: StreetWorld) -> None:
    user = _create(Role.HANDLER, world.department, phone="13800001234")
    user.refresh_from_db()
    assert user.must_change_password
    assert (user.phone, user.phone_index) == ("13800001234", blind_index("13800001234"))
    assert _verbs(user) == ["account.created"]


def test_create_user_with_a_known_name_is_refused(world: StreetWorld) -> None:
    _create(Role.HANDLER, world.department)
    with pytest.raises(services.UsernameTaken):
        _create(Role.HANDLER, world.department)
    assert User.objects.count() == 1


FITTING = {
    Role.DEPUTY: {"committee", "station", "congress"},
    Role.LIAISON_OFFICER: {"committee", "station"},
    Role.STREET_STAFF: {"committee", "station"},
    Role.STREET_SECRETARY: {"committee"},
    Role.STREET_CHAIR: {"committee"},
    Role.HANDLER: {"department", "office", "community_body"},
    Role.DEPARTMENT_HEAD: {"department", "office", "community_body"},
    Role.DISTRICT_STAFF: {"congress"},
    Role.DISTRICT_LEADER: {"congress"},
    **{key: {"congress"} for key in ADMIN_ROLES},
}
BODIES = ("congress", "committee", "station", "department", "office", "community_body")


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("role", list(Role))
def test_role_exists_only_in_bodies_that_fit(world: StreetWorld, role: Role, body: str) -> None:
    organisation = getattr(world, body)
    if body in FITTING[role]:
        assert _create(role, organisation).organisation == organisation
    else:
        with pytest.raises(services.WrongOrganisation, match=organisation.name):
            _create(role, organisation)


@pytest.mark.parametrize("role", list(Role))
def test_only_administrators_may_have_no_organisation(role: Role) -> None:
    if role in ADMIN_ROLES:
        assert _create(role, None).organisation is None
    else:
        with pytest.raises(services.WrongOrganisation):
            _create(role, None)


def test_user_without_organisation_violates_the_constraint() -> None:
    with pytest.raises(IntegrityError, match="user_organisation_unless_admin"), transaction.atomic():
        UserFactory.create(role=Role.HANDLER, organisation=None)


def test_create_user_in_a_closed_body_is_refused() -> None:
    with pytest.raises(services.WrongOrganisation, match="撤销"):
        _create(Role.HANDLER, OrganisationFactory.create(active=False))


def test_edit_user_moves_to_another_body(world: StreetWorld, admin: User) -> None:
    user = UserFactory.create(role=Role.HANDLER, organisation=world.department)
    services.edit_user(
        user, name="王云", role=Role.DEPARTMENT_HEAD, organisation=world.other_department, email="",
        phone="13900001234", wecom_id="", by=admin, now=NOW,
    )  # fmt: skip
    user.refresh_from_db()
    assert (user.name, user.role, user.organisation) == ("王云", Role.DEPARTMENT_HEAD, world.other_department)
    assert user.phone_index == blind_index("13900001234")
    event = Event.objects.get(chain=services.chain_of(user))
    assert event.data["changed"] == ["name", "organisation", "phone", "role"]
    assert "13900001234" not in str(event.data)


def test_edit_user_may_not_change_the_own_role(admin: User) -> None:
    with pytest.raises(services.OwnAccount):
        services.edit_user(
            admin, name=admin.name, role=Role.AUDIT_ADMIN, organisation=None, email="", phone="", wecom_id="",
            by=admin, now=NOW,
        )  # fmt: skip


def test_move_people_brings_all_accounts_to_the_successor(world: StreetWorld, admin: User) -> None:
    people = UserFactory.create_batch(2, role=Role.STREET_STAFF, organisation=world.committee)
    stays = UserFactory.create(role=Role.HANDLER, organisation=world.department)
    assert services.move_people(world.committee, into=world.other_committee, by=admin, now=NOW) == 2
    moved = User.objects.filter(organisation=world.other_committee)
    assert set(moved) == set(people)
    assert _verbs(people[0]) == ["account.edited"]
    assert _verbs(stays) == []


def test_move_people_to_a_body_of_another_kind_is_refused(world: StreetWorld, admin: User) -> None:
    UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)
    with pytest.raises(services.WrongOrganisation):
        services.move_people(world.committee, into=world.department, by=admin, now=NOW)


def test_change_password_ends_the_forced_change() -> None:
    user = UserFactory.create(must_change_password=True)
    services.change_password(user, old=PASSWORD, new="Grey-Heron-4711", now=NOW)
    user.refresh_from_db()
    assert user.check_password("Grey-Heron-4711")
    assert (user.must_change_password, user.password_changed_at) == (False, NOW)
    assert _verbs(user) == ["account.password_changed"]


def test_change_password_with_a_wrong_old_one_is_refused() -> None:
    user = UserFactory.create()
    with pytest.raises(services.WrongPassword) as refusal:
        services.change_password(user, old="wrong", new="Grey-Heron-4711", now=NOW)
    assert refusal.value.field == "old_password"
    assert _verbs(user) == []


@pytest.mark.parametrize("new", ["short-1", "1234567890123", "password1234", PASSWORD, "user-zhang-yun"])
def test_change_password_to_a_weak_one_is_refused(new: str) -> None:
    user = UserFactory.create(username="user-zhang-yun")
    with pytest.raises(services.WeakPassword) as refusal:
        services.change_password(user, old=PASSWORD, new=new, now=NOW)
    assert refusal.value.field == "new_password"


def test_change_password_to_one_of_the_last_five_is_refused_and_to_an_older_one_taken() -> None:
    user = UserFactory.create()
    taken = [PASSWORD, *(f"Grey-Heron-{number}" for number in range(4711, 4711 + REMEMBERED + 1))]
    for old, new in itertools.pairwise(taken):
        services.change_password(user, old=old, new=new, now=NOW)
    for held in taken[1:]:
        with pytest.raises(services.WeakPassword, match=str(REMEMBERED)):
            services.change_password(user, old=taken[-1], new=held, now=NOW)
    services.change_password(user, old=taken[-1], new=PASSWORD, now=NOW)
    assert UsedPassword.objects.filter(user=user).count() == REMEMBERED


def test_reset_password_gives_a_temporary_one(admin: User) -> None:
    user = UserFactory.create()
    password = services.reset_password(user, by=admin, now=NOW)
    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert Event.objects.get(chain=services.chain_of(user)).by == admin
    assert password not in str(list(Event.objects.values()))


def test_temporary_passwords_are_different_and_pass_the_rules() -> None:
    made = {temporary_password() for _n in range(50)}
    assert len(made) == 50
    user = UserFactory.create()
    old = PASSWORD
    for new in list(made)[:3]:
        services.change_password(user, old=old, new=new, now=NOW)
        old = new


def test_deactivate_closes_and_a_reactivated_account_has_a_new_password(admin: User) -> None:
    user = UserFactory.create()
    services.deactivate(user, by=admin, now=NOW, reason="调离")
    closed = User.objects.get(pk=user.pk)
    assert (closed.is_active, closed.check_password(PASSWORD)) == (False, False)
    password = services.reactivate(user, by=admin, now=NOW)
    opened = User.objects.get(pk=user.pk)
    assert (opened.is_active, opened.check_password(password)) == (True, True)
    assert _verbs(user) == ["account.deactivated", "account.reactivated", "account.password_reset"]
    assert prove(services.chain_of(user)).holds


def test_reactivate_twice_leaves_the_first_password(admin: User) -> None:
    user = UserFactory.create()
    services.deactivate(user, by=admin, now=NOW)
    seen = User.objects.get(pk=user.pk)
    password = services.reactivate(user, by=admin, now=NOW)
    with pytest.raises(services.InUse):
        services.reactivate(seen, by=admin, now=NOW)
    assert User.objects.get(pk=user.pk).check_password(password)


def test_password_from_before_closing_is_not_taken_again(admin: User) -> None:
    user = UserFactory.create()
    services.deactivate(user, by=admin, now=NOW)
    password = services.reactivate(user, by=admin, now=NOW)
    with pytest.raises(services.WeakPassword):
        services.change_password(user, old=password, new=PASSWORD, now=NOW)


def test_deactivate_twice_leaves_one_event(admin: User) -> None:
    user = UserFactory.create()
    services.deactivate(user, by=admin, now=NOW)
    services.deactivate(user, by=admin, now=NOW)
    assert _verbs(user) == ["account.deactivated"]


def test_reset_password_of_a_closed_account_is_refused(admin: User) -> None:
    with pytest.raises(services.Closed):
        services.reset_password(UserFactory.create(is_active=False), by=admin, now=NOW)


def test_administrator_may_not_close_or_reset_the_own_account(admin: User) -> None:
    with pytest.raises(services.OwnAccount):
        services.deactivate(admin, by=admin, now=NOW)
    with pytest.raises(services.OwnAccount):
        services.reset_password(admin, by=admin, now=NOW)


def test_product_hashes_passwords_with_argon2() -> None:
    assert product.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert isinstance(identify_hasher(make_password("x", hasher="argon2")), Argon2PasswordHasher)


def test_reveal_phone_writes_who_looked_at_what_and_why() -> None:
    user = UserFactory.create(role=Role.STREET_STAFF)
    number = services.reveal_phone(
        "13800001234", by=user, about="matter:7", what="反映人电话", reason=" 核实地点 ", now=NOW
    )
    assert number == "13800001234"
    held = Reveal.objects.get()
    assert (held.user, held.about, held.what, held.reason) == (user, "matter:7", "反映人电话", "核实地点")
    event = Event.objects.get(chain="matter:7")
    assert (event.verb, event.reason, event.by) == ("phone.revealed", "核实地点", user)
    assert "13800001234" not in str(event.data)


@pytest.mark.parametrize("reason", ["", "   ", "核实", " 看 一 "])
def test_reveal_phone_without_a_real_reason_is_refused(reason: str) -> None:
    with pytest.raises(services.ReasonTooShort):
        services.reveal_phone(
            "13800001234", by=UserFactory.create(), about="matter:7", what="反映人电话", reason=reason, now=NOW
        )
    assert not Reveal.objects.exists()


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.DISTRICT_LEADER, *ADMIN_ROLES])
def test_reveal_phone_to_a_role_without_the_permission_is_refused(role: Role) -> None:
    with pytest.raises(NotAllowed):
        services.reveal_phone(
            "13800001234", by=UserFactory.create(role=role), about="matter:7", what="电话", reason="核实地点", now=NOW
        )
    assert not Reveal.objects.exists()


def test_unlock_without_a_lock_leaves_no_event(admin: User) -> None:
    user = UserFactory.create()
    services.unlock(user, by=admin, now=NOW)
    assert _verbs(user) == []
    AccessAttempt.objects.create(
        username=user.username, failures_since_start=5, user_agent="", get_data="", post_data=""
    )
    services.unlock(user, by=admin, now=NOW)
    assert _verbs(user) == ["account.unlocked"]
    assert not AccessAttempt.objects.exists()
