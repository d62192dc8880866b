"""POST requests: an opinion like any other, once, with the answers that belong to its category."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Event
from liaison.base.notices.models import Notice
from opinions.clocks.models import Clock
from opinions.exchange.models import ApiKey, Partner
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.open311.models import Extra
from opinions.open311.states import LISTS, Datatype
from tests.factories.accounts import sign_in
from tests.factories.echo import jpeg
from tests.factories.matters import HandlingWorld
from tests.factories.open311 import SAID, app, ask, key_for, question, send

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def made(answer: Any) -> Matter:
    assert answer.status_code == 200, answer.content.decode()
    return Matter.objects.select_related("opinion").get(code=answer.said[0]["service_request_id"])


def answered(**values: str) -> dict[str, Any]:
    """The fields of answers to questions."""
    return {f"attribute[{code}]": value for code, value in values.items()}


def refused(answer: Any, status: int, words: str) -> None:
    assert (answer.status_code, {one["code"] for one in answer.said}) == (status, {status})
    assert words in "".join(one["description"] for one in answer.said)
    assert not Opinion.objects.exists()


def test_request_becomes_an_opinion_with_all_that_belongs_to_one(
    world: HandlingWorld, partner: Partner, key: str
) -> None:
    answer = send(
        key, first_name="三", last_name="张", phone="13800000009", lat="31.204", long="121.5900001",
        account_id="u-1", email="a@example.org", device_id="d", media_url="https://example.org/a.jpg",
    )  # fmt: skip
    matter = made(answer)
    opinion, reporter = matter.opinion, matter.reporters.get()
    assert answer.said[0]["account_id"] == "u-1"
    assert f"/t/{matter.code}/?k={reporter.link_key}" in answer.said[0]["service_notice"]
    assert (opinion.channel, opinion.source_system, opinion.content) == ("open311", "app", SAID["description"])
    assert (opinion.latitude, opinion.longitude) == (Decimal("31.204000"), Decimal("121.590000"))
    assert (opinion.privacy_version, opinion.consent_contact, opinion.consent_publish) == ("2026-11", True, False)
    assert (reporter.name, reporter.phone) == ("张三", "13800000009")
    assert matter.category is not None
    assert (matter.category.code, matter.division, matter.street) == (
        "urban.lighting", world.places.community, world.committee,
    )  # fmt: skip
    assert {event.verb for event in Event.objects.filter(chain=matter.chain)} == {"submit", "route"}
    assert Clock.objects.filter(matter=matter, kind="take").exists()
    assert Notice.objects.filter(channel="sms").exists()
    assert Extra.objects.get(matter=matter).media_url == "https://example.org/a.jpg"


def test_same_form_again_is_the_same_request(partner: Partner, key: str, world: HandlingWorld) -> None:
    first = send(key, account_id="u-1").said
    assert send(key, account_id="u-1").said == first
    assert send(key, account_id="u-1", description="另一件事").said != first
    other = key_for(app(world, code="other"))
    assert send(other, account_id="u-1").said[0]["service_request_id"] != first[0]["service_request_id"]
    assert Opinion.objects.count() == 3


def test_same_form_of_two_residents_is_two_requests(partner: Partner, key: str) -> None:
    links = {send(key, **said).said[0]["service_notice"] for said in ({}, {}, {"device_id": "a"}, {"device_id": "b"})}
    assert len(links) == 4
    photos = [PIXEL, PIXEL, jpeg()]
    codes = [send(key, device_id="a", media=SimpleUploadedFile("a.png", one, "image/png")).said for one in photos]
    assert codes[0] == codes[1] != codes[2]


def test_own_token_names_the_request_for_good(partner: Partner, key: str) -> None:
    headers = {"Idempotency-Key": "shot-1"}
    code = send(key, headers=headers).said[0]["service_request_id"]
    assert send(key, description="改过的", headers=headers).said[0]["service_request_id"] == code
    assert ask("tokens/shot-1", api_key=key).said == [{"service_request_id": code, "token": "shot-1"}]
    long = {"Idempotency-Key": "x" * 201}
    code = send(key, headers=long).said[0]["service_request_id"]
    assert ask(f"tokens/{'x' * 201}", api_key=key).said[0]["service_request_id"] == code
    assert ask("tokens/shot-1").status_code == ask("tokens/shot-2", api_key=key).status_code == 404


BAD: list[tuple[dict[str, Any], int, str]] = [
    ({"api_key": ""}, 403, "api_key"),
    ({"api_key": "wrong"}, 403, "api_key"),
    ({"service_code": None}, 400, "service_code"),
    ({"service_code": "nothing"}, 404, "service_code"),
    ({"jurisdiction_id": "nothing"}, 404, "jurisdiction_id"),
    ({"address_string": None}, 400, "address_string"),
    ({"lat": "31.2"}, 400, "lat"),
    ({"lat": "91", "long": "0"}, 400, "90"),
    ({"lat": "NaN", "long": "1e5"}, 400, "lat"),
    ({"address_id": "1"}, 400, "address_id"),
    ({"description": "长" * 4001}, 400, "description"),
    ({"description": "\x00"}, 400, "description"),
    ({"media_url": "file:///etc/passwd"}, 400, "media_url"),
    ({"media_url": "http://[x"}, 400, "media_url"),
    ({"attribute[colour]": "red"}, 400, "attribute[colour]"),
    ({"first_name": "三" * 21}, 400, "first_name"),
]


def test_bad_request_is_refused_with_the_field(partner: Partner, key: str) -> None:
    for changed, status, words in BAD:
        refused(send(key, **changed), status, words)


def test_all_that_is_wrong_is_told_at_once(partner: Partner, key: str) -> None:
    question("since", "datetime", required=True)
    answer = send(key, lat="31", media_url="x")
    assert len(answer.said) == 3
    xml = send(key, form="xml", service_code="nothing").content.decode()
    assert "<errors><error><code>404</code><description>" in xml


ANSWERS = [
    ("string", "一行", ""), ("string", "长" * 201, "最多 200 个字"), ("number", "-3.5", ""), ("number", "三", "数字"),
    ("datetime", "2026-11-20T08:00:00+08:00", ""), ("datetime", "2026-13-01", "时区"),
    ("datetime", "0001-01-01", "时区"), ("text", "多行\n文字", ""),
    ("singlevaluelist", "night", ""), ("singlevaluelist", "noon", "选项"),
]  # fmt: skip


def test_answer_fits_its_kind(partner: Partner, key: str) -> None:
    for kind in Datatype:
        question(kind, kind, values="night=夜里\nday=白天" if kind in LISTS else "")
    for datatype, value, problem in ANSWERS:
        answer = send(key, **answered(**{datatype: value}))
        if problem:
            assert (answer.status_code, problem in answer.said[0]["description"]) == (400, True), value
        else:
            assert Extra.objects.get(matter=made(answer)).answers[0]["keys"] == [value]


def test_several_choices_and_required_ones(world: HandlingWorld, partner: Partner, key: str) -> None:
    question("when", "multivaluelist", values="night=夜里\nday=白天", required=True)
    question("told", variable=False)
    refused(send(key), 400, "attribute[when]: 必填")
    refused(send(key, **answered(when="night", told="x")), 400, "attribute[told]")
    several: dict[str, Any] = {"attribute[when][]": ["night", "day"]}
    matter = made(send(key, **several))
    assert Extra.objects.get(matter=matter).answers == [
        {"code": "when", "question": "when？", "keys": ["night", "day"], "words": "夜里、白天"}
    ]
    desk = sign_in(Client(), world.staff)
    panel = f"/desk/matters/{matter.code}/open311/"
    assert panel in desk.get(f"/desk/matters/{matter.code}/").content.decode()
    assert "夜里、白天" in desk.get(panel).content.decode()
    told = ask(f"requests/{matter.code}", api_key=key, extensions="true").said[0]["extended_attributes"]
    assert told == [{"code": "when", "name": "when？", "value": "夜里、白天"}]


def test_place_is_found_by_number_or_in_the_address_within_the_partners_own(
    world: HandlingWorld, partner: Partner, key: str
) -> None:
    places = world.places
    assert made(send(key, address_string=None, address_id=places.community_2.code)).division == places.community_2
    assert made(send(key, address_string="云溪街道柳岸社区 3 号")).division == places.community_2
    assert made(send(key, address_string="桥头")).division == places.street
    refused_ = send(key, address_id=places.other_street.code)
    assert (refused_.status_code, "address_id" in refused_.said[0]["description"]) == (400, True)


def test_photos_come_along(partner: Partner, key: str) -> None:
    matter = made(send(key, media=SimpleUploadedFile("a.png", PIXEL, "image/png")))
    assert matter.attachments.count() == 1
    bad = send(key, description="坏照片", media=SimpleUploadedFile("a.png", b"no picture", "image/png"))
    assert bad.status_code == 400


def test_key_opens_what_it_is_for_and_no_more_than_its_rate(partner: Partner, world: HandlingWorld) -> None:
    refused(send(key_for(partner, submits=False)), 403, "不能做")
    slow = key_for(partner, per_minute=1)
    assert send(slow).status_code == 200
    late = send(slow)
    assert late.status_code == 429
    assert 1 <= int(late["Retry-After"]) <= 60
    key = key_for(partner)
    Partner.objects.update(active=False)
    assert send(key).status_code == 403
    Partner.objects.update(active=True)
    ApiKey.objects.update(ends_at=ApiKey.objects.first().created_at - timedelta(days=1))  # type: ignore[union-attr]
    assert send(key).status_code == 403


def test_number_is_written_to_ten_times_a_day_at_most(partner: Partner, key: str) -> None:
    for number in range(10):
        send(key, phone="13800000009", description=f"第 {number} 件")
    late = send(key, phone="13800000009", description="再一件")
    assert (late.status_code, late["Retry-After"]) == (429, "86400")
    landline = made(send(key, phone="0571-88001234", description="座机不存")).opinion
    assert (landline.consent_contact, landline.matter.reporters.get().phone) == (False, "")


def test_submission_costs_a_bounded_number_of_statements(partner: Partner, key: str) -> None:
    send(key)
    with CaptureQueriesContext(connection) as seen:
        send(key, description="又一件")
    assert len(seen) <= 20


def test_questions_of_the_model_are_whole(world: HandlingWorld) -> None:
    for fields in ({"datatype": "singlevaluelist"}, {"values": "a=b"}, {"variable": False, "required": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            question("x", **fields)
