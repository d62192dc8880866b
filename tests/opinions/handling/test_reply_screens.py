"""The screen of a reply: drafting, rows without JavaScript, faults at their fields, approval."""

import pytest
from django.urls import reverse

from opinions.handling import services as handling
from opinions.handling.models import Reply, ReplyStatus
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, content, signed
from tests.opinions.handling.screens import browser, place, points


def test_reply_is_drafted_submitted_and_issued_on_screen(world: HandlingWorld) -> None:
    matter, handler, head = signed(world), browser(world.handler), browser(world.head)
    assert handler.post(place("draft", matter), points(do="save")).status_code == 302
    form = handler.get(place("draft", matter)).context["form"]
    assert (form["version"].value(), form.rows[0]["problem"].value(), len(form.rows)) == (1, "灯不亮", 2)
    assert handler.post(place("draft", matter), points(do="submit", version="1")).status_code == 302
    page = head.get(place("reply", matter))
    assert reverse("handling:send_back", args=[matter.code]) in page.content.decode()
    issued = head.post(place("reply", matter), points(do="issue", version="2", text="已查看现场并修复。"))
    assert issued.status_code == 302
    reply = Reply.objects.get()
    assert (reply.status, reply.text, reply.written_by) == (ReplyStatus.ISSUED, "已查看现场并修复。", world.handler)


def test_reply_grows_by_a_row_without_javascript(world: HandlingWorld) -> None:
    matter, client = signed(world), browser(world.handler)
    answer = client.post(place("draft", matter), points(do="add"))
    form = answer.context["form"]
    assert (answer.status_code, len(form.rows), form["count"].value()) == (200, 3, 3)
    assert (form.rows[0]["person"].value(), form["text"].value()) == ("李四", "已查看现场。")
    assert not form.errors
    assert not Reply.objects.exists()


@pytest.mark.parametrize("count", ["", "-1", "9999999", "abc", "²", "0"])
def test_reply_with_a_forged_count_does_no_harm(world: HandlingWorld, count: str) -> None:
    answer = browser(world.handler).post(place("draft", signed(world)), points(do="add", count=count))
    assert answer.status_code == 200
    assert len(answer.context["form"].rows) <= 20


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": ""}, "请写下答复的正文"),
        ({"reply_class": ""}, "请选择答复类别"),
        ({"p0-person": ""}, "请写明责任人"),
        ({"p0-due_on": "明天"}, "请填写日期"),
        ({"p0-due_on": ""}, "请填写完成日期"),
        ({"reply_class": "B", "p0-due_on": "2020-01-01"}, "有期限的承诺"),
        ({"p0-measure": "高度重视，尽快解决。"}, "套话"),
        ({"p0-problem": "问" * 201}, "200 字以内"),
    ],
)
def test_reply_faults_stand_at_their_fields_and_keep_the_text(
    world: HandlingWorld, changes: dict[str, str], told: str
) -> None:
    matter = signed(world)
    answer = browser(world.handler).post(place("draft", matter), points(do="submit", **changes))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert told in text
    assert "李四" in text or "p0-person" in changes
    assert not Reply.objects.exists()


def test_reply_summary_names_the_rows_with_faults(world: HandlingWorld) -> None:
    answer = browser(world.handler).post(
        place("draft", signed(world)), points(do="submit", **{"p0-person": "", "p1-problem": "井盖响"})
    )
    assert answer.context["form"].non_field_errors() == ["第 1、2 项还没有写完整，请看下面标红的地方。"]


def test_reply_sent_back_shows_the_reason(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.submit_for_approval(matter=matter, content=content(), by=world.handler, now=NOW)
    answer = browser(world.head).post(place("send_back", matter), {"reason": "措施要写具体"})
    assert answer.status_code == 302
    assert "措施要写具体" in browser(world.handler).get(place("draft", matter)).content.decode()


def test_head_issues_what_the_head_wrote_in_one_step(world: HandlingWorld) -> None:
    matter = signed(world)
    assert browser(world.head).post(place("draft", matter), points(do="issue")).status_code == 302
    assert Matter.objects.get(pk=matter.pk).status == Status.REPLIED


def test_handler_cannot_issue_by_forging_the_button(world: HandlingWorld) -> None:
    matter = signed(world)
    assert browser(world.handler).post(place("draft", matter), points(do="issue")).status_code == 200
    assert Matter.objects.get(pk=matter.pk).status == Status.HANDLING
