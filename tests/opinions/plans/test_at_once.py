"""Two people at one plan at the same moment: its history is written by one at a time, and nothing is done twice."""

from datetime import timedelta

import pytest

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.matters.models import Matter
from opinions.plans import services as plans
from opinions.plans.models import Measure, Milestone, Plan
from opinions.plans.states import MeasureStatus
from opinions.proposals.models import Proposal
from tests.factories.matters import NOW, handling_world, signed, taken
from tests.opinions.handling.test_at_once import at_once
from tests.opinions.plans.test_plans import SOON, data, finished, measured
from tests.opinions.proposals.test_linking import draft

pytestmark = pytest.mark.django_db(transaction=True)


def screens(measure: Measure, count: int = 2) -> list[Measure]:
    """The same measure on several screens."""
    return [Measure.objects.select_related("plan__matter").get(pk=measure.pk) for _screen in range(count)]


def test_measure_is_finished_once() -> None:
    world = handling_world()
    measure = measured(world)
    mine, yours = screens(measure)
    outcomes = at_once(
        lambda: plans.finish(measure=mine, by=world.handler, now=NOW),
        lambda: plans.finish(measure=yours, by=world.head, now=NOW),
    )
    assert sorted(outcomes) == ["StaleState", "done"]
    assert Event.objects.filter(verb="finish_measure", chain=measure.chain).count() == 1
    assert list(verify()) == []


def test_measure_is_accepted_or_sent_back() -> None:
    world = handling_world()
    measure = finished(world)
    mine, yours = screens(measure)
    outcomes = at_once(
        lambda: plans.accept(measure=mine, by=world.staff, now=NOW),
        lambda: plans.redo(measure=yours, reason="两盏不亮", due_on=SOON, by=world.secretary, now=NOW),
    )
    measure.refresh_from_db()
    assert sorted(outcomes) == ["StaleState", "done"]
    assert measure.status == (MeasureStatus.ACCEPTED if outcomes[0] == "done" else MeasureStatus.REDO)
    assert measure.redos.count() == outcomes.count("done") - (outcomes[0] == "done")


def test_whole_plan_is_finished_at_one_moment_and_nothing_is_lost() -> None:
    """All measures hang on one matter, whose history takes them one after the other."""
    world = handling_world()
    matter = signed(world)
    rows = [measured(world, matter) for _measure in range(4)]
    held = [screens(row, 1)[0] for row in rows]
    (stone,) = Milestone.objects.filter(measure=rows[0]).select_related("measure__plan__matter")
    word = {"text": "已到货", "phase": "during", "by": world.handler, "now": NOW}
    outcomes = at_once(
        *[lambda one=one: plans.finish(measure=one, by=world.handler, now=NOW) for one in held[1:]],
        lambda: plans.add_progress(measure=held[0], **word),
        lambda: plans.reach(milestone=stone, by=world.head, now=NOW),
        lambda: plans.change_measure(
            measure=screens(rows[0], 1)[0], data=data(world, person="王五"), reason="调岗", by=world.head, now=NOW
        ),
    )
    assert outcomes == ["done"] * 6
    told = Event.objects.filter(chain=matter.chain, verb__in=["finish_measure", "plan_progress", "reach_milestone"])
    assert told.count() == 5
    assert list(verify()) == []


def test_first_measures_at_once_make_one_plan() -> None:
    world = handling_world()
    pk = signed(world).pk
    held = [Matter.objects.get(pk=pk) for _screen in range(3)]
    project = plans.ProjectData(name="路灯改造", starts_on=SOON, ends_on=SOON + timedelta(days=9))
    outcomes = at_once(
        lambda: plans.add_measure(matter=held[0], data=data(world), by=world.handler, now=NOW),
        lambda: plans.add_measure(matter=held[1], data=data(world), by=world.head, now=NOW),
        lambda: plans.make_project(matter=held[2], data=project, by=world.head, now=NOW),
    )
    assert outcomes == ["done"] * 3
    plan = Plan.objects.get()
    assert (plan.measures.count(), plan.project_on) == (2, NOW.date())


def test_proposal_becomes_one_project() -> None:
    world = handling_world()
    proposal = draft(world, taken(world), taken(world))
    acts = [
        lambda: plans.make_project_of(
            proposal=Proposal.objects.get(pk=proposal.pk), body=world.department, by=world.staff, now=NOW,
            data=plans.ProjectData(name="路灯改造", starts_on=SOON, ends_on=SOON),
        )
    ] * 2  # fmt: skip
    assert sorted(at_once(*acts)) == ["AlreadyProject", "done"]
    assert Plan.objects.get().proposal == proposal
    assert Event.objects.filter(verb="plan_project").count() == 3
    assert list(verify()) == []
