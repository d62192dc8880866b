"""The ledger, one promise and its verbs on the screen; the resident's page; who is let in; what it costs."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from python_calamine import CalamineWorkbook

from opinions.handling import services as handling
from opinions.matters.states import Status
from opinions.promises import services as promises
from opinions.promises.models import Promise, PromiseWord
from opinions.promises.states import PromiseStatus
from tests.factories.accounts import sign_in
from tests.factories.matters import TODAY, HandlingWorld, later, open_matter
from tests.factories.promises import DUE, again, closed_with

S = PromiseStatus
LEDGER = "/desk/supervision/promises/"


def overdue(promise: Promise, days: int = 1) -> Promise:
    """The promise as if its day had gone by, seen from the real today."""
    day = timezone.localdate() - timedelta(days=days)
    Promise.objects.filter(pk=promise.pk).update(due_on=day, warn_on=day - timedelta(days=5))
    return again(promise)[0]


def many(promise: Promise, count: int) -> None:
    """So many promises more of the same reply."""
    rows = []
    for number in range(count):
        (row,) = again(promise)
        row.pk, row.point, row.put_for = None, 100 + number, None
        rows.append(row)
    Promise.objects.bulk_create(rows)


def photo_file() -> SimpleUploadedFile:
    """A picture as a phone sends it."""
    out = BytesIO()
    Image.new("RGB", (40, 40), "orange").save(out, "JPEG")
    return SimpleUploadedFile("灯.jpg", out.getvalue(), content_type="image/jpeg")


def get(client: Client, url: str, **query: Any) -> Any:
    return client.get(url, query)


def test_ledger_shows_promises_of_closed_matters(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    page = get(sign_in(Client(), world.secretary), LEDGER)
    assert promise.what in page.content.decode()
    assert "没有结果" in page.content.decode()


def test_tabs_open_into_the_rows_they_count(world: HandlingWorld) -> None:
    first, _second = closed_with(world, DUE, DUE + timedelta(days=3))
    late, client = overdue(first), sign_in(Client(), world.secretary)
    tabs = {str(tab.label): tab for tab in get(client, LEDGER).context["tabs"]}
    assert (tabs["没有结果"].count, tabs["过期没有报告"].count, tabs["已兑现"].count) == ("2", "1", "0")
    assert [row.pk for row in client.get(tabs["过期没有报告"].url).context["page"].items] == [late.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "open"}, 2),
        ({"state": "kept"}, 0),
        ({"light": "red"}, 1),
        ({"made": TODAY.year}, 2),
        ({"made": TODAY.year - 1}, 2),  # a year in which nothing was promised is no choice and does not filter
        ({"body": "x"}, 2),
    ],
)
def test_filters_narrow_the_ledger(world: HandlingWorld, query: dict[str, Any], found: int) -> None:
    overdue(closed_with(world, DUE, DUE + timedelta(days=400))[0])
    rows = get(sign_in(Client(), world.secretary), LEDGER, pile="all", **query).context["page"].items
    assert len(rows) == found


def test_district_filters_by_street_and_body(world: HandlingWorld) -> None:
    closed_with(world)
    client = sign_in(Client(), world.district_staff)
    here = {"street": world.committee.pk, "body": world.department.pk}
    assert len(get(client, LEDGER, **here).context["page"].items) == 1
    assert not get(client, LEDGER, street=world.other_committee.pk).context["page"].items


@pytest.mark.parametrize("name", ["other_staff", "other_handler", "other_deputy_user"])
def test_outsiders_see_no_promise(world: HandlingWorld, name: str) -> None:
    (promise,) = closed_with(world)
    client = sign_in(Client(), world.users[name])
    assert not get(client, LEDGER, pile="all").context["page"].items
    assert client.get(f"{LEDGER}{promise.pk}/").status_code == 404
    assert client.get(f"{LEDGER}{promise.pk}/report/").status_code == 404


def test_administrator_is_not_let_in(world: HandlingWorld) -> None:
    assert get(sign_in(Client(), world.admin), LEDGER).status_code == 403


@pytest.mark.parametrize("verb", ["move", "keep", "miss", "withdraw", "reopen", "refuse-move"])
def test_handling_body_judges_nothing(world: HandlingWorld, verb: str) -> None:
    (promise,) = closed_with(world)
    assert sign_in(Client(), world.head).post(f"{LEDGER}{promise.pk}/{verb}/", {"reason": "好了"}).status_code == 403


def test_ledger_costs_the_same_for_one_and_thirty(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    client, counts = sign_in(Client(), world.district_staff), []
    get(client, LEDGER)
    for _round in range(2):
        with CaptureQueriesContext(connection) as caught:
            get(client, LEDGER)
        counts.append(len(caught))
        if len(counts) == 1:
            many(promise, 29)
    assert counts[0] == counts[1] <= 12


def test_spreadsheet_holds_what_the_filter_shows(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = closed_with(world, DUE, DUE + timedelta(days=3))
    promises.report_done(promise=first, text="换好了", by=world.handler, now=later(2))
    answer = get(sign_in(Client(), world.secretary), f"{LEDGER}export/", pile="all", state="reported")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row[3] for row in rows[1:]] == [first.what]
    assert second.what not in str(rows)
    for place in ("export", "views"):
        monkeypatch.setattr(f"opinions.promises.{place}.MOST_ROWS", 1)
    answer = get(sign_in(Client(), world.secretary), f"{LEDGER}export/", pile="all")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert ["只列出前 1 行" in str(row[0]) for row in rows[2:]] == [True], "what is left out is told"


def test_page_shows_days_before_report_and_words(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.move(promise=promise, due_on=DUE + timedelta(days=9), reason="灯头缺货", by=world.secretary, now=later(1))
    promises.report_done(promise=promise, text="换好了", by=world.handler, now=later(2))
    promises.hear(
        promise=promise, reporter=promise.matter.reporters.get(), done=False, text="东头两盏不亮", now=later(3)
    )
    shown = sign_in(Client(), world.handler).get(f"{LEDGER}{promise.pk}/").content.decode()
    for words in (str(DUE), "灯头缺货", "换好了", "东头两盏不亮", "报告办到了"):
        assert words in shown
    assert "张三" not in shown


def test_body_reports_with_a_photo_on_the_screen(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    url = f"{LEDGER}{promise.pk}/report/"
    refused = sign_in(Client(), world.handler).post(url, {"text": " "})
    assert (refused.status_code, "请写明办到了什么" in refused.content.decode()) == (422, True)
    sign_in(Client(), world.handler).post(url, {"text": "四盏都亮了", "photos": photo_file()})
    (held,) = again(promise)
    assert (held.status, held.photos.count()) == (S.REPORTED, 1)


def test_refused_day_keeps_what_was_typed(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    answer = sign_in(Client(), world.secretary).post(
        f"{LEDGER}{promise.pk}/move/", {"due_on": "2020-01-01", "reason": "灯头缺货"}
    )
    assert answer.status_code == 422
    assert "灯头缺货" in answer.content.decode()
    assert "今天以后" in answer.content.decode()


def test_missed_on_the_screen_reopens(world: HandlingWorld) -> None:
    late = overdue(closed_with(world)[0])
    sign_in(Client(), world.secretary).post(f"{LEDGER}{late.pk}/miss/", {"reason": "现场还是黑的"})
    (held,) = again(late)
    assert (held.status, held.matter.status) == (S.NOT_KEPT, Status.HANDLING)


def test_matter_page_shows_promises_and_moves(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.move(promise=promise, due_on=DUE + timedelta(days=9), reason="灯头缺货", by=world.secretary, now=later(1))
    shown = sign_in(Client(), world.staff).get(f"/desk/matters/{promise.matter.code}/").content.decode()
    assert f"{DUE} 改为 {DUE + timedelta(days=9)}" in shown


def mine(promise: Promise, **more: Any) -> tuple[str, dict[str, Any]]:
    reporter = promise.matter.reporters.get()
    url = reverse("intake:promise", args=[promise.matter.code, promise.pk])
    return url, {"k": reporter.link_key, **more}


def track(promise: Promise) -> str:
    key = promise.matter.reporters.get().link_key
    return Client().get(reverse("intake:track", args=[promise.matter.code]), {"k": key}).content.decode()


def test_resident_reads_who_what_and_by_which_day_after_closing(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    shown = track(promise)
    for words in (promise.what, world.department.name, "李四", f"{DUE.year}年{DUE.month}月{DUE.day}日前办到"):
        assert words in shown
    assert "没有办到" not in shown


def test_resident_says_not_done_and_the_matter_is_open_again(world: HandlingWorld) -> None:
    late = overdue(closed_with(world)[0])
    assert "没有办到" in track(late)
    url, data = mine(late, done="no", text="还是黑的", photos=photo_file())
    answer = Client().post(url, data)
    assert answer.status_code == 302
    assert again(late)[0].matter.status == Status.HANDLING
    assert PromiseWord.objects.get().photos.count() == 1
    assert "您说：没有办到" in track(late)
    assert Client().post(url, {**data, "photos": ""}).status_code == 302
    otherwise = Client().post(url, {**data, "photos": "", "done": "yes"})
    assert (otherwise.status_code, "这一次没有记下" in otherwise.content.decode()) == (422, True)
    assert PromiseWord.objects.get().done is False


def test_nobody_who_works_here_speaks_for_a_resident(world: HandlingWorld) -> None:
    late = overdue(closed_with(world)[0])
    url, data = mine(late, done="yes")
    assert sign_in(Client(), world.handler).post(url, data).status_code == 403
    assert not PromiseWord.objects.exists()


@pytest.mark.parametrize("wrong", [{"k": "x"}, {"done": "maybe"}, {"done": ""}])
def test_word_without_key_or_answer_is_not_found(world: HandlingWorld, wrong: dict[str, str]) -> None:
    late = overdue(closed_with(world)[0])
    url, data = mine(late, done="no")
    assert Client().post(url, {**data, **wrong}).status_code == 404


def test_word_that_comes_too_early_or_is_too_long_is_refused_at_the_form(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    url, data = mine(promise, done="no")
    assert Client().post(url, data).status_code == 422
    late = overdue(promise)
    answer = Client().post(url, {**data, "text": "黑" * 2001})
    assert (answer.status_code, "黑黑黑" in answer.content.decode()) == (422, True)
    assert again(late)[0].status == S.OPEN


def test_resident_whose_matter_lies_in_another_reads_and_speaks(world: HandlingWorld) -> None:
    own = open_matter(world, phone="13800000007")
    (promise,) = closed_with(world)
    matter = handling.reopen(matter=promise.matter, reason="再看", by=world.secretary, now=later(2))
    handling.merge(matter=own, target=matter, by=world.staff, now=later(2))
    late = overdue(promise)
    url = reverse("intake:promise", args=[own.code, late.pk])
    assert Client().post(url, {"k": own.reporters.get().link_key, "done": "yes"}).status_code == 302
    assert again(late)[0].status == S.KEPT


def test_day_that_the_body_asks_for_stands_in_the_form_that_moves_it(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    asked = DUE + timedelta(days=9)
    promises.ask_move(promise=promise, due_on=asked, reason="灯头缺货", by=world.handler, now=later(1))
    client = sign_in(Client(), world.secretary)
    assert f'value="{asked}"' in client.get(f"{LEDGER}{promise.pk}/move/").content.decode()
    page = client.get(f"{LEDGER}{promise.pk}/").content.decode()
    assert f'btn-primary" data-dialog href="{LEDGER}{promise.pk}/move/"' in page
