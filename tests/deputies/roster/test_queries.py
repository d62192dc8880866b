"""Who sees which deputies, and how they are found."""

import pytest

from deputies.accounts.models import Role
from deputies.roster.models import Deputy
from deputies.roster.queries import filtered
from tests.factories.accounts import UserFactory
from tests.factories.organisations import StreetWorld, street_world
from tests.factories.roster import ConsultantFactory, DeputyFactory, GroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


def _names(rows: object) -> set[str]:
    return {deputy.name for deputy in rows}  # type: ignore[attr-defined]


def test_visible_to_street_are_its_own_and_its_stations(world: StreetWorld) -> None:
    DeputyFactory.create(name="本街", organisation=world.committee)
    DeputyFactory.create(name="本站", organisation=world.station)
    DeputyFactory.create(name="别街", organisation=world.other_committee)
    DeputyFactory.create(name="区级", organisation=world.congress)
    user = UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)
    assert _names(Deputy.objects.visible_to(user)) == {"本街", "本站"}


def test_visible_to_station_staff_is_what_the_street_sees(world: StreetWorld) -> None:
    DeputyFactory.create(name="本街", organisation=world.committee)
    DeputyFactory.create(name="别街", organisation=world.other_committee)
    user = UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.station)
    assert _names(Deputy.objects.visible_to(user)) == {"本街"}


def test_visible_to_district_are_all_below(world: StreetWorld) -> None:
    for body in (world.committee, world.station, world.other_committee, world.congress):
        DeputyFactory.create(organisation=body)
    DeputyFactory.create(name="外区")
    user = UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress)
    rows = Deputy.objects.visible_to(user)
    assert rows.count() == 4
    assert "外区" not in _names(rows)


def test_visible_to_deputy_is_the_own_record(world: StreetWorld) -> None:
    user = UserFactory.create(role=Role.DEPUTY, organisation=world.committee)
    DeputyFactory.create(name="本人", organisation=world.committee, user=user)
    DeputyFactory.create(organisation=world.committee)
    assert _names(Deputy.objects.visible_to(user)) == {"本人"}


def test_visible_to_helper_are_also_the_paired_ones(world: StreetWorld) -> None:
    user = UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.committee)
    DeputyFactory.create(name="结对", organisation=world.other_committee, helper=user)
    assert _names(Deputy.objects.visible_to(user)) == {"结对"}


@pytest.mark.parametrize("role", [Role.HANDLER, Role.DEPARTMENT_HEAD])
def test_visible_to_department_is_nothing(world: StreetWorld, role: Role) -> None:
    DeputyFactory.create(organisation=world.committee)
    assert not Deputy.objects.visible_to(UserFactory.create(role=role, organisation=world.department)).exists()


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_visible_to_administrator_is_nothing(world: StreetWorld, role: Role) -> None:
    DeputyFactory.create(organisation=world.committee)
    assert not Deputy.objects.visible_to(UserFactory.create(role=role, organisation=None)).exists()


def test_visible_to_closed_account_is_nothing(world: StreetWorld) -> None:
    DeputyFactory.create(organisation=world.committee)
    user = UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee, is_active=False)
    assert not Deputy.objects.visible_to(user).exists()


@pytest.mark.parametrize("text", ["单", "样云", "shan", "shanyang", "Shan Yang", "syy", "QX77", "qx77", "  SYY "])
def test_matching_finds_by_name_pinyin_initials_and_certificate(world: StreetWorld, text: str) -> None:
    DeputyFactory.create(
        name="单样云", pinyin="shan yangyun", initials="syy", certificate="QX77", organisation=world.committee
    )
    DeputyFactory.create(name="李例", pinyin="li li", initials="ll", certificate="QX770", organisation=world.committee)
    assert _names(Deputy.objects.matching(text)) == {"单样云"}


@pytest.mark.parametrize("text", ["%", "_", "'", "\\", "𠮷", "丁"])
def test_matching_takes_signs_as_they_are(world: StreetWorld, text: str) -> None:
    DeputyFactory.create(name="单样云", pinyin="shan yangyun", organisation=world.committee)
    assert not Deputy.objects.matching(text).exists()


def test_filtered_by_standing_status_and_group(world: StreetWorld) -> None:
    user = UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)
    group = GroupFactory.create(organisation=world.committee)
    DeputyFactory.create(name="在任", organisation=world.committee, groups=[group])
    DeputyFactory.create(name="离任", organisation=world.committee, status="ended")
    DeputyFactory.create(name="暂停", organisation=world.committee, status="suspended")
    ConsultantFactory.create(name="议政", organisation=world.committee)
    assert _names(filtered(user, {})) == {"在任", "暂停", "议政"}
    assert _names(filtered(user, {"status": "all"})) == {"在任", "离任", "暂停", "议政"}
    assert _names(filtered(user, {"status": "ended"})) == {"离任"}
    assert _names(filtered(user, {"standing": "consultant"})) == {"议政"}
    assert _names(filtered(user, {"standing": "county"})) == {"在任", "暂停"}
    assert _names(filtered(user, {"group": str(group.pk)})) == {"在任"}
