"""What a rule says beyond tier and body: co-handlers, a limit, urgency, tags, the fast lane; and who confirms it."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.audit.models import Event
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from opinions.catalog.models import ClockKind, ReasonKind, Tier
from opinions.clocks.queries import told as clock_words
from opinions.handling import services as handling
from opinions.handling.forms.verbs import AssignForm
from opinions.handling.models import Part
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.routing.models import CoHandler, Resolver, RuleSet
from opinions.routing.queries import raised_of, suggested
from opinions.routing.services import Plan, carry_out, confirm, plan, reroute, settle
from opinions.routing.services.common import NothingToConfirm
from opinions.routing.wording import why
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, later, open_matter, reason
from tests.factories.routing import rules_in_force

pytestmark = pytest.mark.django_db
AT_DEPARTMENT = {"tier": Tier.DEPARTMENT, "resolver": Resolver.RESPONSIBLE}


def with_helpers(rule_set: RuleSet, *helpers: tuple[Resolver, Organisation | None]) -> None:
    rule = rule_set.rules.get()
    for resolver, organisation in helpers:
        CoHandler.objects.create(rule=rule, resolver=resolver, organisation=organisation)


def decided(world: HandlingWorld, **fields: Any) -> tuple[Matter, Plan]:
    """An opinion decided by the one rule in force, and carried out as far as nobody need confirm."""
    matter = open_matter(world)
    made = plan(raised_of(matter), now=NOW)
    settle(made, matter=matter)
    carry_out(made, matter=matter, now=NOW)
    matter.refresh_from_db()
    return matter, made


def test_co_handlers_are_assigned_with_the_lead(world: HandlingWorld) -> None:
    made = rules_in_force(world.congress, {**AT_DEPARTMENT, "confirm": False})
    with_helpers(made, (Resolver.STREET_OFFICE, None), (Resolver.NAMED, world.other_department))
    matter, _plan = decided(world)
    parts = {row.organisation: row.part for row in matter.assignments.all()}
    assert parts == {
        world.department: Part.LEAD, world.office: Part.CO, world.other_department: Part.CO,
    }  # fmt: skip
    event = Event.objects.get(chain=matter.chain, verb="assign")
    assert set(event.data["co"]) == {world.office.name, world.other_department.name}


def test_lead_found_again_as_helper_leads_only(world: HandlingWorld) -> None:
    with_helpers(rules_in_force(world.congress, AT_DEPARTMENT), (Resolver.NAMED, world.department))
    assert decided(world)[1].co == ()


def test_helper_that_cannot_be_found_needs_a_person_and_is_told(world: HandlingWorld) -> None:
    made = rules_in_force(world.congress, {**AT_DEPARTMENT, "confirm": False})
    with_helpers(made, (Resolver.COURT, None))
    matter, told = decided(world)
    assert (told.tier, told.body, matter.status) == (Tier.DEPARTMENT, world.department, Status.SUBMITTED)
    assert "协办单位没有定下来" in why(matter)[0].decision.problem


def test_own_limit_binds_the_lead_and_says_so(world: HandlingWorld) -> None:
    limit = {"limit_amount": 3, "limit_unit": "working_days"}
    rules_in_force(world.congress, {**AT_DEPARTMENT, **limit, "confirm": False})
    matter, _plan = decided(world)
    clock = matter.clocks.get(kind=ClockKind.REPLY, stopped_at=None)
    assert (clock.amount, clock.due_on, clock.organisation) == (3, date(2026, 11, 26), world.department)
    assert "交办时为这件事单独定的时限。" in clock_words(clock)
    assert matter.clocks.get(kind=ClockKind.SIGN, stopped_at=None).amount != 3


def test_fast_lane_is_due_the_same_day_and_marked(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {**AT_DEPARTMENT, "fast_lane": True, "confirm": False})
    matter = open_matter(world)
    reroute(matter=matter, by=world.staff, reason="更正", now=NOW)
    matter.refresh_from_db()
    assert matter.fast_lane
    assert matter.clocks.get(kind=ClockKind.REPLY, stopped_at=None).due_on == NOW.date()


def test_tags_are_added_to_those_it_has(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"tags": ["夜间", "照明"]})
    matter = open_matter(world)
    Matter.objects.filter(pk=matter.pk).update(tags=["照明", "导入"])
    matter.refresh_from_db()
    reroute(matter=matter, by=world.staff, reason="更正", now=NOW)
    matter.refresh_from_db()
    assert matter.tags == ["照明", "导入", "夜间"]


def test_confirming_does_all_that_was_suggested(world: HandlingWorld) -> None:
    made = rules_in_force(world.congress, {**AT_DEPARTMENT, "limit_amount": 4, "limit_unit": "working_days"})
    with_helpers(made, (Resolver.STREET_OFFICE, None))
    matter, _plan = decided(world)
    assert matter.status == Status.SUBMITTED
    confirm(matter=matter, by=world.staff, now=NOW)
    assert (matter.status, matter.holder) == (Status.HANDLING, world.department)
    assert matter.assignments.get(part=Part.CO).organisation == world.office
    assert matter.clocks.get(kind=ClockKind.REPLY, stopped_at=None).amount == 4


def test_form_of_assigning_has_the_suggested_bodies_chosen_beforehand(world: HandlingWorld) -> None:
    made = rules_in_force(world.congress, AT_DEPARTMENT)
    with_helpers(made, (Resolver.STREET_OFFICE, None))
    matter, _plan = decided(world)
    form = AssignForm(user=world.staff, matter=matter)
    assert form["lead"].value() == str(world.department.pk)
    assert form["others"].value() == [str(world.office.pk)]
    assert form.unfolded, "what is chosen beforehand is seen"
    assert form.fields["lead"].help_text == f"规则建议：{world.department.name}"
    page = sign_in(Client(), world.staff).get(reverse("handling:assign", args=[matter.code])).content.decode()
    assert re.search(rf'name="others"[^>]*value="{world.office.pk}"[^>]*checked', page)


def test_form_of_assigning_heeds_who_returned_it_before_the_rules(world: HandlingWorld) -> None:
    made = rules_in_force(world.congress, AT_DEPARTMENT)
    with_helpers(made, (Resolver.STREET_OFFICE, None))
    matter, _plan = decided(world)
    confirm(matter=matter, by=world.staff, now=NOW)
    handling.return_assignment(
        matter=matter, reason=reason(ReasonKind.RETURN), text="不属本局", suggested=world.other_department,
        by=world.handler, now=NOW,
    )  # fmt: skip
    form = AssignForm(user=world.staff, matter=matter)
    assert (form["lead"].value(), form["others"].value()) == (str(world.other_department.pk), None)


def test_suggested_body_that_was_merged_since_is_its_successor(world: HandlingWorld) -> None:
    rules_in_force(world.congress, AT_DEPARTMENT)
    matter, _plan = decided(world)
    Organisation.objects.filter(pk=world.department.pk).update(active=False, merged_into=world.other_department)
    bump(ORGANISATIONS)
    told = suggested(matter)
    assert told is not None
    assert told.lead == world.other_department


def test_deputy_whom_a_person_must_confirm_waits_until_the_street_agrees(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"tier": Tier.DEPUTY, "resolver": Resolver.ADDRESSED_DEPUTY})
    matter = open_matter(world)
    Opinion.objects.filter(matter=matter).update(addressed_to=world.deputy)
    matter.refresh_from_db()
    reroute(matter=matter, by=None, reason="类别改了", now=NOW)
    assert (matter.tier, matter.holder, matter.holder_deputy) == (Tier.DEPUTY, world.committee, None)
    client, shown = sign_in(Client(), world.staff), reverse("routing:why", args=[matter.code])
    assert "规则建议先由" in client.get(shown).content.decode()
    done = client.post(reverse("routing:confirm", args=[matter.code]), follow=True)
    assert "已按建议转给代表" in done.content.decode()
    matter.refresh_from_db()
    assert (matter.tier, matter.holder_deputy) == (Tier.DEPUTY, world.deputy)
    assert "规则建议先由" not in client.get(shown).content.decode()


def test_nothing_to_confirm_without_a_body(world: HandlingWorld) -> None:
    matter, _plan = decided(world)
    with pytest.raises(NothingToConfirm):
        confirm(matter=matter, by=world.staff, now=NOW)


def test_resident_is_told_that_courts_handle_no_lawsuit_here(world: HandlingWorld) -> None:
    Organisation.objects.create(
        code="FY", name="云汀区人民法院", kind=OrganisationKind.COURT, division=world.places.district,
        parent=world.congress,
    )  # fmt: skip
    bump(ORGANISATIONS)
    rules_in_force(world.congress, {"tier": Tier.DEPARTMENT, "resolver": Resolver.COURT, "confirm": False})
    matter, told = decided(world)
    assert told.before_court
    assert Notice.objects.filter(about=matter.chain, subject__contains="依法独立办案").exists()


def test_decision_shows_its_terms_in_words(world: HandlingWorld) -> None:
    limit = {"limit_amount": 5, "limit_unit": "working_days", "tags": ["夜间"], "urgency": "urgent"}
    made = rules_in_force(world.congress, {**AT_DEPARTMENT, **limit})
    with_helpers(made, (Resolver.STREET_OFFICE, None))
    matter, _plan = decided(world)
    assert list(why(matter)[0].terms) == [
        f"协办：{world.office.name}", "5 个工作日内答复", "缓急定为“紧急”", "标签：夜间",
    ]  # fmt: skip


def test_limit_stays_own_when_the_calendar_is_recomputed(world: HandlingWorld) -> None:
    from opinions.clocks.services import recompute_open

    rules_in_force(world.congress, {**AT_DEPARTMENT, "limit_amount": 3, "limit_unit": "working_days", "confirm": False})
    matter, _plan = decided(world)
    recompute_open(now=later(1))
    clock = matter.clocks.get(kind=ClockKind.REPLY, stopped_at=None)
    assert (clock.amount, clock.explanation[0]["cause"]) == (3, "own")
