"""Two streets become one; bodies and places are renamed and closed."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deputies.accounts.models import User
from deputies.organisations.models import Division, Organisation
from deputies.organisations.queries import STAMP
from deputies.organisations.services import BadSuccessor, merge_organisation
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.stamps import bump
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.promises import services as promises
from opinions.routing.models import Rule, RuleSet
from opinions.routing.services import load_default_rules
from opinions.succession import services
from opinions.succession.queries import impact_of, impact_of_place, seal
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.contact_points import ContactPointFactory
from tests.factories.matters import NOW, HandlingWorld, assigned, bring_to, handling_world, later, open_matter, proposed
from tests.factories.organisations import OrganisationFactory
from tests.factories.promises import DUE, again, closed_with, promising
from tests.factories.roster import GroupFactory
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: HandlingWorld) -> Client:
    return sign_in(Client(), world.district_staff)


def merge(world: HandlingWorld, **changed: object) -> None:
    given = {
        "body": world.committee,
        "into": world.other_committee,
        "reason": "区划调整批复",
        "by": world.district_staff,
    }
    given |= {"seen": seal(impact_of(world.committee), world.other_committee), **changed}
    services.merge_street(now=later(), **given)


def test_merge_moves_all_that_stands_on_the_street(world: HandlingWorld) -> None:
    matter, given = open_matter(world), assigned(world)
    point = ContactPointFactory(organisation=world.committee, division=world.places.community)
    group = GroupFactory(organisation=world.committee, name="城建组")
    GroupFactory(organisation=world.other_committee, name="城建组")
    due = matter.due_on
    merge(world)
    matter.refresh_from_db()
    assert (matter.street, matter.holder, matter.due_on) == (world.other_committee, world.other_committee, due)
    assert {clock.organisation for clock in running_clocks(matter)} == {world.other_committee}
    assert given.assignments.get().assigned_by_organisation == world.other_committee
    for row in (point, group, world.deputy, world.staff):
        row.refresh_from_db()
        assert row.organisation == world.other_committee, row
    assert group.name != "城建组"
    assert not Organisation.objects.get(pk=world.committee.pk).active
    assert Organisation.objects.filter(parent=world.committee).count() == 0


def test_merge_writes_the_history_of_each_matter(world: HandlingWorld) -> None:
    matter = open_matter(world)
    merge(world)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.verb, event.by) == ("street_merged", world.district_staff)
    assert event.data == {"body": world.other_committee.name, "from": world.committee.name}
    assert list(verify([matter.chain, f"organisation:{world.committee.pk}"])) == []


def test_merge_new_streets_people_work_on_open_and_see_ended_matters(world: HandlingWorld) -> None:
    waiting, ended = open_matter(world, title="凉亭漏雨"), bring_to(world, Status.CLOSED)
    newcomer = world.other_staff
    assert not Matter.objects.visible_to(newcomer).exists()
    merge(world)
    ended.refresh_from_db()
    assert ended.street == world.committee
    assert set(Matter.objects.visible_to(newcomer)) == {waiting, ended}
    assert "凉亭漏雨" in sign_in(Client(), newcomer).get("/desk/?queue=triage").content.decode()
    waiting.refresh_from_db()
    handling.take(matter=waiting, by=newcomer, now=later(2))
    assert waiting.holder == world.other_committee


def test_reopen_of_an_ended_matter_brings_it_to_the_new_street(world: HandlingWorld) -> None:
    ended = bring_to(world, Status.CLOSED)
    merge(world)
    chair = UserFactory.create(role="street_secretary", organisation=world.other_committee)
    ended = Matter.objects.get(pk=ended.pk)
    handling.reopen(matter=ended, reason="灯又坏了", by=chair, now=later(3))
    assert (ended.status, ended.street) == (Status.HANDLING, world.other_committee)


def test_scope_without_moved_matters_follows_the_successor(world: HandlingWorld) -> None:
    matter = open_matter(world)
    merge_organisation(world.committee, into=world.other_committee, by=None, now=NOW)
    assert list(Matter.objects.visible_to(world.other_staff)) == [matter]


def test_merge_is_refused_when_something_moved_since_the_dry_run(world: HandlingWorld) -> None:
    seen = seal(impact_of(world.committee), world.other_committee)
    open_matter(world)
    with pytest.raises(StaleState):
        merge(world, seen=seen)
    assert Organisation.objects.get(pk=world.committee.pk).active
    assert User.objects.get(pk=world.staff.pk).organisation == world.committee


def test_merge_by_others_or_of_other_kinds_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        merge(world, by=world.secretary)
    with pytest.raises(services.OnlyStreets):
        merge(world, body=world.department, into=world.other_department)
    with pytest.raises(InvalidInput):
        merge(world, reason=" ")
    merge(world)
    with pytest.raises(services.AlreadyClosed):
        merge(world)


def test_merge_into_a_street_that_was_closed_meanwhile_is_refused(world: HandlingWorld) -> None:
    seen = seal(impact_of(world.committee), world.other_committee)
    Organisation.objects.filter(pk=world.other_committee.pk).update(active=False)
    assert world.other_committee.active
    with pytest.raises(BadSuccessor):
        merge(world, seen=seen)
    assert Organisation.objects.get(pk=world.committee.pk).active


@pytest.mark.django_db(transaction=True)
def test_crossed_mergers_leave_one_street_in_use() -> None:
    world = handling_world()
    given = {"reason": "区划调整批复", "by": world.district_staff, "now": later()}
    ways = [(world.committee, world.other_committee), (world.other_committee, world.committee)]
    outcomes = at_once(
        *(
            lambda body=body, into=into: services.merge_street(
                body=body, into=into, seen=seal(impact_of(body), into), **given
            )
            for body, into in ways
        )
    )
    assert sorted(outcomes)[1] == "done"
    assert sorted(outcomes)[0] in ("AlreadyClosed", "BadSuccessor", "StaleState")
    assert Organisation.objects.filter(pk__in=[row.pk for row in ways[0]], active=True).count() == 1


def test_places_of_other_districts_are_not_to_be_changed(world: HandlingWorld) -> None:
    stranger = OrganisationFactory(code="ELSEWHERE", kind="congress").division
    bump(STAMP)
    with pytest.raises(NotAllowed):
        services.rename_place(division=stranger, name="新名", by=world.district_staff, now=NOW)
    with pytest.raises(NotAllowed):
        services.close_place(division=stranger, reason="撤销", by=world.district_staff, now=NOW)


def test_rule_of_a_street_that_names_the_place_is_linked_in_the_streets_version(
    world: HandlingWorld, desk: Client
) -> None:
    load_default_rules(district=world.congress, by=None, now=NOW)
    own = RuleSet.objects.create(district=world.congress, street=world.committee, version=1, created_at=NOW)
    named = [{"mode": "any", "conditions": [{"kind": "division_within", "values": [world.places.street.code]}]}]
    Rule.objects.create(rule_set=own, order=1, name="本街道", conditions=named, tier=2, resolver="street")
    page = desk.get(reverse("succession:place", args=[world.places.street.pk])).content.decode()
    assert reverse("routing:version", args=[own.key]) in page
    assert f"{world.committee} 第 1 版" in page


def test_impact_names_the_rules_that_name_the_street(world: HandlingWorld) -> None:
    rules = load_default_rules(district=world.congress, by=None, now=NOW)
    assert rules is not None
    rule = rules.rules.order_by("order").first()
    assert rule is not None
    assert impact_of(world.committee).rules == ()
    rule.conditions = [{"conditions": [{"kind": "division_within", "values": [world.places.street.code]}]}]
    rule.save()
    assert impact_of(world.committee).rules == (rule,)
    assert impact_of_place(world.places.street).rules == (rule,)
    assert impact_of(world.other_committee).rules == ()


def test_merge_at_the_desk_shows_what_moves_before_it_moves(world: HandlingWorld, desk: Client) -> None:
    open_matter(world)
    url = reverse("succession:merge", args=[world.committee.pk])
    chosen = {"into": world.other_committee.pk, "reason": "区划调整批复"}
    trial = desk.post(url, chosen)
    assert trial.status_code == 200
    assert "将移交给" in trial.content.decode()
    assert Organisation.objects.get(pk=world.committee.pk).active
    done = desk.post(url, chosen | {"seen": trial.context["seal"]})
    assert done.status_code == 302
    assert not Organisation.objects.get(pk=world.committee.pk).active
    page = desk.get(reverse("succession:body", args=[world.committee.pk])).content.decode()
    assert "已并入" in page
    assert "区划调整批复" in page


def test_merge_at_the_desk_with_bad_input_keeps_what_was_typed(world: HandlingWorld, desk: Client) -> None:
    url = reverse("succession:merge", args=[world.committee.pk])
    for into in ("", "x", str(world.committee.pk), str(world.department.pk), "9" * 30):
        answer = desk.post(url, {"into": into, "reason": "批复<b>"})
        assert answer.status_code == 422, into
        assert "批复&lt;b&gt;" in answer.content.decode()
    stale = desk.post(url, {"into": world.other_committee.pk, "reason": "批复", "seen": "1-2"})
    assert stale.status_code == 422
    assert "试算之后又有变化" in stale.content.decode()


def test_department_is_told_at_once_that_it_merges_elsewhere(world: HandlingWorld, desk: Client) -> None:
    refused = desk.get(reverse("succession:merge", args=[world.department.pk]))
    assert refused.status_code == 409
    assert "只有街道工委和乡镇主席团" in refused.content.decode()
    open_matter(world)
    busy = {one: desk.post(reverse("succession:close", args=[one.pk]), {"reason": "撤销"}).content.decode()
            for one in (world.department, world.committee)}  # fmt: skip
    assert ["改用“并入”" in busy[one] for one in (world.department, world.committee)] == [False, True]


def test_rename_keeps_the_old_name_in_the_ledger(world: HandlingWorld, desk: Client) -> None:
    url = reverse("succession:rename", args=[world.committee.pk])
    assert desk.post(url, {"name": "云溪街道人大工委（新）", "short_name": "云溪"}).status_code == 302
    event = Event.objects.filter(chain=f"organisation:{world.committee.pk}").latest("seq")
    assert (event.verb, event.data["was"]) == ("organisation.renamed", world.committee.name)
    assert desk.post(url, {"name": " "}).status_code == 422
    place = reverse("succession:rename_place", args=[world.places.community.pk])
    assert desk.post(place, {"name": "新荷社区"}).status_code == 302
    assert Division.objects.get(pk=world.places.community.pk).name == "新荷社区"


def test_close_body_or_place_in_use_is_refused(world: HandlingWorld, desk: Client) -> None:
    busy = desk.post(reverse("succession:close", args=[world.committee.pk]), {"reason": "撤销"})
    assert busy.status_code == 422
    assert "名下还有没有了结的" in busy.content.decode()
    place = desk.post(reverse("succession:close_place", args=[world.places.street.pk]), {"reason": "撤销"})
    assert place.status_code == 422
    empty = OrganisationFactory(parent=world.congress, division=world.places.district, code="EMPTY")
    bump(STAMP)
    assert desk.post(reverse("succession:close", args=[empty.pk]), {"reason": "机构改革"}).status_code == 302
    assert not Organisation.objects.get(pk=empty.pk).active


def test_close_place_to_which_nothing_belongs(world: HandlingWorld, desk: Client) -> None:
    place = world.places.other_community_2
    Organisation.objects.filter(division=place).update(active=False)
    answer = desk.post(reverse("succession:close_place", args=[place.pk]), {"reason": "撤村"})
    assert answer.status_code == 302
    assert not Division.objects.get(pk=place.pk).active


@pytest.mark.parametrize("name", ["bodies", "places"])
def test_lists_ask_as_much_for_thirty_rows_as_for_one(world: HandlingWorld, desk: Client, name: str) -> None:
    url = reverse(f"succession:{name}")

    def asked() -> int:
        desk.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(url).status_code == 200
        return len(caught)

    before = asked()
    for number in range(30):
        code = f"9901010010{number + 30}"
        place = Division.objects.create(code=code, name="社区", level="community", parent=world.places.street)
        OrganisationFactory(parent=world.committee, division=place)
    bump(STAMP)
    assert asked() == before


@pytest.mark.parametrize("who", ["staff", "secretary", "deputy_user", "handler", "leader", "admin"])
def test_pages_are_closed_to_others(world: HandlingWorld, who: str) -> None:
    client = sign_in(Client(), getattr(world, who))
    for name, args in (("bodies", []), ("places", []), ("merge", [world.committee.pk]), ("body", [world.committee.pk])):
        assert client.get(reverse(f"succession:{name}", args=args)).status_code == 403


def test_pages_of_other_districts_are_not_found(world: HandlingWorld, desk: Client) -> None:
    stranger = OrganisationFactory(code="ELSEWHERE")
    for name in ("body", "merge", "close", "rename"):
        assert desk.get(reverse(f"succession:{name}", args=[stranger.pk])).status_code == 404
    place = reverse("succession:place", args=[stranger.division_id])
    assert desk.get(place).status_code == 404


def test_body_with_a_promise_is_not_closed_and_the_page_says_why(world: HandlingWorld, desk: Client) -> None:
    (promise,) = closed_with(world)
    User.objects.filter(organisation=world.department).update(is_active=False)
    assert dict(impact_of(world.department).unfinished)["没有结果的承诺"] == 1
    url = reverse("succession:close", args=[world.department.pk])
    assert "名下还有没有了结的" in desk.post(url, {"reason": "撤销"}).content.decode()
    page = desk.get(reverse("succession:body", args=[world.department.pk])).content.decode()
    assert "<dt>没有结果的承诺</dt><dd>1</dd>" in page
    promises.withdraw(promise=promise, reason="机构改革", by=world.secretary, now=later(1))
    assert desk.post(url, {"reason": "撤销"}).status_code == 302


def test_successor_owes_what_the_street_promised_and_both_histories_say_so(world: HandlingWorld) -> None:
    matter = proposed(world)
    handling.report_back(matter=matter, content=promising(DUE), by=world.staff, now=NOW)
    handling.close_rated(matter=matter, satisfaction="satisfied", now=NOW, actor="反映人")
    seen = seal(impact_of(world.committee), world.other_committee)
    promise = matter.promises.get()
    promises.report_done(promise=again(promise)[0], text="办好了", by=world.staff, now=NOW)
    promises.keep(promise=again(promise)[0], reason="看过", by=world.district_staff, now=NOW)
    with pytest.raises(StaleState):
        merge(world, seen=seen)
    promises.reopen(
        promise=again(promise)[0], due_on=DUE, reason="又坏了", by=world.district_staff, now=later(1)
    )  # fmt: skip
    merge(world)
    promise.refresh_from_db()
    assert promise.organisation == world.other_committee
    for chain in (promise.chain, matter.chain):
        event = Event.objects.filter(chain=chain).latest("seq")
        assert (event.verb, event.data["body"]) == ("hand_promise", world.other_committee.name)
    assert list(verify([promise.chain, matter.chain])) == []
    newcomer = UserFactory.create(role="street_secretary", organisation=world.other_committee)
    promises.report_done(promise=again(promise)[0], text="办好了", by=newcomer, now=later(2))
