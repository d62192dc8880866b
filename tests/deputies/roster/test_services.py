"""The roster is kept: every rule, every verb, every event."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deputies.accounts.models import Role, User
from deputies.roster import services
from deputies.roster.access import NotYours
from deputies.roster.models import CongressLevel, Deputy, FormerDeputyCode, Identity, Term
from deputies.roster.states import OFFICE, DeputyStatus
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.codes import PLAQUE_LENGTH, is_code
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.privacy import blind_index
from liaison.base.workflow import WrongState
from tests.factories.accounts import UserFactory
from tests.factories.organisations import StreetWorld, street_world
from tests.factories.roster import ConsultantFactory, DelegationFactory, DeputyFactory, GroupFactory, TermFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = date(2026, 11, 22)


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


@pytest.fixture
def staff(world: StreetWorld) -> User:
    return UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)


@pytest.fixture
def term(world: StreetWorld) -> Term:
    return TermFactory.create(division=world.district, number=6)


def _details(world: StreetWorld, term: Term | None, /, **values: Any) -> services.Details:
    known = {"name": "单样云", "organisation": world.committee, "level": CongressLevel.COUNTY, "term": term}
    return services.Details(**(known | values))


def _verbs(deputy: Deputy) -> list[str]:
    return list(Event.objects.filter(chain=deputy.chain).order_by("seq").values_list("verb", flat=True))


def test_create_deputy_gets_a_code_pinyin_and_an_event(world: StreetWorld, staff: User, term: Term) -> None:
    group = GroupFactory.create(organisation=world.congress)
    details = _details(world, term, phone="13800001234", groups=[group], public_fields=["title", "photo"])
    deputy = services.create_deputy(details=details, by=staff, now=NOW)
    deputy.refresh_from_db()
    assert is_code(deputy.code, PLAQUE_LENGTH)
    assert (deputy.pinyin, deputy.initials) == ("shan yangyun", "syy")
    assert (deputy.phone, deputy.phone_index) == ("13800001234", blind_index("13800001234"))
    assert deputy.public_fields == ["photo", "title"]
    assert list(deputy.groups.all()) == [group]
    assert _verbs(deputy) == ["deputy.created"]


def test_create_deputy_keeps_the_number_out_of_the_ledger(world: StreetWorld, staff: User, term: Term) -> None:
    deputy = services.create_deputy(details=_details(world, term, phone="13800001234"), by=staff, now=NOW)
    told = str(Event.objects.get(chain=deputy.chain).data)
    assert "13800001234" not in told
    assert "138****1234" in told


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"level": ""}, "level"),
        ({"term": None}, "term"),
        ({"level": CongressLevel.MUNICIPAL}, "term"),
        ({"identity": Identity.CONSULTANT}, "level"),
    ],
)
def test_create_deputy_with_what_does_not_fit_names_the_field(
    world: StreetWorld, staff: User, term: Term, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.create_deputy(details=_details(world, term, **values), by=staff, now=NOW)
    assert refusal.value.field == field


def test_create_deputy_with_a_delegation_of_another_term_is_refused(
    world: StreetWorld, staff: User, term: Term
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.create_deputy(details=_details(world, term, delegation=DelegationFactory.create()), by=staff, now=NOW)
    assert refusal.value.field == "delegation"


def test_create_deputy_with_a_street_for_an_electoral_district_is_refused(
    world: StreetWorld, staff: User, term: Term
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.create_deputy(details=_details(world, term, electoral_district=world.street), by=staff, now=NOW)
    assert refusal.value.field == "electoral_district"


def test_create_consultant_has_no_level_and_no_term(world: StreetWorld, staff: User) -> None:
    details = _details(world, None, identity=Identity.CONSULTANT, level="")
    deputy = services.create_deputy(details=details, by=staff, now=NOW)
    assert deputy.standing == "议政代表"


def test_a_level_on_a_consultant_violates_the_table(world: StreetWorld) -> None:
    with pytest.raises(IntegrityError, match="deputy_level_term_by_identity"), transaction.atomic():
        ConsultantFactory.create(organisation=world.committee, level=CongressLevel.COUNTY)


def test_a_certificate_is_given_once_in_a_term(world: StreetWorld, staff: User, term: Term) -> None:
    DeputyFactory.create(term=term, certificate="QX1", organisation=world.committee)
    with pytest.raises(services.CertificateTaken) as refusal:
        services.create_deputy(details=_details(world, term, certificate="QX1"), by=staff, now=NOW)
    assert refusal.value.field == "certificate"
    assert Deputy.objects.count() == 1


def test_create_deputy_for_another_street_is_refused(world: StreetWorld, staff: User, term: Term) -> None:
    with pytest.raises(NotYours):
        services.create_deputy(details=_details(world, term, organisation=world.other_committee), by=staff, now=NOW)


def test_create_deputy_by_a_liaison_officer_is_refused(world: StreetWorld, term: Term) -> None:
    officer = UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.committee)
    with pytest.raises(NotAllowed):
        services.create_deputy(details=_details(world, term), by=officer, now=NOW)


def test_update_deputy_changes_derived_fields_and_tells_what(world: StreetWorld, staff: User, term: Term) -> None:
    deputy = services.create_deputy(details=_details(world, term), by=staff, now=NOW)
    new = _details(world, term, name="解样朗", phone="13900001234", title="示例职务")
    assert services.update_deputy(deputy=deputy, details=new, version=1, by=staff, now=NOW)
    deputy.refresh_from_db()
    assert (deputy.name, deputy.pinyin, deputy.phone_index) == ("解样朗", "xie yanglang", blind_index("13900001234"))
    told = Event.objects.filter(chain=deputy.chain).latest("seq").data
    assert told == {"name": ["单样云", "解样朗"], "phone": ["", "139****1234"], "title": ["", "示例职务"]}
    assert list(verify([deputy.chain])) == []


def test_update_deputy_with_nothing_new_leaves_no_event(world: StreetWorld, staff: User, term: Term) -> None:
    deputy = services.create_deputy(details=_details(world, term), by=staff, now=NOW)
    assert not services.update_deputy(deputy=deputy, details=_details(world, term), version=1, by=staff, now=NOW)
    assert _verbs(deputy) == ["deputy.created"]


def test_update_deputy_from_an_old_screen_is_stale(world: StreetWorld, staff: User, term: Term) -> None:
    deputy = services.create_deputy(details=_details(world, term), by=staff, now=NOW)
    services.update_deputy(deputy=deputy, details=_details(world, term, title="甲"), version=1, by=staff, now=NOW)
    with pytest.raises(StaleState):
        services.update_deputy(deputy=deputy, details=_details(world, term, title="乙"), version=1, by=staff, now=NOW)
    deputy.refresh_from_db()
    assert deputy.title == "甲"


def test_update_deputy_may_not_move_to_another_street(world: StreetWorld, staff: User, term: Term) -> None:
    deputy = services.create_deputy(details=_details(world, term), by=staff, now=NOW)
    moved = replace(_details(world, term), organisation=world.other_committee)
    with pytest.raises(NotYours):
        services.update_deputy(deputy=deputy, details=moved, version=1, by=staff, now=NOW)


def test_office_every_state_is_reached_and_left() -> None:
    assert {row.target for row in OFFICE.rows} == set(DeputyStatus)
    assert {source for row in OFFICE.rows for source in row.sources} == set(DeputyStatus)


def test_suspend_and_resume_are_told_with_their_reason(world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    services.suspend(deputy=deputy, reason="接受审查", by=staff, now=NOW)
    assert deputy.status == DeputyStatus.SUSPENDED
    services.resume(deputy=deputy, by=staff, now=NOW)
    deputy.refresh_from_db()
    assert deputy.status == DeputyStatus.ACTIVE
    assert _verbs(deputy) == ["suspend", "resume"]


def test_suspend_without_reason_or_twice_is_refused(world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    with pytest.raises(InvalidInput):
        services.suspend(deputy=deputy, reason=" ", by=staff, now=NOW)
    services.suspend(deputy=deputy, reason="接受审查", by=staff, now=NOW)
    with pytest.raises(WrongState):
        services.suspend(deputy=deputy, reason="接受审查", by=staff, now=NOW)


def test_end_term_ends_all_its_deputies_and_only_them(world: StreetWorld, term: Term) -> None:
    district = UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress)
    active = DeputyFactory.create(term=term, organisation=world.committee)
    suspended = DeputyFactory.create(term=term, organisation=world.committee, status=DeputyStatus.SUSPENDED)
    other = DeputyFactory.create(organisation=world.committee)
    assert services.end_term(term=term, by=district, now=NOW, on=TODAY) == 2
    assert services.end_term(term=term, by=district, now=NOW, on=TODAY) == 0
    for deputy in (active, suspended, other):
        deputy.refresh_from_db()
    assert (active.status, suspended.status, other.status) == ("ended", "ended", "active")
    assert active.ended_on == TODAY
    term.refresh_from_db()
    assert term.ends_on == TODAY


def test_end_term_before_it_began_is_refused(world: StreetWorld, term: Term) -> None:
    district = UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress)
    with pytest.raises(InvalidInput) as refusal:
        services.end_term(term=term, by=district, now=NOW, on=term.starts_on)
    assert refusal.value.field == "on"


def test_end_term_with_deputies_of_others_is_refused(world: StreetWorld, term: Term, staff: User) -> None:
    DeputyFactory.create(term=term, organisation=world.committee)
    with pytest.raises(NotAllowed):
        services.end_term(term=term, by=staff, now=NOW, on=TODAY)


def test_renew_keeps_the_code(world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    code = deputy.code
    services.end_office(deputy=deputy, reason="届满", on=TODAY, by=staff, now=NOW)
    services.renew(deputy=deputy, by=staff, now=NOW)
    deputy.refresh_from_db()
    assert (deputy.code, deputy.status, deputy.ended_on) == (code, DeputyStatus.ACTIVE, None)


def test_consent_is_the_deputys_own_word_too(world: StreetWorld) -> None:
    owner = UserFactory.create(role=Role.DEPUTY, organisation=world.committee)
    deputy = DeputyFactory.create(organisation=world.committee, user=owner)
    assert services.set_consent(deputy=deputy, public_fields=["title", "nonsense"], by=owner, now=NOW)
    assert not services.set_consent(deputy=deputy, public_fields=["title"], by=owner, now=NOW)
    deputy.refresh_from_db()
    assert deputy.public_fields == ["title"]
    assert _verbs(deputy) == ["deputy.consent"]


def test_consent_by_another_deputy_is_refused(world: StreetWorld) -> None:
    stranger = UserFactory.create(role=Role.DEPUTY, organisation=world.committee)
    with pytest.raises(NotAllowed):
        services.set_consent(
            deputy=DeputyFactory.create(organisation=world.committee), public_fields=["title"], by=stranger, now=NOW
        )


def test_pair_links_helper_and_account(world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    officer = UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.committee)
    account = UserFactory.create(role=Role.DEPUTY, organisation=world.committee)
    assert services.pair(deputy=deputy, helper=officer, account=account, by=staff, now=NOW)
    deputy.refresh_from_db()
    assert (deputy.helper, deputy.user) == (officer, account)
    other = DeputyFactory.create(organisation=world.committee)
    with pytest.raises(services.HasAccount):
        services.pair(deputy=other, helper=None, account=account, by=staff, now=NOW)


def test_pair_with_the_wrong_role_is_refused(world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    handler = UserFactory.create(role=Role.HANDLER, organisation=world.department)
    with pytest.raises(InvalidInput) as helper:
        services.pair(deputy=deputy, helper=handler, account=None, by=staff, now=NOW)
    with pytest.raises(InvalidInput) as account:
        services.pair(deputy=deputy, helper=None, account=staff, by=staff, now=NOW)
    assert (helper.value.field, account.value.field) == ("helper", "account")


def test_replace_code_remembers_the_old_one(world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    old = deputy.code
    new = services.replace_code(deputy=deputy, reason="公示牌遗失", by=staff, now=NOW)
    assert new != old
    assert FormerDeputyCode.objects.get(code=old).deputy == deputy
    with pytest.raises(InvalidInput):
        services.replace_code(deputy=deputy, reason="", by=staff, now=NOW)


def test_end_due_terms_ends_what_is_over_once(world: StreetWorld, term: Term) -> None:
    Term.objects.filter(pk=term.pk).update(ends_on=TODAY)
    deputy = DeputyFactory.create(term=term, organisation=world.committee)
    kept = DeputyFactory.create(organisation=world.committee)
    assert services.end_due_terms(now=NOW, today=TODAY - timedelta(days=1)) == 0
    assert services.end_due_terms(now=NOW, today=TODAY) == 1
    deputy.refresh_from_db()
    assert (deputy.status, deputy.ended_on) == ("ended", TODAY)
    services.renew(deputy=deputy, by=None, now=NOW)
    assert services.end_due_terms(now=NOW, today=TODAY) == 0
    kept.refresh_from_db()
    assert kept.status == "active"
