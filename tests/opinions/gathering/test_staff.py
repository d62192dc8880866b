"""相似与并案 on the matter page, side by side, hot issues and topics: who sees and decides what, at what cost."""

import re
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from deputies.accounts.models import User
from liaison.base.codes import grouped
from liaison.base.errors import NotAllowed
from opinions.gathering import services
from opinions.gathering.drawing import curve_of
from opinions.gathering.models import Topic
from opinions.gathering.queries import Candidate, marked
from opinions.handling import services as handling
from opinions.matters.models import Attachment, Matter
from opinions.matters.states import Status
from opinions.proposals.models import Proposal
from opinions.similar import services as similar
from opinions.similar.compare import Verdict
from opinions.similar.models import HotIssue, HotMember, HotState
from opinions.similar.queries import Alike
from opinions.similar.services import AlreadyDecided
from tests.factories.accounts import sign_in
from tests.factories.intake import IntakeWorld
from tests.factories.matters import HandlingWorld, assigned, open_matter, taken
from tests.factories.similar import raised
from tests.opinions.gathering.test_residents import TOLD

OUTSIDERS = ("deputy_user", "handler", "consultant_user", "admin", "other_deputy_user")


def browser(user: User) -> Client:
    return sign_in(Client(), user)


@pytest.fixture
def alike(at: IntakeWorld) -> list[Matter]:
    now = timezone.now()
    rows = [raised(at, text, phone=f"1390000000{n}", addressed_to=None, now=now) for n, text in enumerate(TOLD)]
    similar.index_waiting(now=now)
    return rows


def issue_of(matters: list[Matter], number: int = 1, **fields: Any) -> HotIssue:
    """A hot issue as the night makes it."""
    today = timezone.localdate()
    values = {
        "district": matters[0].district, "division": matters[0].division, "title": matters[0].title,
        "words": ["荷塘", "路灯"], "people": len(matters), "opinions": len(matters), "rank": number,
        "curve": {today.isoformat(): len(matters)}, "first_on": today, "last_on": today, "found_on": today,
        "grouped_on": today, **fields,
    }  # fmt: skip
    issue = HotIssue.objects.create(**values)
    HotMember.objects.bulk_create(HotMember(issue=issue, matter=row, score=0.5) for row in matters)
    return issue


def test_panel_says_why_two_are_alike_and_merges_in_one_tap(alike: list[Matter], world: HandlingWorld) -> None:
    newer, older = alike[1], alike[0]
    client = browser(world.staff)
    page = client.get(reverse("gathering:panel", args=[newer.code]), headers={"HX-Request": "true"}).content.decode()
    assert "可能重复" in page
    assert "<mark>" in page
    assert "<html" not in page
    seen = page.split('name="seen" value="', 1)[1].split('"', 1)[0]
    done = client.post(reverse("handling:merge", args=[newer.code]), {"seen": seen, "code": older.code}, follow=True)
    assert "已并案" in done.content.decode()
    assert f"并案：{grouped(older.code)}" in done.content.decode()
    newer.refresh_from_db()
    assert newer.merged_into == older
    held = client.get(reverse("gathering:panel", args=[older.code])).content.decode()
    assert "并在这里的 1 件" in held
    client.post(reverse("handling:unmerge", args=[newer.code]))
    newer.refresh_from_db()
    assert newer.status == Status.SUBMITTED


def test_panel_and_comparison_are_hidden_from_outsiders(alike: list[Matter], world: HandlingWorld) -> None:
    for name in ("other_staff", "handler", "other_deputy_user", "admin"):
        client = browser(getattr(world, name))
        assert client.get(reverse("gathering:panel", args=[alike[0].code])).status_code in (403, 404), name
        assert client.get(reverse("gathering:compare", args=[alike[0].code, alike[1].code])).status_code in (403, 404)


def test_panel_for_a_handler_shows_nothing_out_of_scope_and_no_button(
    alike: list[Matter], world: HandlingWorld
) -> None:
    assigned(world, alike[0])
    page = browser(world.handler).get(reverse("gathering:panel", args=[alike[0].code])).content.decode()
    assert alike[1].code not in page
    assert "并入它" not in page


def test_comparison_marks_the_words_and_refuses_a_matter_with_itself(alike: list[Matter], world: HandlingWorld) -> None:
    client = browser(world.staff)
    page = client.get(reverse("gathering:compare", args=[alike[0].code, alike[1].code])).content.decode()
    assert page.count("<mark>") > 2
    assert "相似度" in page
    assert client.get(reverse("gathering:compare", args=[alike[0].code, alike[0].code])).status_code == 404


@pytest.mark.parametrize(("verdict", "told", "untold"), [("same", "93%", "地点不同"), ("elsewhere", "地点不同", "93%")])
def test_likeness_of_another_place_is_no_share(verdict: str, told: str, untold: str) -> None:
    """The score says whether two are the same; of one that lies elsewhere it would read as "not alike"."""
    alike = Alike(matter_id=1, score=0.93, words=("路灯",), metres=None, days=0, verdict=Verdict(verdict))
    candidate = Candidate(matter=Matter(), alike=alike)
    text = render_to_string("opinions/gathering/_likeness.html", {"one": candidate})
    assert told in text
    assert untold not in text
    assert "路灯" in text


def test_panel_asks_no_more_statements_for_many(alike: list[Matter], world: HandlingWorld) -> None:
    client, place = browser(world.staff), reverse("gathering:panel", args=[alike[0].code])
    client.get(place)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(place)
    assert len(one) <= 16


def test_attachments_of_what_was_merged_stand_on_the_target(world: HandlingWorld, stored_file: Any) -> None:
    matter, target = open_matter(world), open_matter(world)
    row = Attachment.objects.create(matter=matter, stored=stored_file, audience="internal", at=timezone.now())
    handling.merge(matter=matter, target=target, by=world.staff, now=timezone.now())
    page = browser(world.staff).get(reverse("desk:matter", args=[target.code])).content.decode()
    assert reverse("desk:attachment", args=[row.pk]) in page


@pytest.mark.parametrize("count", [1, 30])
def test_hot_list_asks_a_constant_number_of_statements(world: HandlingWorld, count: int) -> None:
    for number in range(1, count + 1):
        issue_of([open_matter(world)], number)
    client = browser(world.staff)
    client.get(reverse("gathering:hot"))
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("gathering:hot")).content.decode()
    assert page.count('class="spark"') == count
    assert len(asked) <= 9


def test_hot_pages_are_closed_to_outsiders(world: HandlingWorld) -> None:
    issue = issue_of([open_matter(world)])
    for name in OUTSIDERS:
        client = browser(getattr(world, name))
        for place in ("hot", "topics"):
            assert client.get(reverse(f"gathering:{place}")).status_code == 403, name
        assert client.get(reverse("gathering:issue", args=[issue.pk])).status_code == 403
    other = browser(world.other_staff)
    assert other.get(reverse("gathering:issue", args=[issue.pk])).status_code == 404
    leader = browser(world.leader)
    assert leader.get(reverse("gathering:issue", args=[issue.pk])).status_code == 200
    for verb in ("dismiss", "make_topic", "make_proposal", "reopen"):
        assert leader.post(reverse(f"gathering:{verb}", args=[issue.pk])).status_code == 403


def test_hot_issue_across_streets_shows_each_its_own_and_is_the_districts_to_decide(world: HandlingWorld) -> None:
    mine = open_matter(world, title="荷塘路灯")
    theirs = open_matter(world, street=world.other_committee, title="石桥三单元老王家路灯")
    issue = issue_of([theirs, mine])
    client = browser(world.staff)
    for page in (client.get(reverse("gathering:hot")), client.get(reverse("gathering:issue", args=[issue.pk]))):
        assert "老王" not in page.content.decode()
        assert "荷塘路灯" in page.content.decode()
    with pytest.raises(NotAllowed):
        services.dismiss_issue(issue=issue, reason="不是热点", by=world.staff, now=timezone.now())
    services.dismiss_issue(issue=issue, reason="不是热点", by=world.district_staff, now=timezone.now())
    issue.refresh_from_db()
    assert issue.state == HotState.DISMISSED


def test_dismiss_needs_a_reason_and_can_be_taken_back(world: HandlingWorld) -> None:
    issue, client = issue_of([open_matter(world)]), browser(world.staff)
    place = reverse("gathering:dismiss", args=[issue.pk])
    blank = client.post(place, {"reason": "  "})
    assert (blank.status_code, "请写明忽略的理由" in blank.content.decode()) == (422, True)
    assert client.post(place, {"reason": "已在修"}).status_code == 302
    again = client.post(place, {"reason": "又一次"})
    assert (again.status_code, "又一次" in again.content.decode()) == (422, True)
    assert "已在修" in client.get(reverse("gathering:issue", args=[issue.pk])).content.decode()
    assert "已忽略" in client.get(reverse("gathering:hot") + "?show=decided").content.decode()
    client.post(reverse("gathering:reopen", args=[issue.pk]))
    issue.refresh_from_db()
    assert (issue.state, issue.reason) == (HotState.OPEN, "")


def test_issue_that_came_back_says_why(world: HandlingWorld) -> None:
    issue = issue_of([open_matter(world)], people=6, people_then=3, reason="已在修")
    client = browser(world.staff)
    page = client.get(reverse("gathering:issue", args=[issue.pk])).content.decode()
    assert "忽略时涉及 3 人，现在 6 人，重新列为热点" in page
    assert "当时忽略的理由：已在修" in page
    assert "忽略时 3 人" in client.get(reverse("gathering:hot")).content.decode()


def test_hot_issue_becomes_a_topic_in_one_step(world: HandlingWorld) -> None:
    matters = [open_matter(world, phone=f"1390000000{n}") for n in range(3)]
    issue, client = issue_of(matters), browser(world.staff)
    place = reverse("gathering:make_topic", args=[issue.pk])
    assert client.post(place, {"title": "", "about": ""}).status_code == 422
    done = client.post(place, {"title": "路灯专题", "about": "弄清谁来管养"}, follow=True).content.decode()
    assert "路灯专题" in done
    assert "涉及 3 人" in done
    issue.refresh_from_db()
    topic = Topic.objects.get()
    assert (issue.state, issue.reference, topic.organisation) == (HotState.TOPIC, topic.chain, world.committee)
    assert {Matter.objects.get(pk=row.pk).status for row in matters} == {Status.SUBMITTED}, "handling goes on"
    with pytest.raises(AlreadyDecided):
        services.make_topic(issue=issue, title="再来", about="再来", by=world.staff, now=timezone.now())
    assert Topic.objects.count() == 1
    assert browser(world.other_staff).get(reverse("gathering:topic", args=[topic.pk])).status_code == 404


@pytest.mark.parametrize(("verb", "title"), [("make_topic", "{}问题"), ("make_proposal", "关于解决{}问题的建议")])
def test_heading_stands_ready_as_place_and_category_not_as_a_residents_sentence(
    world: HandlingWorld, verb: str, title: str
) -> None:
    matters = [open_matter(world, phone=f"1390000000{n}") for n in range(3)]
    place = reverse(f"gathering:{verb}", args=[issue_of(matters).pk])
    shown = browser(world.staff).get(place).context["form"]["title"].value()
    assert shown == title.format(f"{matters[0].division.name}路灯照明")
    Matter.objects.update(category=None)
    assert browser(world.staff).get(place).context["form"]["title"].value() == ""


def test_hot_issue_becomes_a_proposal_of_what_can_be_raised(world: HandlingWorld) -> None:
    ready, fresh = taken(world), open_matter(world)
    issue, client = issue_of([ready, fresh]), browser(world.staff)
    sent = {"title": "关于路灯的建议", "reason": "共性问题"}
    assert client.post(reverse("gathering:make_proposal", args=[issue.pk]), sent).status_code == 302
    proposal = Proposal.objects.get()
    assert [link.matter_id for link in proposal.links.all()] == [ready.pk]
    issue.refresh_from_db()
    assert (issue.state, issue.reference) == (HotState.PROPOSAL, f"proposal:{proposal.pk}")
    fresh.refresh_from_db()
    assert fresh.status == Status.SUBMITTED


def test_hot_issue_without_anything_to_raise_says_so(world: HandlingWorld) -> None:
    issue = issue_of([open_matter(world)])
    answer = browser(world.staff).post(
        reverse("gathering:make_proposal", args=[issue.pk]), {"title": "关于路灯", "reason": "共性"}
    )
    assert (answer.status_code, "没有您能转为建议的意见" in answer.content.decode()) == (422, True)
    assert not Proposal.objects.exists()


@given(st.dictionaries(st.dates().map(lambda day: day.isoformat()), st.integers(0, 500), max_size=8))
@example({"0001-01-01": 1})
def test_curve_holds_every_day_once_and_stays_inside_its_picture(counts: dict[str, int]) -> None:
    curve = curve_of(counts)
    days = [day for day, _count in curve.days]
    assert days == sorted(set(days))
    assert sum(count for _day, count in curve.days) <= sum(counts.values())
    assert curve.bars.count("z") == (sum(count > 0 for _day, count in curve.days) + 1 if days else 0)
    for bar in re.finditer(r"M([\d.]+) (\d+)v-([\d.]+)h([\d.]+)", curve.bars):
        left, level, high, wide = map(float, bar.groups())
        assert 0 <= left <= left + wide <= curve.width
        assert 0 <= level - high < level <= curve.height


@given(st.text("ab路灯", max_size=30), st.lists(st.text("ab路灯", max_size=4), max_size=4))
def test_marked_text_reads_as_before(text: str, words: list[str]) -> None:
    pieces = marked(text, words)
    assert "".join(piece for piece, _same in pieces) == text
    assert all(piece in words for piece, same in pieces if same)
