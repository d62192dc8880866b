"""A street's own rules: at one marked place, within what the district allows, reported when it allows less."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.errors import InvalidInput
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from opinions.catalog.models import SourceChannel, Tier
from opinions.routing.conditions import Keywords, Mode
from opinions.routing.findings import findings_of
from opinions.routing.models import Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.services import (
    InvalidRule,
    PlaceTaken,
    Raised,
    RuleDraft,
    activate,
    add_place,
    allow_streets,
    copy_rule_set,
    plan,
    report,
    retire,
    save_rule,
    start_street_set,
)
from opinions.routing.wording import in_words
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.routing import all_of
from tests.opinions.routing.strategies import NAMES

pytestmark = pytest.mark.django_db


def draft(**fields: Any) -> RuleDraft:
    values = {"name": "街道的规则", "tier": Tier.STREET, "resolver": Resolver.COMMUNITY, **fields}
    return RuleDraft(**values)


def own_rules(world: HandlingWorld, *drafts: RuleDraft) -> RuleSet:
    """Rules of the street, in force."""
    made = start_street_set(district=world.congress, street=world.committee, by=world.staff, now=NOW)
    for one in drafts:
        save_rule(rule_set=made, rule=None, draft=one, by=world.staff, now=NOW)
    activate(rule_set=made, by=world.staff, now=NOW)
    return made


def raised(world: HandlingWorld, text: str = "广场舞太吵", **fields: Any) -> Raised:
    values = {
        "division": world.places.community, "street": world.committee, "district": world.congress,
        "channel": SourceChannel.GRID, "text": text, **fields,
    }  # fmt: skip
    return Raised(**values)


NOISE = all_of(Keywords(Mode.ANY, ("广场舞",)))


def test_street_rule_decides_at_the_marked_place(ruled: HandlingWorld) -> None:
    own = own_rules(ruled, draft(conditions=NOISE))
    made = plan(raised(ruled), now=NOW)
    assert (made.body, made.decision.rule, made.decision.street_set) == (
        ruled.places.community_body, own.rules.get(), own,
    )  # fmt: skip
    told = in_words(made.decision, NAMES)
    assert told.fired is not None
    assert (told.fired.owner, told.street_version) == (str(ruled.committee), 1)
    assert [trial.order for trial in told.passed] == [1, 2, 3, 4]


def test_district_rules_before_the_place_come_first(ruled: HandlingWorld) -> None:
    own_rules(ruled, draft())
    made = plan(raised(ruled, deputy=ruled.deputy), now=NOW)
    assert made.holder_deputy == ruled.deputy


def test_rules_of_one_street_do_not_touch_another(ruled: HandlingWorld) -> None:
    own_rules(ruled, draft())
    made = plan(raised(ruled, street=ruled.other_committee, division=ruled.places.other_community), now=NOW)
    assert made.decision.street_set is None
    assert made.decision.rule_name == "走访和网格收集的，先由街道梳理"


def test_without_a_place_street_rules_do_not_count_and_that_is_said(ruled: HandlingWorld) -> None:
    Rule.objects.filter(is_place=True).delete()
    own = own_rules(ruled, draft())
    assert plan(raised(ruled), now=NOW).decision.rule_name == "走访和网格收集的，先由街道梳理"
    assert any("此处先看街道规则" in one.text for one in findings_of(own))


@pytest.mark.parametrize(
    "fields",
    [
        {"tier": Tier.PROPOSAL, "resolver": Resolver.PROPOSAL_DRAFT},
        {"tier": Tier.RELAY, "resolver": Resolver.NEXT_CONGRESS},
        {"tier": Tier.DEPUTY, "resolver": Resolver.ADDRESSED_DEPUTY},
        {"tier": Tier.DEPARTMENT, "resolver": Resolver.COURT},
    ],
)
def test_rule_outside_what_the_district_allows_is_refused(ruled: HandlingWorld, fields: dict[str, Any]) -> None:
    made = start_street_set(district=ruled.congress, street=ruled.committee, by=ruled.staff, now=NOW)
    with pytest.raises(InvalidRule, match="区里没有让街道自己"):
        save_rule(rule_set=made, rule=None, draft=draft(**fields), by=ruled.staff, now=NOW)


def narrow(world: HandlingWorld) -> RuleSet:
    """The district no longer lets streets give things to communities."""
    made = copy_rule_set(source=RuleSet.objects.get(street=None), note="", by=world.district_staff, now=NOW)
    allow_streets(
        rule_set=made, tiers=[Tier.STREET], resolvers=[Resolver.STREET.value], by=world.district_staff, now=NOW
    )
    activate(rule_set=made, by=world.district_staff, now=NOW)
    return made


def test_rule_that_is_allowed_no_longer_is_passed_over_and_reported_once(ruled: HandlingWorld) -> None:
    own_rules(ruled, draft(conditions=NOISE))
    narrow(ruled)
    made = plan(raised(ruled), now=NOW)
    assert made.decision.rule_name == "走访和网格收集的，先由街道梳理"
    barred = [trial for trial in made.decision.why if trial.get("barred")]
    assert [trial["rule"] for trial in barred] == ["街道的规则"]
    told = Notice.objects.filter(recipient=ruled.staff, subject__contains="区里没有让街道自己交给“所在社区”")
    assert told.count() == 1


def test_what_is_never_a_streets_cannot_be_allowed(ruled: HandlingWorld) -> None:
    made = copy_rule_set(source=RuleSet.objects.get(), note="", by=ruled.district_staff, now=NOW)
    for tiers, resolvers in (([Tier.RELAY], []), ([], [Resolver.NEXT_CONGRESS.value])):
        with pytest.raises(InvalidInput):
            allow_streets(rule_set=made, tiers=tiers, resolvers=resolvers, by=ruled.district_staff, now=NOW)


def test_place_is_marked_once(ruled: HandlingWorld) -> None:
    made = copy_rule_set(source=RuleSet.objects.get(), note="", by=ruled.district_staff, now=NOW)
    with pytest.raises(PlaceTaken):
        add_place(rule_set=made, by=ruled.district_staff, now=NOW)


def test_retired_street_rules_leave_the_districts(ruled: HandlingWorld) -> None:
    own = own_rules(ruled, draft(conditions=NOISE))
    retire(rule_set=own, by=ruled.staff, now=NOW)
    assert plan(raised(ruled), now=NOW).decision.street_set is None


def test_rules_of_a_street_that_was_merged_are_told_to_the_district(ruled: HandlingWorld) -> None:
    own_rules(ruled, draft(conditions=NOISE))
    Organisation.objects.filter(pk=ruled.committee.pk).update(active=False, merged_into=ruled.other_committee)
    User.objects.filter(organisation=ruled.committee).update(is_active=False)
    bump(ORGANISATIONS)
    report(now=NOW)
    assert Notice.objects.filter(recipient=ruled.district_staff, subject__contains="已经撤销或并入").count() == 1


def page(user: Any) -> Client:
    return sign_in(Client(), user)


def test_street_writes_its_rules_at_the_desk(ruled: HandlingWorld) -> None:
    client = page(ruled.staff)
    client.post(reverse("routing:street", args=[ruled.committee.pk]))
    made = RuleSet.objects.get(street=ruled.committee)
    sent = {
        "name": "广场舞先找社区", "tier": Tier.STREET, "resolver": "community", "enabled": "on", "groups": "1",
        "g0-mode": "all", "g0-words_any": "广场舞",
    }  # fmt: skip
    assert client.post(reverse("routing:add_rule", args=[made.key]), sent).status_code == 302
    assert client.post(reverse("routing:activate", args=[made.key])).status_code == 302
    made.refresh_from_db()
    assert made.status == RuleSetStatus.ACTIVE
    assert plan(raised(ruled), now=NOW).assign_to == ruled.places.community_body


def test_form_of_a_street_offers_only_what_is_allowed(ruled: HandlingWorld) -> None:
    made = start_street_set(district=ruled.congress, street=ruled.committee, by=ruled.staff, now=NOW)
    form = page(ruled.staff).get(reverse("routing:add_rule", args=[made.key])).context["form"]
    assert {value for value, _label in form.fields["tier"].choices if value} == {Tier.STREET, Tier.DEPARTMENT}
    assert "next_congress" not in dict(form.fields["resolver"].choices)


@pytest.mark.parametrize(("name", "status"), [("other_staff", 404), ("district_staff", 403), ("leader", 403)])
def test_others_do_not_edit_a_streets_rules(ruled: HandlingWorld, name: str, status: int) -> None:
    made = start_street_set(district=ruled.congress, street=ruled.committee, by=ruled.staff, now=NOW)
    client = page(ruled.users[name])
    assert client.post(reverse("routing:discard", args=[made.key])).status_code == status
    assert client.get(reverse("routing:add_rule", args=[made.key])).status_code == status
    assert RuleSet.objects.filter(pk=made.pk).exists()


def test_other_street_does_not_begin_rules_here(ruled: HandlingWorld) -> None:
    url = reverse("routing:street", args=[ruled.committee.pk])
    assert page(ruled.other_staff).post(url).status_code == 404
    assert page(ruled.district_staff).post(url).status_code == 403
    assert page(ruled.district_staff).get(url).status_code == 200
