"""Sending the form: what is taken, what comes back with its text, what asks for a person."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from liaison.base.files.models import StoredFile
from opinions.catalog.models import SourceChannel
from opinions.intake import throttle
from opinions.intake.challenge import read_number
from opinions.intake.models import KeptPhoto, Opinion
from opinions.matters.models import Attachment, Matter, Reporter
from tests.factories.intake import CONTENT, IntakeWorld, form, proof
from tests.factories.matters import PHONE
from tests.opinions.intake.conftest import Photo


def send(client: Client, at: IntakeWorld, path: str = "", **fields: Any) -> Any:
    return client.post(path or at.deputy_path, form(**fields))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def answer_to(page: str) -> str:
    text = re.search(r'for="id_answer">(.)加(.)等于', page)
    assert text is not None
    return str((read_number(text[1]) or 0) + (read_number(text[2]) or 0))


def test_form_is_taken_and_leads_to_the_receipt(client: Client, place: IntakeWorld) -> None:
    answer = send(client, place, phone="138 0000 0000", consent_contact="on", name="李阿姨", category="urban")
    matter, opinion, reporter = Matter.objects.get(), Opinion.objects.get(), Reporter.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/t/{matter.code}/done/?k={reporter.link_key}"
    assert (opinion.content, opinion.channel) == (CONTENT, SourceChannel.QR)
    assert opinion.addressed_to == place.world.deputy
    assert opinion.contact_point == place.point
    assert matter.division == place.world.places.community
    assert matter.category is not None
    assert (reporter.phone, reporter.name) == (PHONE, "李阿姨")
    assert opinion.privacy_version
    assert opinion.consent_contact is True
    assert opinion.consent_publish is False


def test_form_of_a_point_goes_to_the_street(client: Client, place: IntakeWorld) -> None:
    send(client, place, place.point_path)
    matter = Matter.objects.get()
    assert matter.deputy is None
    assert matter.street == place.world.committee
    assert matter.opinion.contact_point == place.point


def test_door_from_the_web_is_noted(client: Client, place: IntakeWorld) -> None:
    send(client, place, f"{place.deputy_path}?via=web")
    assert Opinion.objects.get().channel == SourceChannel.WEB


def test_another_community_moves_the_place(client: Client, place: IntakeWorld) -> None:
    send(client, place, community=place.world.places.other_community.code)
    matter = Matter.objects.get()
    assert matter.street == place.world.other_committee
    assert matter.division == place.world.places.other_community


def test_position_is_kept_when_whole(client: Client, place: IntakeWorld) -> None:
    send(client, place, latitude="30.123456", longitude="120.5")
    assert str(Opinion.objects.get().latitude) == "30.123456"


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("91", "10"), ("abc", "10"), ("10", ""), ("NaN", "10"), ("1e999", "10"), ("Infinity", "1")],
)
def test_senseless_position_is_left_out(client: Client, place: IntakeWorld, latitude: str, longitude: str) -> None:
    assert send(client, place, latitude=latitude, longitude=longitude).status_code == 302
    assert Opinion.objects.get().latitude is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"content": ""}, "请写下您想反映的事"),
        ({"content": "  \u200b \n"}, "请写下您想反映的事"),
        ({"content": "长" * 10_001}, "现在有 10001 个字"),
        ({"phone": "12345", "consent_contact": "on"}, "请填写 11 位手机号码"),
        ({"phone": PHONE}, "您填了手机号"),
        ({"consent_privacy": None}, "请先勾选同意"),
        ({"place": "远" * 161}, "地点最多 160 个字"),
        ({"category": "nosuch"}, "请从列出的选项里选择"),
        ({"community": "' OR 1=1 --"}, "id_community"),
        ({"content": "a\x00b"}, "id_content_error"),
        ({"name": "名" * 41}, "id_name_error"),
    ],
)
def test_bad_field_is_said_and_everything_typed_is_kept(
    client: Client, place: IntakeWorld, fields: dict[str, Any], sentence: str
) -> None:
    answer = send(client, place, **({"content": "这些字要留住"} | fields))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "荷塘小区东门" in page or "place" in fields
    assert fields.get("content", "这些字要留住")[:20].strip("\x00 \u200b\n") in page
    assert not Matter.objects.exists()


@pytest.mark.parametrize(
    "text", ["长" * 10_000, "𠮷家的灯🙂👨‍👩‍👧", "<b>x</b><script>alert(1)</script>", "=1+1", "'; DROP TABLE x; --"]
)
def test_unusual_text_is_taken_as_it_is(client: Client, place: IntakeWorld, text: str) -> None:
    assert send(client, place, content=text).status_code == 302
    assert Opinion.objects.get().content == text


def test_html_is_never_shown_as_html(client: Client, place: IntakeWorld) -> None:
    page = send(client, place, content="<script>alert(1)</script>", consent_privacy=None).content.decode()
    assert "<script>alert" not in page


def test_lawsuit_asks_for_a_word_and_then_goes_through(client: Client, place: IntakeWorld) -> None:
    key = uuid4()
    first = send(client, place, key=key, content="法院判决后不执行")
    assert first.status_code == 422
    assert "代表依法不能介入具体案件" in first.content.decode()
    assert send(client, place, key=key, content="法院判决后不执行", elsewhere_ok="on").status_code == 302
    assert Opinion.objects.get().warnings == ["lawsuit"]


def test_emergency_is_never_held_up_and_said_on_the_receipt(client: Client, place: IntakeWorld) -> None:
    answer = send(client, place, content="三楼着火")
    assert answer.status_code == 302
    assert "110、119" in client.get(answer["Location"]).content.decode()


def test_sending_the_same_form_again_leads_to_the_same_receipt(client: Client, place: IntakeWorld) -> None:
    fields = form()
    first, second = client.post(place.deputy_path, fields), client.post(place.deputy_path, fields)
    assert first["Location"] == second["Location"]
    assert Matter.objects.count() == 1


def test_other_words_on_the_same_page_are_not_lost(client: Client, place: IntakeWorld) -> None:
    fields = form()
    client.post(place.deputy_path, fields)
    answer = client.post(place.deputy_path, fields | {"content": "第二件事"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "第二件事" in page
    key = hidden(page, "submission_key")
    assert key != fields["submission_key"]
    from uuid import UUID

    again = fields | {"content": "第二件事", "submission_key": key, "proof": proof(UUID(key))}
    assert client.post(place.deputy_path, again).status_code == 302
    assert Matter.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [{"proven": False}, {"website": "http://spam"}, {"proof": "rubbish"}, {"submission_key": "no-key"}],
)
def test_without_proof_a_question_is_asked_and_the_answer_is_enough(
    client: Client, place: IntakeWorld, fields: dict[str, Any]
) -> None:
    page = send(client, place, **fields).content.decode()
    assert "还差一步" in page
    assert not Matter.objects.exists()
    carried = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    wrong = client.post(place.deputy_path, carried | {"answer": "999"})
    assert wrong.status_code == 422
    carried = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', wrong.content.decode()))
    done = client.post(place.deputy_path, carried | {"answer": answer_to(wrong.content.decode())})
    assert done.status_code == 302
    assert Opinion.objects.get().content == CONTENT


def test_solution_of_one_form_serves_no_other(client: Client, place: IntakeWorld) -> None:
    fields = form()
    client.post(place.deputy_path, fields)
    answer = client.post(place.deputy_path, form(proven=False) | {"proof": fields["proof"]})
    assert "还差一步" in answer.content.decode()
    assert Matter.objects.count() == 1


def test_many_from_one_address_are_asked(client: Client, place: IntakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "ASK_FROM", 2)
    for _n in range(2):
        assert send(client, place).status_code == 302
    assert "还差一步" in send(client, place).content.decode()


def test_far_too_many_from_one_address_are_refused_with_their_text(
    client: Client, place: IntakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MOST_PER_ADDRESS", 1)
    send(client, place)
    answer = send(client, place, content="这些字要留住")
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "这些字要留住" in answer.content.decode()
    assert "提交得太多" in answer.content.decode()


def test_far_too_many_with_one_number_are_refused_at_the_field(
    client: Client, place: IntakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MOST_PER_PHONE", 1)
    send(client, place, phone=PHONE, consent_contact="on")
    other = Client(REMOTE_ADDR="10.9.9.9")
    answer = send(other, place, phone=f"+86 {PHONE}", consent_contact="on")
    assert (answer.status_code, answer["Retry-After"]) == (429, "86400")
    assert "id_phone_error" in answer.content.decode()


def test_another_address_is_not_held_up(client: Client, place: IntakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_PER_ADDRESS", 1)
    send(client, place)
    assert send(Client(REMOTE_ADDR="10.9.9.9"), place).status_code == 302


def test_photos_are_attached_clean(client: Client, place: IntakeWorld, photo: Photo) -> None:
    send(client, place, photos=[photo("一.jpg"), photo("二.png")])
    assert Attachment.objects.count() == 2
    assert {row.content_type for row in StoredFile.objects.all()} == {"image/jpeg"}


def test_seven_photos_are_too_many(client: Client, place: IntakeWorld, photo: Photo) -> None:
    answer = send(client, place, photos=[photo(f"{n}.jpg") for n in range(7)])
    assert answer.status_code == 422
    assert "最多 6" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("文字.jpg", b"this is no picture at all", "不是照片"),
        ("坏.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 broken", "已损坏"),
        ("空.jpg", b"", "空"),
        ("../../etc/passwd.jpg", b"root:x:0:0", "不是照片"),
    ],
)
def test_bad_photo_is_said_and_the_good_one_is_kept(
    client: Client, place: IntakeWorld, photo: Photo, name: str, content: bytes, sentence: str
) -> None:
    answer = send(client, place, photos=[photo(), photo(name, content)])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert CONTENT in page


def test_forty_megabytes_are_refused_at_the_field(client: Client, place: IntakeWorld, photo: Photo) -> None:
    big = photo("大.jpg", b"\xff\xd8\xff\xe0" + b"0" * 40_000_000)
    answer = send(client, place, photos=[big])
    assert answer.status_code == 422
    assert "太大" in answer.content.decode()


def test_photo_of_a_form_with_errors_need_not_be_chosen_again(client: Client, place: IntakeWorld, photo: Photo) -> None:
    key = uuid4()
    page = send(client, place, key=key, content="", photos=[photo()]).content.decode()
    kept = KeptPhoto.objects.get()
    assert f"/kept/{key}/{kept.pk}/" in page
    shown = client.get(f"/kept/{key}/{kept.pk}/")
    assert b"".join(shown.streaming_content)  # type: ignore[attr-defined]
    assert send(client, place, key=key, kept="1").status_code == 302
    assert Attachment.objects.get().stored == kept.stored
    assert not KeptPhoto.objects.exists()


def test_photos_that_cannot_be_kept_leave_no_files(
    client: Client, place: IntakeWorld, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("opinions.intake.reception.keep_photos", gone)
    client.raise_request_exception = False
    assert send(client, place, content="", photos=[photo()]).status_code == 503
    assert list((tmp_path / "files").rglob("*.jpg")) == []


def test_kept_photo_can_be_left_out(client: Client, place: IntakeWorld, photo: Photo) -> None:
    key = uuid4()
    send(client, place, key=key, content="", photos=[photo()])
    kept = KeptPhoto.objects.get()
    send(client, place, key=key, kept="1", drop=str(kept.pk))
    assert not Attachment.objects.exists()
    assert not StoredFile.objects.exists()


def test_kept_photo_is_shown_to_nobody_without_its_key(client: Client, place: IntakeWorld, photo: Photo) -> None:
    send(client, place, content="", photos=[photo()])
    assert client.get(f"/kept/{uuid4()}/{KeptPhoto.objects.get().pk}/").status_code == 404


def test_photos_of_another_form_cannot_be_claimed(client: Client, place: IntakeWorld, photo: Photo) -> None:
    send(client, place, content="", photos=[photo()])
    send(client, place, kept="1")
    assert not Attachment.objects.exists()


def test_photos_survive_the_question(client: Client, place: IntakeWorld, photo: Photo) -> None:
    page = send(client, place, proven=False, photos=[photo()]).content.decode()
    carried = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    client.post(place.deputy_path, carried | {"answer": answer_to(page)})
    assert Attachment.objects.count() == 1


def test_full_disk_is_said_and_the_text_kept(
    client: Client, place: IntakeWorld, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    answer = send(client, place, photos=[photo()])
    assert answer.status_code == 422
    assert "存不下文件" in answer.content.decode()
    assert CONTENT in answer.content.decode()


def test_database_gone_is_a_kind_page(client: Client, place: IntakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    client.raise_request_exception = False
    monkeypatch.setattr("opinions.intake.views.doors.receive", gone)
    answer = send(client, place)
    assert answer.status_code == 503
    assert answer["Retry-After"]


def test_post_to_an_unknown_plaque_is_not_found(client: Client, place: IntakeWorld) -> None:
    assert client.post("/d/NOSUCH1/", form()).status_code == 404


def test_post_to_a_deputy_who_has_left_reaches_the_point(client: Client, place: IntakeWorld) -> None:
    deputy = place.world.deputy
    deputy.status = "suspended"
    deputy.save()
    assert client.post(place.deputy_path, form()).status_code == 302
    assert Matter.objects.get().opinion.contact_point == place.point


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["deputy_path", "point_path"])
def test_whole_request_with_photos_takes_at_most_twelve_statements(client: Client, photo: Photo, door: str) -> None:
    from tests.factories.intake import intake_world

    place = intake_world()
    path = getattr(place, door)
    send(client, place, path)
    fields = form(phone=PHONE, consent_contact="on", photos=[photo("一.jpg"), photo("二.jpg")])
    with CaptureQueriesContext(connection) as queries:
        assert client.post(path, fields).status_code == 302
    sent = [query["sql"] for query in queries.captured_queries]
    statements = [sql for sql in sent if not sql.startswith(("BEGIN", "COMMIT"))]
    assert len(statements) <= 12, "\n".join(statements)
    assert sum(sql.startswith("COMMIT") for sql in sent) == 1
