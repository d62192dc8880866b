"""Screens and interface of the programme: outsiders, two taps of a deputy, bad input, statements."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from deputies.accounts.models import User
from supervision.programme import services
from supervision.programme.models import Activity, Participant, PlanItem, Task
from supervision.programme.states import Attendance
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, open_matter, signed
from tests.factories.programme import announced, given, held, plan_item, planned, task_data

FORM = {
    "kind": "symposium", "title": "路灯座谈会", "day": "2026-12-10", "start": "09:00", "until": "11:00",
    "place": "联络站", "scope": "internal",
}  # fmt: skip


def client_of(user: User) -> Client:
    return sign_in(Client(), user)


def page(name: str, *args: Any) -> str:
    return reverse(f"programme:{name}", args=args)


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_outsider_opens_nothing_of_an_activity(world: HandlingWorld) -> None:
    task = given(world, signed(world))
    activity = task.activity
    row = activity.participants.first()
    assert row is not None
    places = [
        page("edit", activity.pk), page("minutes", activity.pk),
        page("conclude", activity.pk), page("ask", activity.pk), page("gather", activity.pk),
        page("progress", task.pk), page("redo", task.pk), page("let_go", row.pk), page("come", row.pk),
    ]  # fmt: skip
    for user in (world.other_staff, world.other_handler, world.other_deputy_user, world.admin):
        client = client_of(user)
        for place in (page("activity", activity.pk), page("task", task.pk)):
            assert client.get(place).status_code in (403, 404)
        for place in places:
            assert client.post(place).status_code in (403, 404), (user.username, place)
    assert Activity.objects.get().status == "held"


def test_whoever_reads_it_does_not_keep_it(world: HandlingWorld) -> None:
    activity = announced(world)
    for user in (world.deputy_user, world.handler, world.district_staff):
        client = client_of(user)
        assert client.get(page("activity", activity.pk)).status_code == 200
        for name in ("edit", "announce", "postpone", "cancel", "minutes", "ask", "conclude"):
            assert client.post(page(name, activity.pk)).status_code == 403


def test_activity_is_made_announced_and_held_by_its_screens(world: HandlingWorld) -> None:
    client, matter = client_of(world.staff), open_matter(world)
    assert client.post(page("new"), {**FORM, "codes": matter.code}).status_code == 302
    activity = Activity.objects.get()
    assert (
        client.post(page("ask", activity.pk), {"deputies": [world.deputy.pk], "others": "周老师、钱工"}).status_code
        == 302
    )
    assert client.post(page("announce", activity.pk)).status_code == 302
    start = timezone.now() - timedelta(days=1)
    Activity.objects.update(starts_at=start, ends_at=start + timedelta(hours=2))
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    row = {"text0": "修灯", "body0": world.department.pk, "person0": "李四", "due_on0": due, "matter0": matter.pk}
    assert client.post(page("minutes", activity.pk), {"minutes": "商定", **row}).status_code == 302
    task = Task.objects.get()
    assert (task.matter, task.body) == (matter, world.department)
    told = {"outcome": "见纪要", "outcome_class": "agreed", f"m{matter.pk}": "已交办"}
    assert client.post(page("conclude", activity.pk), told).status_code == 302
    shown = client.get(page("activity", activity.pk)).content.decode()
    for words in ("见纪要", "修灯", "已交办", "周老师"):
        assert words in shown


def test_postponed_to_whole_days_by_its_screen(world: HandlingWorld) -> None:
    activity = announced(world)
    client = client_of(world.staff)
    said = {"day": "2026-12-10", "last_day": "2026-12-11", "reason": "暴雨"}
    assert client.post(page("postpone", activity.pk), said).status_code == 302
    activity.refresh_from_db()
    assert (activity.all_day, timezone.localtime(activity.ends_at).date().isoformat()) == (True, "2026-12-11")
    assert "原定 2026-11-30" in client.get(page("activity", activity.pk)).content.decode()


def test_due_day_says_where_working_days_end(world: HandlingWorld) -> None:
    task = given(world)
    shown = client_of(world.staff).get(page("move", task.pk)).content.decode()
    assert "5 个工作日到" in shown


def test_deputy_answers_with_one_tap_from_the_desk(world: HandlingWorld) -> None:
    announced(world)
    client = client_of(world.deputy_user)
    Activity.objects.update(starts_at=timezone.now() + timedelta(days=3), ends_at=timezone.now() + timedelta(days=4))
    row = Participant.objects.get(deputy=world.deputy)
    assert page("waiting") in client.get("/desk/").content.decode()
    panel = client.get(page("waiting"), headers={"HX-Request": "true"}).content.decode()
    assert page("come", row.pk) in panel
    assert client.post(page("excuse", row.pk), {"from": "list"})["Location"] == page("activities")
    row.refresh_from_db()
    assert row.attendance == Attendance.EXCUSED
    assert client.post(page("come", row.pk)).status_code == 302
    row.refresh_from_db()
    assert row.attendance == Attendance.COMING


def test_official_without_a_reason_reads_why_and_stays(world: HandlingWorld) -> None:
    announced(world)
    row = Participant.objects.get(body=world.department)
    response = client_of(world.head).post(page("excuse", row.pk), {"reason": ""})
    assert response.status_code == 422
    assert "请写明请假的原因" in response.content.decode()


def test_body_works_on_its_task_without_having_the_matter(world: HandlingWorld) -> None:
    matter = open_matter(world)
    task = given(world, matter, matter=matter)
    client = client_of(world.handler)
    shown = client.get(page("task", task.pk)).content.decode()
    assert page("finish", task.pk) in shown
    assert matter.code not in shown
    assert client.post(page("progress", task.pk), {"phase": "before", "text": "已看现场"}).status_code == 302
    assert client.post(page("finish", task.pk)).status_code == 302
    task.refresh_from_db()
    assert (task.status, task.progress.count()) == ("done", 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "party"), ("day", "9999-12-31"), ("day", "0001-01-01"), ("day", "x"), ("start", "25:00"),
        ("start", ""), ("until", "08:00"), ("place", ""), ("title", "长" * 200),
         ("codes", "XXXX"), ("body", "999999999999999999999"),
        ("category", "-1"), ("opens_on", "2026-12-01"), ("scope", "all"), ("last_day", "2027-12-10"),
    ],
)  # fmt: skip
def test_bad_input_is_told_at_the_field_and_what_was_typed_stays(world: HandlingWorld, field: str, value: str) -> None:
    response = client_of(world.staff).post(page("new"), {**FORM, "agenda": "一字不丢", field: value})
    assert response.status_code == 422
    assert "一字不丢" in response.content.decode()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("query", ["?month=9999-12", "?month=0001-01", "?month=x", "?kind=x&status=y", "?page=x"])
def test_strange_addresses_show_the_page(world: HandlingWorld, query: str) -> None:
    client = client_of(world.staff)
    for name in ("activities", "calendar", "tasks", "plan"):
        address = page(name) + (query.replace("month", "year") if name == "plan" else query)
        assert client.get(address).status_code == 200


def test_lists_ask_as_little_for_thirty_as_for_one(world: HandlingWorld) -> None:
    matter = signed(world)
    activity = held(world, matter, tasks=(task_data(world, matter=matter),))
    plan_item(world)
    places = [page("activities"), page("activity", activity.pk), page("tasks"), page("calendar") + "?month=2026-11"]
    places += [page("plan") + "?year=2027", "/api/v1/activities/", "/api/v1/tasks/", f"/supervision{matter.pk}"]
    places[-1] = reverse("cases:matter", args=[matter.code])
    client = client_of(world.staff)
    before = {place: statements(client, place) for place in places}
    rows = [Activity(**_copy(activity)) for _n in range(29)]
    Activity.objects.bulk_create(rows)
    for row in rows:
        row.links.create(matter=matter, at=NOW)
    first = activity.tasks.get()
    Task.objects.bulk_create(Task(**_copy(first)) for _n in range(29))
    Participant.objects.bulk_create(Participant(activity=activity, name=f"专家{n}") for n in range(29))
    item = PlanItem.objects.get()
    PlanItem.objects.bulk_create(PlanItem(**_copy(item)) for _n in range(29))
    after = {place: statements(client, place) for place in places}
    assert after == before


def _copy(row: Any) -> dict[str, Any]:
    fields = [field for field in row._meta.fields if not field.primary_key]
    return {field.name: getattr(row, field.name) for field in fields}


def test_residents_read_public_activities_without_names(world: HandlingWorld) -> None:
    activity = announced(world, scope="public", title="雨污分流")
    planned(world, scope="public", title="还在筹备")
    announced(world, title="内部会")
    Activity.objects.update(starts_at=timezone.now() + timedelta(days=3), ends_at=timezone.now() + timedelta(days=4))
    Activity.objects.filter(pk=activity.pk).update(opens_on=timezone.localdate(), closes_on=timezone.localdate())
    listed = Client().get("/themes/").content.decode()
    assert ("雨污分流" in listed, "还在筹备" in listed, "内部会" in listed) == (True, False, False)
    shown = Client().get(f"/themes/{activity.pk}/").content.decode()
    assert "正在征集意见" in shown
    for name in (world.deputy.name, "王局长"):
        assert name not in shown
    for hidden in Activity.objects.exclude(pk=activity.pk):
        assert Client().get(f"/themes/{hidden.pk}/").status_code == 404


def test_programs_read_activities_and_tasks_in_scope(world: HandlingWorld) -> None:
    task = given(world, signed(world))
    client = client_of(world.handler)
    told = json.loads(client.get(f"/api/v1/activities/{task.activity_id}/").content)
    assert (told["status"], [one["text"] for one in told["tasks"]]) == ("held", ["更换东门三盏路灯"])
    (one,) = json.loads(client.get("/api/v1/tasks/").content)["results"]
    assert (one["id"], one["body"]) == (task.pk, world.department.name)
    outsider = client_of(world.other_handler)
    assert json.loads(outsider.get("/api/v1/tasks/").content)["results"] == []
    assert outsider.get(f"/api/v1/tasks/{task.pk}/").status_code == 404
    assert outsider.get(f"/api/v1/activities/{task.activity_id}/").status_code == 404
    assert Client().get("/api/v1/activities/").status_code in (401, 403)
    assert client_of(world.admin).get("/api/v1/activities/").status_code == 403


def test_theme_candidates_are_attached_by_ticking(world: HandlingWorld) -> None:
    matter = open_matter(world)
    days = {"opens_on": NOW.date().replace(day=1), "closes_on": NOW.date().replace(day=30)}
    theme = planned(world, kind="thematic", category=matter.category, **days)
    client = client_of(world.staff)
    assert matter.title in client.get(page("gather", theme.pk)).content.decode()
    client.post(page("gather", theme.pk), {"ids": [matter.pk, "x", "9" * 40]})
    assert list(theme.matters.all()) == [matter]


def test_plan_is_kept_by_its_screens(world: HandlingWorld) -> None:
    client, year = client_of(world.staff), timezone.localdate().year + 1
    data = {"year": year, "kind": "special", "title": "民生实事", "months": ["4", "10"], "responsible": "代工委"}
    assert client.post(page("add_item"), data).status_code == 302
    item = PlanItem.objects.get()
    assert client.post(page("make", item.pk)).status_code == 302
    assert "民生实事" in client.get(page("plan") + f"?year={year}").content.decode()
    assert Activity.objects.count() == 2
    client.post(page("drop_item", item.pk))
    assert PlanItem.objects.exists(), "a line with activities stays"
    assert client_of(world.handler).get(page("plan")).status_code == 403


def test_subscription_is_shown_to_its_person_alone(world: HandlingWorld) -> None:
    client = client_of(world.deputy_user)
    assert client.post(page("renew_own")).status_code == 302
    feed = services.renew_feed(by=world.staff, now=NOW)
    shown = client.get(page("subscribe")).content.decode()
    assert ".ics" in shown
    assert feed.token not in shown


def test_minutes_take_documents_that_those_permitted_download(world: HandlingWorld) -> None:
    activity = announced(world, signed(world))
    Activity.objects.filter(pk=activity.pk).update(starts_at=timezone.now() - timedelta(hours=3))
    place = page("minutes", activity.pk)
    text = SimpleUploadedFile("纪要.pdf", b"just text", "application/pdf")
    refused = client_of(world.staff).post(place, {"minutes": "商定三项措施。", "attachments": text})
    assert refused.status_code == 422
    assert all(one in refused.content.decode() for one in ("不是照片、PDF", "商定三项措施。"))
    pdf = SimpleUploadedFile("签到表.pdf", b"%PDF-1.7 signed", "application/pdf")
    assert client_of(world.staff).post(place, {"minutes": "商定三项措施。", "attachments": pdf}).status_code == 302
    row = activity.files.get()
    held = page("file", activity.pk, row.pk)
    for user, status in ((world.deputy_user, 200), (world.handler, 200), (world.other_staff, 404), (world.admin, 403)):
        got = client_of(user).get(held)
        content, how = b"".join(got), got.get("Content-Disposition", "").split(";")[0]
        assert (got.status_code, how == "attachment", content == b"%PDF-1.7 signed") == (status, *[status == 200] * 2)
    shown = client_of(world.handler).get(page("activity", activity.pk)).content.decode()
    assert all(one in shown for one in ("签到表.pdf", held))
