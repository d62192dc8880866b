"""GET: services, definitions, requests; what everybody reads, and what only the partner that sent it."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import Category
from opinions.exchange.models import Partner
from opinions.matters.models import Matter
from opinions.matters.states import FINAL, Status
from opinions.open311 import views
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, assigned, bring_to, later, open_matter, replied
from tests.factories.open311 import SERVICE, app, ask, key_for, question, send

DOCUMENTED = {200, 400, 403, 404, 405, 413, 429, 503}


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [one["service_request_id"] for one in answer.said]


def test_services_and_their_definitions(world: HandlingWorld) -> None:
    question("when", "singlevaluelist", values="night=夜里\nday=白天", required=True, order=2, hint="哪个时候")
    question("since", "datetime")
    held = {one["service_code"]: one for one in ask("services").said}
    assert held[SERVICE]["type"] == "realtime"
    assert held[SERVICE]["metadata"] is True
    assert held[SERVICE]["group"] == "城建城管"
    assert ask(f"services/{SERVICE}").said == {
        "service_code": SERVICE,
        "attributes": [
            {"variable": True, "code": "since", "datatype": "datetime", "required": False, "datatype_description": "",
             "order": 1, "description": "since？"},
            {"variable": True, "code": "when", "datatype": "singlevaluelist", "required": True,
             "datatype_description": "哪个时候", "order": 2, "description": "when？",
             "values": [{"key": "night", "name": "夜里"}, {"key": "day", "name": "白天"}]},
        ],
    }  # fmt: skip
    answer = ask("services", form="xml")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/xml; charset=utf-8", "no-store")
    root = ET.fromstring(answer.content)
    assert (root.tag, root[0].tag, root[0][0].tag) == ("services", "service", "service_code")
    root = ET.fromstring(ask(f"services/{SERVICE}", form="xml").content)
    assert (root.tag, [one.tag for one in root], root[0].text) == (
        "service_definition", ["service_code", "attributes"], SERVICE,
    )  # fmt: skip
    assert ask("services/nothing").status_code == 404
    assert ask("services", jurisdiction_id="nothing").status_code == 404
    assert ask("services", jurisdiction_id=world.congress.code).status_code == 200


def test_discovery_names_the_endpoint(client: Client, db: None) -> None:
    said = client.get("/open311/discovery.json").json()
    assert said["endpoints"][0]["url"].endswith("/open311/v2")
    assert said["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert b"<formats><format>text/xml</format>" in client.get("/open311/v2/discovery.xml").content


def test_what_everybody_reads_leads_to_nobody(world: HandlingWorld, partner: Partner, key: str) -> None:
    code = send(key, phone="13800000009", last_name="张", lat="31.2", long="121.5").said[0]["service_request_id"]
    public = ask(f"requests/{code}").said[0]
    assert public["description"] == f"{public['service_name']}方面的事"
    assert (public["address"], public["address_id"]) == ("云溪街道", world.places.street.code)
    assert (public["lat"], public["long"], public["media_url"], public["zipcode"]) == (None,) * 4
    assert public["agency_responsible"] == world.committee.name
    assert public["requested_datetime"].endswith("+08:00")
    assert public["updated_datetime"] == public["requested_datetime"]
    shown = ask(f"requests/{code}", form="xml").content.decode()
    assert not any(word in shown for word in ("荷塘", "13800000009", "张", "31.2"))
    mine = ask(f"requests/{code}", api_key=key).said[0]
    assert (mine["description"], mine["lat"], mine["address"]) == (
        "荷塘小区东门两盏路灯不亮。", 31.2, "荷塘社区荷塘小区东门",
    )  # fmt: skip
    others = [key_for(app(world, code="other")), key_for(partner, reads=False)]
    assert all(ask(f"requests/{code}", api_key=one).said == [public] for one in others)
    assert ask(f"requests/{code}", api_key="wrong").status_code == 403


def test_closed_is_what_has_ended_and_nothing_else(world: HandlingWorld) -> None:
    for status in (one for one in Status if one != Status.DRAFT):
        said = ask(f"requests/{bring_to(world, status).code}").said[0]
        assert (said["status"], str(status.label) in said["status_notes"]) == (
            "closed" if status in FINAL else "open", True,
        )  # fmt: skip


def test_reply_class_and_rating_are_told_apart(world: HandlingWorld) -> None:
    matter = replied(world, reply_class="B")
    said = ask(f"requests/{matter.code}").said[0]
    assert said["status"] == "open"
    assert said["status_notes"] == "已答复；办理单位的答复：B 正在解决；等居民评价，答复不等于解决"
    Matter.objects.filter(pk=matter.pk).update(status="closed", closed_at=later(9))
    assert ask(f"requests/{matter.code}").said[0]["status_notes"].endswith("居民评价：未评价")
    Matter.objects.filter(pk=matter.pk).update(satisfaction="mostly")
    assert ask(f"requests/{matter.code}").said[0]["status_notes"].endswith("居民评价：基本满意")


def test_expected_is_the_day_of_the_reply_only(world: HandlingWorld) -> None:
    fresh, at_work = open_matter(world), assigned(world)
    assert ask(f"requests/{fresh.code}").said[0]["expected_datetime"] is None
    Matter.objects.filter(pk=at_work.pk).update(due_clock="reply")
    due = Matter.objects.get(pk=at_work.pk).due_on
    assert ask(f"requests/{at_work.code}").said[0]["expected_datetime"] == f"{due}T23:59:59+08:00"


def test_search_narrows_and_numbers_outrank_it(world: HandlingWorld) -> None:
    old, ended = open_matter(world, now=later(-91)), bring_to(world, Status.DECLINED)
    noise = open_matter(world, now=later(-1), category=None)
    assert codes(ask("requests")) == [ended.code, noise.code]
    assert codes(ask("requests", status="closed")) == [ended.code]
    assert codes(ask("requests", status="open,closed", service_code=SERVICE)) == [ended.code]
    assert codes(ask("requests", jurisdiction_id=world.congress.code, page_size="1")) == [ended.code]
    begin, end = ((NOW - timedelta(days=days)).astimezone(SHANGHAI).isoformat() for days in (92, 90))
    assert codes(ask("requests", start_date=begin, end_date=end)) == [old.code]
    assert codes(ask("requests", start_date=begin)) == [old.code]
    assert codes(ask("requests", end_date=end.replace("+08:00", " 08:00"))) == [old.code]
    both = f"{old.code.lower()}, {noise.code},nothing"
    assert codes(ask("requests", service_request_id=both, status="closed", start_date="x")) == [noise.code, old.code]
    assert [one["service_code"] for one in ask("requests", service_request_id=noise.code).said] == [None]


BAD: list[tuple[dict[str, str], int]] = [
    ({"start_date": "2026-08-01T00:00:00Z", "end_date": "2026-11-20T00:00:00Z"}, 400),
    ({"start_date": "2026-11-20T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, 400),
    ({"start_date": "2026-11-20T00:00:00"}, 400),
    ({"end_date": "0001-01-01T00:00:00Z"}, 400),
    ({"start_date": "9999-12-31T00:00:00Z"}, 400),
    ({"status": "solved"}, 400),
    ({"service_code": "nothing"}, 404),
    ({"jurisdiction_id": "nothing"}, 404),
    ({"service_request_id": ",".join(map(str, range(1001)))}, 400),
]


def test_withdrawn_request_is_found_by_its_number_or_with_a_key(world: HandlingWorld, key: str) -> None:
    matter = open_matter(world)
    Matter.objects.filter(pk=matter.pk).update(status="withdrawn")
    assert ask("requests").said == []
    assert [one["service_request_id"] for one in ask("requests", api_key=key).said] == [matter.code]
    assert ask(f"requests/{matter.code}").said[0]["status"] == "closed"


def test_bad_search_is_refused(world: HandlingWorld) -> None:
    for arguments, status in BAD:
        answer = ask("requests", **arguments)
        assert (answer.status_code, answer.said[0]["code"]) == (status, status), arguments


def test_statements_are_as_many_for_one_request_as_for_thirty(world: HandlingWorld, partner: Partner, key: str) -> None:
    counts = []
    for many in (1, 30):
        while Matter.objects.count() < many:
            open_matter(world)
        ask("requests", api_key=key)
        with CaptureQueriesContext(connection) as seen:
            assert len(ask("requests", api_key=key).said) == many
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6


def test_other_methods_addresses_and_too_many_calls(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    answer = client.delete("/open311/v2/requests.json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
    assert client.post("/open311/v2/services.xml").status_code == 405
    assert client.get("/open311/v2/nothing.json").json()[0]["code"] == 404
    assert client.get("/open311/v2/services").content.endswith(b"</error></errors>")
    assert client.post("/open311/v2/requests.json", b"{}", content_type="application/json").status_code == 400
    huge = {"api_key": "x", "description": "x" * 2_100_000}
    assert client.post("/open311/v2/requests.json", huge).status_code == 413
    monkeypatch.setattr(views, "MOST_WITHOUT_KEY", 1)
    assert ask("services", address="198.51.100.7").status_code == 200
    late = ask("services", address="198.51.100.7")
    assert (late.status_code, bool(late["Retry-After"])) == (429, True)


def test_panel_is_for_those_who_may_see_the_matter(world: HandlingWorld, key: str) -> None:
    code = send(key).said[0]["service_request_id"]
    assert sign_in(Client(), world.other_staff).get(f"/desk/matters/{code}/open311/").status_code == 404


def test_questions_are_kept_on_the_site_for_reference_data(world: HandlingWorld) -> None:
    desk, page = sign_in(Client(), world.admin), "/admin/opinions/serviceattribute/add/"
    category = Category.objects.get(code=SERVICE)
    row = {"category": category.pk, "code": "when", "description": "什么时候", "order": "1", "variable": "on",
           "active": "on", "datatype": "singlevaluelist", "values": "night"}  # fmt: skip
    assert "代码=文字" in desk.post(page, row).content.decode()
    assert "只有单选" in desk.post(page, {**row, "datatype": "text"}).content.decode()
    assert ask(f"services/{SERVICE}").said["attributes"] == []
    assert desk.post(page, {**row, "values": "night=夜里"}).status_code == 302
    assert ask(f"services/{SERVICE}").said["attributes"][0]["values"] == [{"key": "night", "name": "夜里"}]


KNOWN = ["", SERVICE, "open", "2026-11-01T00:00:00Z", "9999-12-31", "1,2", "\x00"]
WORDS = st.text(max_size=30) | st.sampled_from(KNOWN)
NAMES = ("service_request_id", "service_code", "start_date", "end_date", "status", "jurisdiction_id", "page_size",
         "extensions", "lat", "long", "address_string", "address_id", "description", "phone", "first_name",
         "media_url", "attribute[x]", "attribute[")  # fmt: skip


class Fuzzed(TestCase):
    """Whatever is sent is answered with a documented status and a document that can be read."""

    @settings(max_examples=25)
    @given(
        given=st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=6),
        what=st.sampled_from(["requests", "services", "requests/x", "services/x", "tokens/x"]),
        form=st.sampled_from(["json", "xml"]),
        posts=st.booleans(),
    )
    def test_no_answer_is_undocumented(self, given: dict[str, str], what: str, form: str, *, posts: bool) -> None:
        client, url = Client(), f"/open311/v2/{what}.{form}"
        answer = client.post(url, given) if posts else client.get(url, given)
        assert answer.status_code in DOCUMENTED
        answer.json() if form == "json" else ET.fromstring(answer.content)
