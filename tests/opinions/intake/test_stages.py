"""The four public stages in every status."""

import pytest

from liaison.base.workdays.arithmetic import local_today
from opinions.handling import services as handling
from opinions.intake.stages import next_words, stages
from opinions.intake.tracking import course_of
from opinions.matters.states import Status
from tests.factories.intake import IntakeWorld
from tests.factories.matters import NOW, TODAY, answered, bring_to, later, open_matter, replied

STATES = {
    Status.SUBMITTED: ["done", "current", "todo", "todo"],
    Status.TAKEN: ["done", "current", "todo", "todo"],
    Status.WAITING: ["done", "current", "todo", "todo"],
    Status.HANDLING: ["done", "done", "current", "todo"],
    Status.RETURNED: ["done", "done", "current", "todo"],
    Status.REWORK: ["done", "done", "current", "todo"],
    Status.PROPOSED: ["done", "done", "current", "todo"],
    Status.RELAYED: ["done", "done", "current", "todo"],
    Status.REPLIED: ["done", "done", "done", "current"],
    Status.CLOSED: ["done", "done", "done", "done"],
    Status.DECLINED: ["done", "stopped", "todo", "todo"],
    Status.WITHDRAWN: ["done", "stopped", "todo", "todo"],
}


@pytest.mark.parametrize("status", STATES)
def test_stages_follow_the_status(place: IntakeWorld, status: Status) -> None:
    matter = bring_to(place.world, status)
    course = course_of(matter, TODAY)
    assert [str(step.label) for step in stages(course)] == ["点单", "接单", "领单", "验单"]
    assert [step.state for step in stages(course)] == STATES[status]
    assert next_words(course)


def test_waiting_stage_names_the_holder_and_the_last_day(place: IntakeWorld) -> None:
    matter = open_matter(place.world, deputy=place.world.deputy)
    step = stages(course_of(matter, TODAY))[1]
    assert step.who == f"{place.world.deputy.name}代表"
    assert "11月25日" in str(step.text)


def test_lateness_is_said_openly(place: IntakeWorld) -> None:
    matter = open_matter(place.world)
    step = stages(course_of(matter, local_today(later(9))))[1]
    assert "现在晚了" in str(step.text)


def test_handled_stage_names_the_body_and_the_last_day(place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.HANDLING)
    step = stages(course_of(matter, TODAY))[2]
    assert step.who == place.world.department.name
    assert "答复" in str(step.text)


def test_direct_assignment_counts_as_taken_by_the_street(place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.HANDLING)
    step = stages(course_of(matter, TODAY))[1]
    assert step.who == place.world.committee.name


def test_answer_of_a_deputy_is_said_to_be_one(place: IntakeWorld) -> None:
    steps = stages(course_of(answered(place.world), TODAY))
    assert steps[2].who == f"{place.world.deputy.name}代表"
    assert "代表直接答复" in str(steps[2].text)


def test_unrated_end_is_not_called_satisfied(place: IntakeWorld) -> None:
    matter = replied(place.world)
    handling.lapse(matter=matter, now=later(60))
    step = stages(course_of(matter, TODAY))[3]
    assert "未评价" in str(step.text)
    assert "满意" not in str(step.text)


def test_supplied_matter_goes_on_where_it_was(place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.WAITING)
    handling.supply(matter=matter, reporter=matter.reporters.get(), text="东门", now=NOW)
    assert [step.state for step in stages(course_of(matter, TODAY))] == STATES[Status.TAKEN]


def test_asking_while_a_body_handles_leaves_the_stage_and_says_until_when(place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.HANDLING)
    handling.ask(matter=matter, question="请问是哪一盏灯？", by=place.world.handler, now=NOW)
    steps = stages(course_of(matter, TODAY))
    assert [step.state for step in steps] == ["done", "done", "current", "todo"]
    assert "前补充情况" in str(steps[2].text)
    assert "不算在办理时限里" in str(steps[2].text)
