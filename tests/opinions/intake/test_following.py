"""Following: what everybody sees, what only the private key opens, and what the resident does there."""

import re
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from opinions.handling import services as handling
from opinions.intake.models import Opinion
from opinions.intake.services import following
from opinions.intake.services.submission import Receipt, submit
from opinions.matters.models import Attachment, Line, Matter, Reporter
from opinions.matters.services import add_line
from opinions.matters.states import Status
from tests.factories.intake import CONTENT, IntakeWorld, entry, form
from tests.factories.matters import NOW, PHONE, bring_to, later
from tests.opinions.intake.conftest import Photo

PERSONAL = [CONTENT[:8], "李阿姨", PHONE, PHONE[-4:], "荷塘小区东门"]


@pytest.fixture
def receipt(place: IntakeWorld) -> Receipt:
    return submit(entry=entry(place), by=None, now=NOW)


def own(receipt: Receipt, act: str = "") -> str:
    return f"/t/{receipt.matter.code}/{act}?k={receipt.reporter.link_key}"


def act(client: Client, receipt: Receipt, verb: str, **fields: Any) -> Any:
    return client.post(f"/t/{receipt.matter.code}/{verb}/", {"k": receipt.reporter.link_key, **fields})


def test_lookup_forgives_how_a_code_is_typed(client: Client, receipt: Receipt) -> None:
    code = receipt.matter.code
    for typed in (code, code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}", f" {code[:4]} {code[4:]} "):
        assert client.get("/t/", {"code": typed})["Location"] == f"/t/{code}/"


@pytest.mark.parametrize("typed", ["", "ABC", "' OR 1=1 --", "../../x", "🙂" * 50, "A" * 5000])
def test_lookup_of_no_code_says_so_at_the_field(client: Client, receipt: Receipt, typed: str) -> None:
    answer = client.get("/t/", {"code": typed})
    assert answer.status_code == 404
    assert "id_code_error" in answer.content.decode()


def test_lookup_of_an_unknown_code_keeps_it(client: Client, receipt: Receipt) -> None:
    from liaison.base.codes import new_code

    code = new_code()
    answer = client.get("/t/", {"code": code})
    assert answer.status_code == 404
    assert f'value="{code}"' in answer.content.decode()


def test_everybody_sees_stages_and_nothing_personal(client: Client, receipt: Receipt, place: IntakeWorld) -> None:
    page = client.get(f"/t/{receipt.matter.code}/").content.decode()
    for stage in ("点单", "接单", "领单", "验单"):
        assert stage in page
    assert f"{place.world.deputy.name}代表" in page
    assert [word for word in PERSONAL if word in page] == []


@pytest.mark.parametrize("key", ["", "x", "' OR 1=1", "𠮷", "k" * 200, "\x00"])
def test_wrong_key_opens_nothing(client: Client, receipt: Receipt, key: str) -> None:
    page = client.get(f"/t/{receipt.matter.code}/", {"k": key}).content.decode()
    assert CONTENT not in page
    for path in ("done/", "qr.png"):
        assert client.get(f"/t/{receipt.matter.code}/{path}", {"k": key}).status_code in (400, 404)


def test_key_of_another_matter_opens_nothing(client: Client, receipt: Receipt, place: IntakeWorld) -> None:
    other = submit(entry=entry(place, content="另一件事"), by=None, now=NOW)
    page = client.get(f"/t/{receipt.matter.code}/", {"k": other.reporter.link_key}).content.decode()
    assert CONTENT not in page
    for verb in ("supply", "withdraw", "erase", "confirm"):
        answer = client.post(
            f"/t/{receipt.matter.code}/{verb}/", {"k": other.reporter.link_key, "text": "x", "sure": "on"}
        )
        assert answer.status_code == 404
    assert Matter.objects.get(pk=receipt.matter.pk).status == Status.SUBMITTED


def test_own_key_opens_everything(client: Client, receipt: Receipt) -> None:
    page = client.get(own(receipt)).content.decode()
    assert CONTENT in page
    assert "138****0000" in page
    assert PHONE not in page


def test_lower_case_address_leads_to_the_right_one(client: Client, receipt: Receipt) -> None:
    answer = client.get(f"/t/{receipt.matter.code.lower()}/?k=abc")
    assert answer["Location"] == f"/t/{receipt.matter.code}/?k=abc"


def test_receipt_gives_code_link_and_a_symbol_that_decodes(client: Client, receipt: Receipt, tmp_path: Any) -> None:
    page = client.get(own(receipt, "done/")).content.decode()
    code = receipt.matter.code
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in page
    assert "11月25日" in page
    file = tmp_path / "qr.png"
    file.write_bytes(client.get(own(receipt, "qr.png")).content)
    found = zxingcpp.read_barcodes(Image.open(file))
    assert found[0].text.endswith(own(receipt))


def test_receipt_tells_the_browser_to_forget_the_draft(client: Client, receipt: Receipt, place: IntakeWorld) -> None:
    page = client.get(own(receipt, "done/")).content.decode()
    assert f'name="draft-done" content="intake-d-{place.world.deputy.code}"' in page


@pytest.mark.parametrize("status", [status for status in Status if status != Status.DRAFT])
def test_tracking_page_opens_in_every_status(client: Client, place: IntakeWorld, status: Status) -> None:
    matter = bring_to(place.world, status)
    reporter = matter.reporters.get()
    for query in ({}, {"k": reporter.link_key}):
        answer = client.get(f"/t/{matter.code}/", query)
        assert answer.status_code == 200
        assert "点单" in answer.content.decode()


def test_internal_words_never_reach_the_resident(client: Client, receipt: Receipt, place: IntakeWorld) -> None:
    matter, staff = receipt.matter, place.world.staff
    handling.say(matter=matter, text="内部闲话不能外传", public=False, by=staff, now=NOW)
    handling.say(matter=matter, text="已联系物业", public=True, by=staff, now=NOW)
    page = client.get(own(receipt)).content.decode()
    assert "已联系物业" in page
    assert "内部闲话" not in page
    assert staff.name not in page
    assert "已联系物业" not in client.get(f"/t/{matter.code}/").content.decode()


def test_reply_is_for_the_key_alone(client: Client, place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.REPLIED)
    reporter = matter.reporters.get()
    mine = client.get(f"/t/{matter.code}/", {"k": reporter.link_key}).content.decode()
    assert "三盏灯的线缆老化" in mine
    assert "/r/" in mine
    everybody = client.get(f"/t/{matter.code}/").content.decode()
    assert "三盏灯的线缆老化" not in everybody
    assert "/r/" not in everybody
    assert place.world.department.name in everybody


def test_merged_matter_shows_the_way_of_the_other_but_not_its_words(client: Client, place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.MERGED)
    target = matter.merged_into
    assert target is not None
    Opinion.objects.filter(pk=target.pk).update(content="别人的话")
    theirs = target.reporters.get()
    add_line(
        matter=target, body="别人补充的话", audience=Audience.PUBLIC, by=None, now=NOW, author="反映人", reporter=theirs
    )
    page = client.get(f"/t/{matter.code}/", {"k": matter.reporters.get().link_key}).content.decode()
    assert "别人" not in page
    assert "别人补充的话" in client.get(f"/t/{target.code}/", {"k": theirs.link_key}).content.decode()


def test_supply_answers_the_question(client: Client, place: IntakeWorld, photo: Photo) -> None:
    matter = bring_to(place.world, Status.WAITING)
    key = matter.reporters.get().link_key
    assert "是哪几盏灯" in client.get(f"/t/{matter.code}/", {"k": key}).content.decode()
    answer = client.post(f"/t/{matter.code}/supply/", {"k": key, "text": "东门三盏", "photos": [photo()]})
    assert answer.status_code == 302
    matter.refresh_from_db()
    assert matter.status == Status.TAKEN
    assert Line.objects.filter(body="东门三盏").exists()
    assert Attachment.objects.filter(matter=matter).count() == 1


@pytest.mark.parametrize("status", [Status.WAITING, Status.HANDLING])
def test_supply_pressed_twice_is_taken_in_once(
    client: Client, place: IntakeWorld, photo: Photo, tmp_path: Path, status: Status
) -> None:
    matter = bring_to(place.world, status)
    fields = {"k": matter.reporters.get().link_key, "text": "东门三盏"}
    for _press in range(2):
        answer = client.post(f"/t/{matter.code}/supply/", {**fields, "photos": [photo()]})
        assert answer.status_code == 302
    assert Line.objects.filter(matter=matter, body="东门三盏").count() == 1
    assert Attachment.objects.filter(matter=matter).count() == 1
    assert len(list((tmp_path / "files").rglob("*.jpg"))) == 2  # one photo, one thumbnail; the second pair is gone
    client.post(f"/t/{matter.code}/supply/", {**fields, "text": "又坏一盏"})
    assert Line.objects.filter(matter=matter, author="反映人").count() == 2


def test_supply_is_taken_in_although_the_matter_moved_on(place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.WAITING)
    reporter, seen = matter.reporters.get(), Matter.objects.get(pk=matter.pk)
    assert following.supply(matter=matter, reporter=reporter, text="东门三盏", now=later())
    assert following.supply(matter=seen, reporter=reporter, text="西门一盏", now=later())
    assert Line.objects.filter(matter=matter, reporter=reporter).count() == 2


@pytest.mark.parametrize(("fields", "sentence"), [({}, "请写下要补充的情况"), ({"text": "长" * 10_001}, "10001 个字")])
def test_supply_of_nothing_or_too_much_is_said(
    client: Client, receipt: Receipt, fields: dict[str, str], sentence: str
) -> None:
    answer = act(client, receipt, "supply", **fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_supply_with_a_bad_photo_keeps_the_words(client: Client, receipt: Receipt, photo: Photo) -> None:
    answer = act(client, receipt, "supply", text="这些字要留住", photos=[photo("x.jpg", b"text")])
    assert answer.status_code == 422
    assert "这些字要留住" in answer.content.decode()
    assert not Line.objects.exists()


def test_supply_after_the_end_is_refused_kindly(client: Client, place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.DECLINED)
    key = matter.reporters.get().link_key
    answer = client.post(f"/t/{matter.code}/supply/", {"k": key, "text": "还有"})
    assert answer.status_code == 422
    assert "已经结束" in answer.content.decode()


def test_withdraw_needs_a_sure_word(client: Client, receipt: Receipt) -> None:
    answer = act(client, receipt, "withdraw")
    assert answer.status_code == 422
    assert "确定撤回" in answer.content.decode()
    assert act(client, receipt, "withdraw", sure="on", reason="已经修好").status_code == 302
    matter = Matter.objects.get()
    assert matter.status == Status.WITHDRAWN
    assert "您已经撤回" in client.get(own(receipt)).content.decode()


def test_withdraw_while_it_is_handled_is_refused(client: Client, place: IntakeWorld) -> None:
    matter = bring_to(place.world, Status.HANDLING)
    answer = client.post(f"/t/{matter.code}/withdraw/", {"k": matter.reporters.get().link_key, "sure": "on"})
    assert answer.status_code == 409
    matter.refresh_from_db()
    assert matter.status == Status.HANDLING


def test_withdraw_is_refused_when_others_stand_behind_it(client: Client, place: IntakeWorld) -> None:
    target = bring_to(place.world, Status.MERGED).merged_into
    assert target is not None
    answer = client.post(f"/t/{target.code}/withdraw/", {"k": target.reporters.get().link_key, "sure": "on"})
    assert answer.status_code == 409
    assert "还有别人" in answer.content.decode()


def test_erase_deletes_number_and_name_and_keeps_the_link(client: Client, receipt: Receipt) -> None:
    assert act(client, receipt, "erase", contact="on").status_code == 302
    reporter = Reporter.objects.get()
    assert (reporter.phone, reporter.phone_index, reporter.name) == ("", "", "")
    assert reporter.erased_at is not None
    assert CONTENT in client.get(own(receipt)).content.decode()
    assert list(verify([receipt.matter.chain])) == []


def test_erased_number_is_not_written_to_any_more(client: Client, receipt: Receipt, place: IntakeWorld) -> None:
    from liaison.base.notices.models import Channel, Notice

    act(client, receipt, "erase", contact="on")
    before = Notice.objects.filter(channel=Channel.SMS).count()
    handling.take(matter=Matter.objects.get(), by=place.world.deputy_user, now=later())
    assert Notice.objects.filter(channel=Channel.SMS).count() == before


def test_erase_takes_back_the_consent_to_publish(client: Client, place: IntakeWorld) -> None:
    receipt = submit(entry=entry(place, consent_publish=True), by=None, now=NOW)
    act(client, receipt, "erase", publication="on")
    assert Opinion.objects.get().consent_publish is False
    assert Reporter.objects.get().phone == PHONE


def test_erase_of_nothing_is_said(client: Client, receipt: Receipt) -> None:
    assert act(client, receipt, "erase").status_code == 422


def test_assisted_entry_is_confirmed_once(client: Client, place: IntakeWorld) -> None:
    receipt = submit(entry=entry(place), by=place.world.staff, now=NOW)
    assert "工作人员替您登记" in client.get(own(receipt)).content.decode()
    assert act(client, receipt, "confirm").status_code == 302
    assert Opinion.objects.get().confirmed_at is not None
    assert act(client, receipt, "confirm").status_code == 409


def test_correction_of_an_assisted_entry_reaches_the_holder(client: Client, place: IntakeWorld) -> None:
    receipt = submit(entry=entry(place), by=place.world.staff, now=NOW)
    act(client, receipt, "confirm", correction="是四盏，不是三盏")
    assert Line.objects.get().body == "是四盏，不是三盏"
    assert Event.objects.get(chain=receipt.matter.chain, verb="confirm").data == {"corrected": True}


def test_own_entry_needs_no_confirmation(client: Client, receipt: Receipt) -> None:
    assert "替您登记" not in client.get(own(receipt)).content.decode()
    assert act(client, receipt, "confirm").status_code == 409


def test_own_photo_is_for_the_key_alone(client: Client, place: IntakeWorld, photo: Photo) -> None:
    answer = client.post(place.deputy_path, form(photos=[photo()]))
    code, key = re.findall(r"/t/(\w+)/done/\?k=(.+)", answer["Location"])[0]
    row = Attachment.objects.get()
    path = f"/t/{code}/files/{row.pk}/"
    shown = client.get(path, {"k": key})
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert client.get(path).status_code == 404
    assert client.get(path, {"k": "x"}).status_code == 404


def test_photo_of_another_matter_is_not_served(
    client: Client, place: IntakeWorld, photo: Photo, receipt: Receipt
) -> None:
    client.post(place.deputy_path, form(photos=[photo()]))
    row = Attachment.objects.get()
    assert client.get(own(receipt, f"files/{row.pk}/")).status_code == 404


def test_acts_need_a_post(client: Client, receipt: Receipt) -> None:
    for verb in ("supply", "withdraw", "erase", "confirm"):
        assert client.get(own(receipt, f"{verb}/")).status_code == 405
