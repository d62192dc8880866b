"""Two people at one activity at the same moment: its chain is written by one at a time, nothing is done twice."""

import pytest

from liaison.base.audit.services import verify
from liaison.base.notices.models import Channel, Notice
from supervision.programme import services
from supervision.programme.models import Activity, Task
from tests.factories.matters import NOW, handling_world, later
from tests.factories.programme import announced, given, plan_item
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_task_is_accepted_or_sent_back() -> None:
    world = handling_world()
    task = services.finish(task=given(world), by=world.handler, now=later(9))
    mine, yours = (Task.objects.select_related("activity", "body", "matter").get(pk=task.pk) for _screen in range(2))
    outcomes = at_once(
        lambda: services.accept(task=mine, by=world.staff, now=later(10)),
        lambda: services.redo(task=yours, reason="不亮", due_on=later(20).date(), by=world.secretary, now=later(10)),
    )
    task.refresh_from_db()
    assert outcomes.count("done") == 1
    assert task.status == ("accepted" if outcomes[0] == "done" else "redo")
    assert list(verify()) == []


def test_everybody_answers_at_one_moment_and_nothing_is_lost() -> None:
    world = handling_world()
    activity = announced(world)
    rows = activity.participants.select_related("activity", "deputy", "body", "user")
    deputy, body = rows.get(deputy=world.deputy), rows.get(body=world.department)
    outcomes = at_once(
        lambda: services.say(participant=deputy, coming=True, by=world.deputy_user, now=NOW),
        lambda: services.say(participant=body, coming=True, by=world.head, now=NOW),
    )
    assert outcomes == ["done", "done"]
    assert activity.participants.filter(attendance="coming").count() == 2
    assert list(verify()) == []


def test_plan_is_made_into_activities_once() -> None:
    world = handling_world()
    item = plan_item(world)
    outcomes = at_once(
        lambda: services.make_activities(item=item, by=world.staff, now=NOW),
        lambda: services.make_activities(item=item, by=world.secretary, now=NOW),
    )
    assert sorted(outcomes) == ["NothingLeft", "done"]
    assert Activity.objects.count() == 3


def test_two_beats_remind_once() -> None:
    world = handling_world()
    given(world)
    now = later(15)
    at_once(lambda: services.remind_due(now=now), lambda: services.remind_due(now=now))
    told = Notice.objects.filter(recipient=world.handler, channel=Channel.IN_APP, subject__startswith="任务快到期")
    assert told.count() == 1
