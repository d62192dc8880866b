"""A proposal becomes a small project in one step, and keeps its opinions."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.services import hold_row
from opinions.matters.states import Status
from opinions.plans import services as plans
from opinions.plans.models import Plan
from opinions.plans.queries import days_to_project, plan_of, public_measures
from opinions.plans.services import AlreadyProject, NoCarrier, ProjectData
from opinions.proposals import services as proposals
from opinions.proposals.models import Proposal
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, TODAY, HandlingWorld, content, later, taken
from tests.opinions.plans.test_plans import SOON
from tests.opinions.plans.test_plans import data as measure_data
from tests.opinions.proposals.test_linking import draft

DATA = ProjectData(name="老旧小区路灯更新", starts_on=SOON, ends_on=SOON + timedelta(days=60), budget_line="区级城维费")
FORM = {"name": "路灯更新", "starts_on": "2027-01-04", "ends_on": "2027-03-01", "budget_line": ""}


def founded(world: HandlingWorld, proposal: Proposal, *, by: User | None = None, now: Any = NOW) -> Plan:
    return plans.make_project_of(proposal=proposal, body=world.department, data=DATA, by=by or world.staff, now=now)


def test_proposal_becomes_a_project_and_keeps_its_opinions(world: HandlingWorld) -> None:
    matters = [taken(world), taken(world)]
    proposal = draft(world, *matters)
    plan = founded(world, proposal, now=later(5))
    assert (plan.proposal, plan.body, plan.name) == (proposal, world.department, DATA.name)
    assert (plan.project_on, days_to_project(plan)) == (TODAY + timedelta(days=5), 5)
    assert set(proposal.sources.filter(proposal_links__unlinked_at=None)) == set(matters)
    assert {row.status for row in Matter.objects.all()} == {Status.PROPOSED}
    for row in (proposal, *matters):
        (event,) = Event.objects.filter(chain=row.chain, verb="plan_project")
        assert (event.by, event.reason, event.data["body"]) == (world.staff, DATA.name, world.department.name)
    assert [plan_of(matter) for matter in matters] == [plan, plan]
    assert list(verify()) == []


def test_committee_keeps_the_plan_and_every_resident_reads_it(world: HandlingWorld) -> None:
    one, other = taken(world), taken(world)
    plan = founded(world, draft(world, one, other))
    measure = plans.add_measure(matter=plan.matter, data=measure_data(world), by=world.staff, now=NOW)
    plans.add_progress(measure=measure, text="已进场", phase="during", by=world.staff, now=NOW)
    plans.finish(measure=measure, by=world.staff, now=later())
    plans.accept(measure=measure, by=world.secretary, now=later())
    for matter in (one, other):
        assert [(row.text, row.done) for row in public_measures(matter)] == [(measure.text, True)]
    changed = plans.make_project(matter=plan.matter, data=DATA, by=world.staff, now=later(3))
    assert (changed.body, changed.project_on) == (world.department, plan.project_on), "corrected, it stays the body's"
    for by in (world.handler, world.other_staff, world.deputy_user):
        with pytest.raises(NotAllowed):
            plans.add_measure(matter=plan.matter, data=measure_data(world), by=by, now=NOW)


def test_body_that_builds_it_hears_of_it_and_reads_the_plan(world: HandlingWorld) -> None:
    plan = founded(world, draft(world, taken(world)))
    told = Notice.objects.get(recipient=world.handler, channel=Channel.IN_APP)
    page = sign_in(Client(), world.handler).get(told.link).content.decode()
    assert plan.name in page
    assert plan.name in told.body
    assert sign_in(Client(), world.other_handler).get(told.link).status_code == 404


def test_opinion_that_comes_in_at_the_last_moment_is_not_passed_over(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal, late = draft(world, taken(world)), taken(world)

    def held(matter: Matter) -> None:
        if not proposal.sources.filter(pk=late.pk).exists():
            proposals.link_matter(proposal=proposal, matter=late, reason="同一问题", by=world.staff, now=NOW)
        hold_row(matter)

    monkeypatch.setattr(plans, "hold_row", held)
    with pytest.raises(StaleState):
        founded(world, proposal)


def test_opinion_taken_out_is_in_the_project_no_more(world: HandlingWorld) -> None:
    one, other = taken(world), taken(world)
    proposal = draft(world, one, other)
    plan = founded(world, proposal)
    left = other if plan.matter == one else one
    proposals.unlink_matter(proposal=proposal, matter=left, reason="另行办理", by=world.staff, now=NOW)
    assert (plan_of(left), plan_of(plan.matter)) == (None, plan)


def test_project_goes_on_when_the_opinion_that_carries_it_is_merged(world: HandlingWorld) -> None:
    plan = founded(world, draft(world, taken(world), taken(world)))
    handling.merge(matter=plan.matter, target=taken(world), by=world.staff, now=NOW)
    plans.add_measure(matter=plan.matter, data=measure_data(world), by=world.staff, now=NOW)
    assert plans.make_project(matter=plan.matter, data=DATA, by=world.staff, now=NOW).measures.count() == 1


def test_project_is_made_once_and_of_what_still_waits(world: HandlingWorld) -> None:
    proposal = draft(world, taken(world))
    founded(world, proposal)
    with pytest.raises(AlreadyProject):
        founded(world, proposal)
    answered = draft(world, taken(world))
    proposals.answer_proposal(proposal=answered, content=content("A"), by=world.staff, now=NOW)
    with pytest.raises(NoCarrier):
        founded(world, answered)


@pytest.mark.parametrize("name", ["handler", "deputy_user", "other_staff", "admin"])
def test_only_the_committee_makes_a_project(world: HandlingWorld, name: str) -> None:
    with pytest.raises(NotAllowed):
        founded(world, draft(world, taken(world)), by=getattr(world, name))
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": " "}, "name"), ({"starts_on": date(2020, 1, 1)}, "starts_on"), ({"ends_on": TODAY}, "ends_on")],
)
def test_project_of_a_proposal_with_words_that_make_no_sense_is_refused(
    world: HandlingWorld, change: dict[str, Any], field: str
) -> None:
    wrong = ProjectData(**{**vars(DATA), **change})
    with pytest.raises(InvalidInput) as caught:
        plans.make_project_of(
            proposal=draft(world, taken(world)), body=world.department, data=wrong, by=world.staff, now=NOW
        )
    assert caught.value.field == field


def test_project_in_one_step_on_the_screen(world: HandlingWorld) -> None:
    matter = taken(world)
    proposal, staff = draft(world, matter), sign_in(Client(), world.staff)
    page = reverse("proposals:proposal", args=[proposal.pk])
    place = reverse("plans:found", args=[proposal.pk])
    assert place in staff.get(page).content.decode()
    assert 'value="关于更新路灯的建议"' in staff.get(place).content.decode(), "the name stands ready"
    short = staff.post(place, {**FORM, "body": "", "starts_on": ""})
    assert (short.status_code, "请选择实施单位" in short.content.decode()) == (422, True)
    done = staff.post(place, {**FORM, "body": world.department.pk}, follow=True)
    text = done.content.decode()
    assert done.redirect_chain[-1][0] == reverse("plans:plan", args=[matter.code])
    assert all(words in text for words in ("路灯更新", "来自建议", proposal.title, "列入措施"))
    shown = staff.get(page).content.decode()
    assert (place in shown, "路灯更新" in shown) == (False, True)
    again = staff.post(place, {**FORM, "body": world.department.pk})
    assert (again.status_code, "已经立项" in again.content.decode()) == (422, True)


def test_screen_is_closed_to_outsiders(world: HandlingWorld) -> None:
    place = reverse("plans:found", args=[draft(world, taken(world)).pk])
    assert Client().get(place).status_code == 302
    for name, status in (("handler", 403), ("deputy_user", 403), ("admin", 403), ("other_staff", 404)):
        client = sign_in(Client(), getattr(world, name))
        assert client.get(place).status_code == status, name
        assert client.post(place, {**FORM, "body": world.department.pk}).status_code == status, name
    assert not Plan.objects.exists()


def test_body_that_handles_the_opinion_again_keeps_the_plan_as_well(world: HandlingWorld) -> None:
    matter = taken(world)
    proposal = draft(world, matter)
    founded(world, proposal)
    proposals.unlink_matter(proposal=proposal, matter=matter, reason="能办了", by=world.staff, now=NOW)
    handling.assign(matter=matter, tier=3, lead=world.department, by=world.staff, now=NOW)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    plans.add_measure(matter=matter, data=measure_data(world), by=world.handler, now=NOW)
    assert plan_of(matter) == Plan.objects.get()


def test_plan_carried_by_another_opinion_is_kept_from_here_by_whom_it_is_open_to(world: HandlingWorld) -> None:
    one, other = taken(world), taken(world)
    plan = founded(world, draft(world, one, other))
    measure = plans.add_measure(matter=plan.matter, data=measure_data(world), by=world.staff, now=NOW)
    plans.finish(measure=measure, by=world.staff, now=NOW)
    here = other if plan.matter == one else one
    add, accept = reverse("plans:add", args=[plan.matter.code]), reverse("plans:accept", args=[measure.pk])
    own = sign_in(Client(), world.staff).get(reverse("plans:plan", args=[here.code])).content.decode()
    assert (add in own, accept in own) == (True, True)
    Matter.objects.filter(pk=here.pk).update(street=world.other_committee)
    elsewhere = sign_in(Client(), world.other_staff)
    shown = elsewhere.get(reverse("plans:plan", args=[here.code])).content.decode()
    assert measure.text in shown
    assert "/plans/" not in shown.split("<main")[1], "no step that would be refused"
    assert elsewhere.post(accept).status_code == 404
