"""Tasks: who works, who looks, done again, and reminders once for each task and day."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.files.services import prepared_images
from liaison.base.notices.models import Channel, Notice
from liaison.base.workdays.arithmetic import SHANGHAI
from liaison.base.workflow import WrongState
from supervision.programme import services
from supervision.programme.models import Task
from supervision.programme.queries import light_tasks, tasks_with, visible_tasks
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, later, open_matter
from tests.factories.programme import given, held, planned, task_data

DUE = date(2026, 12, 10)
"""A Thursday, the due day of the factory's task."""


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def reminders(user: User) -> list[str]:
    rows = Notice.objects.filter(recipient=user, channel=Channel.IN_APP, subject__startswith="任务")
    return list(rows.order_by("id").values_list("subject", flat=True))


def test_body_reports_and_the_organiser_accepts(world: HandlingWorld) -> None:
    task = given(world, open_matter(world))
    services.add_progress(task=task, text="灯具到货", phase="during", by=world.handler, now=later(9))
    services.finish(task=task, by=world.head, now=later(10))
    assert (task.status, task.done_at, task.next_on) == ("done", later(10), None)
    services.accept(task=task, by=world.staff, now=later(11))
    steps = ["give_task", "task_progress", "finish_task", "accept_task"]
    assert list(Event.objects.filter(chain=task.chain).order_by("seq").values_list("verb", flat=True)) == steps
    assert list(verify()) == []


def test_only_the_body_works_and_only_the_organiser_looks(world: HandlingWorld) -> None:
    task = given(world)
    for by in (world.staff, world.other_handler, world.deputy_user):
        with pytest.raises(NotAllowed):
            services.finish(task=task, by=by, now=later(9))
        with pytest.raises(NotAllowed):
            services.add_progress(task=task, text="好", phase="after", by=by, now=later(9))
    services.finish(task=task, by=world.handler, now=later(9))
    for by in (world.handler, world.head, world.other_staff, world.leader):
        with pytest.raises(NotAllowed):
            services.accept(task=task, by=by, now=later(9))


def test_task_sent_back_keeps_who_was_responsible_and_is_armed_anew(world: HandlingWorld) -> None:
    task = given(world)
    services.finish(task=task, by=world.handler, now=later(9))
    services.redo(task=task, reason="两盏仍不亮", due_on=DUE + timedelta(days=5), by=world.staff, now=later(10))
    event = Event.objects.get(chain=task.chain, verb="redo_task")
    assert (event.reason, event.data["person"], event.data["due"]) == ("两盏仍不亮", "李四", str(DUE))
    assert (task.status, task.due_on, task.next_on) == ("redo", date(2026, 12, 15), date(2026, 12, 11))


def test_task_is_not_finished_twice(world: HandlingWorld) -> None:
    task = given(world)
    services.finish(task=task, by=world.handler, now=later(9))
    with pytest.raises(WrongState):
        services.finish(task=Task.objects.select_related("activity").get(), by=world.head, now=later(9))


@pytest.mark.parametrize("field", ["text", "person", "due_on", "body", "matter"])
def test_wrong_task_is_refused_at_its_field(world: HandlingWorld, field: str) -> None:
    wrong = {
        "text": " ", "person": "长" * 41, "due_on": date(2020, 1, 1), "body": world.committee,
        "matter": open_matter(world),
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        held(world, tasks=(task_data(world, **{field: wrong[field]}),))
    assert refused.value.field == field
    assert not Task.objects.exists()


def test_tasks_wait_until_it_was_held(world: HandlingWorld) -> None:
    with pytest.raises(WrongState):
        services.give_tasks(activity=planned(world), tasks=[task_data(world)], by=world.staff, now=NOW)


def test_scope_of_tasks(world: HandlingWorld) -> None:
    given(world)
    seeing = {name for name, user in world.users.items() if visible_tasks(user).exists()}
    assert seeing == {"staff", "secretary", "helper", "district_staff", "leader", "deputy_user", "handler", "head"}


def test_light_follows_the_day(world: HandlingWorld) -> None:
    task = given(world)
    for day, colour in ((date(2026, 12, 7), "green"), (date(2026, 12, 8), "yellow"), (date(2026, 12, 11), "red")):
        light_tasks([task], day)
        assert task.light == colour
        assert Task.objects.filter(tasks_with("red", day)).exists() == (colour == "red")
        assert Task.objects.filter(tasks_with("yellow", day)).exists() == (colour == "yellow")


def test_reminded_before_and_after_once_each(world: HandlingWorld) -> None:
    given(world)
    days = [date(2026, 12, day) for day in range(5, 20)]
    for day in days:
        for _beat in range(2):
            services.remind_due(now=at(day))
    assert reminders(world.handler) == [f"任务快到期：{DUE}", f"任务已超期：{DUE}"]
    assert reminders(world.staff) == [f"任务已超期：{DUE}"]
    assert Task.objects.get().next_on is None


def test_nobody_is_reminded_at_night_or_on_days_off_and_nothing_is_lost(world: HandlingWorld) -> None:
    given(world, due_on=date(2026, 12, 11))
    for moment in (at(date(2026, 12, 9), 23), at(date(2026, 12, 9), 2), at(date(2026, 12, 12)), at(date(2026, 12, 13))):
        assert services.remind_due(now=moment) == 0
    assert reminders(world.handler) == []
    assert services.remind_due(now=at(date(2026, 12, 14))) == 1, "a missed week is made up for"
    assert reminders(world.handler) == ["任务已超期：2026-12-11"]


def test_moved_day_is_reminded_of_anew_and_the_old_one_no_more(world: HandlingWorld) -> None:
    task = given(world)
    services.remind_due(now=at(date(2026, 12, 8)))
    services.move_day(task=task, reason="等材料", due_on=date(2026, 12, 22), by=world.staff, now=at(date(2026, 12, 9)))
    for day in (date(2026, 12, 11), date(2026, 12, 18), date(2026, 12, 23)):
        services.remind_due(now=at(day))
    told = [subject for subject in reminders(world.handler) if "改了" not in subject]
    assert told == [f"任务快到期：{DUE}", "任务快到期：2026-12-22", "任务已超期：2026-12-22"]


def test_day_that_is_the_old_one_is_refused(world: HandlingWorld) -> None:
    task = given(world)
    with pytest.raises(InvalidInput):
        services.move_day(task=task, reason="等材料", due_on=task.due_on, by=world.staff, now=NOW)


def test_done_task_is_not_reminded_of(world: HandlingWorld) -> None:
    services.finish(task=given(world), by=world.handler, now=later(9))
    assert services.remind_due(now=at(date(2026, 12, 11))) == 0


def test_reminding_takes_as_many_statements_for_thirty_as_for_one(world: HandlingWorld) -> None:
    def statements(count: int) -> int:
        tasks = tuple(task_data(world) for _n in range(count))
        held(world, tasks=tasks)
        with CaptureQueriesContext(connection) as caught:
            assert services.remind_due(now=at(date(2026, 12, 8))) == count
        return len(caught)

    assert statements(1) == statements(30)


def photo(name: str = "灯.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def test_photos_before_and_after_are_read_by_scope(world: HandlingWorld) -> None:
    task = given(world)
    with prepared_images([photo()], by=world.handler, now=NOW) as files:
        row = services.add_progress(
            task=task, text="修好了", phase="after", photos=files, by=world.handler, now=later(9)
        )  # fmt: skip
    address = f"/desk/supervision/tasks/{task.pk}/photos/{row.photos.get().pk}/?thumb=1"
    for user, status in (
        (world.handler, 200),
        (world.staff, 200),
        (world.other_handler, 404),
        (world.other_staff, 404),
    ):
        response = sign_in(Client(), user).get(address)
        assert response.status_code == status
        assert status == 404 or b"".join(response)
