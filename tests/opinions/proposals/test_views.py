"""Screens of proposals and research: drafted, linked, answered, written down; outsiders see nothing."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.proposals import services
from opinions.proposals.models import Proposal, ResearchNote
from opinions.proposals.queries import visible_notes
from opinions.proposals.services import NoteContent
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, TODAY, HandlingWorld, later, open_matter, proposed, signed, taken
from tests.factories.organisations import OrganisationFactory

OUTSIDERS = ("other_staff", "other_deputy_user", "handler", "consultant_user", "admin")
FOUND = "三个小区的路灯都是同一年装的，线缆到了年限。"


def browser(user: User) -> Client:
    return sign_in(Client(), user)


def note_of(world: HandlingWorld, *matters: Matter, **fields: Any) -> ResearchNote:
    given: dict[str, Any] = {"title": "路灯老化情况", "held_on": TODAY, "place": "荷塘小区", "findings": FOUND}
    content = NoteContent(
        **{**given, "matters": matters, "deputies": [world.deputy], "bodies": [world.department], **fields}
    )
    return services.write_note(content=content, by=world.staff, now=NOW)


def form(**changes: Any) -> dict[str, Any]:
    return {"title": "路灯老化情况", "held_on": "2026-11-20", "place": "荷塘小区", "findings": FOUND, **changes}


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(out, "JPEG")
    return SimpleUploadedFile("灯.jpg", out.getvalue())


def test_note_is_written_with_photos_and_becomes_a_proposal(world: HandlingWorld, tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    first, second, client = taken(world), signed(world), browser(world.staff)
    data = form(codes=f"{first.code.lower()}，{second.code}", deputies=[world.deputy.pk], photos=[photo()])
    answer = client.post(reverse("proposals:new_note"), data)
    note = ResearchNote.objects.get()
    assert answer["Location"] == reverse("proposals:note", args=[note.pk])
    assert set(note.matters.all()) == {first, second}
    page = client.get(answer["Location"]).content.decode()
    assert world.deputy.name in page
    thumb = client.get(reverse("proposals:file", args=[note.pk, note.files.get().pk]) + "?thumb=1")
    assert b"".join(thumb.streaming_content)  # type: ignore[attr-defined]
    url = f"{reverse('proposals:new')}?note={note.pk}"
    compose = client.get(url).content.decode()
    assert FOUND in compose
    assert "东门三盏路灯坏了两周" in compose
    made = client.post(url, {
        "matters": [first.code, second.code], "title": "关于路灯的建议", "situation": "情况", "reason": "共性",
        "lead": world.deputy.pk,
    })  # fmt: skip
    proposal = Proposal.objects.get()
    assert made["Location"] == reverse("proposals:proposal", args=[proposal.pk])
    note.refresh_from_db()
    assert note.proposal == proposal
    matter_page = client.get(reverse("desk:matter", args=[first.code])).content.decode()
    assert reverse("proposals:note", args=[note.pk]) in matter_page
    assert Event.objects.filter(chain=first.chain, verb="research").count() == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": ""}, "请写调研的主题"),
        ({"held_on": "明天"}, "请填写日期"),
        ({"held_on": later(5).date().isoformat()}, "不能晚于今天"),
        ({"findings": " "}, "请写下调研发现了什么"),
        ({"codes": "K7M2"}, "没有找到编号 K7M2"),
        ({"deputies": ["99999999999999999999"]}, "请从列出的里面选择"),
    ],
)
def test_note_refuses_kindly_and_keeps_the_text(world: HandlingWorld, change: dict[str, Any], told: str) -> None:
    answer = browser(world.staff).post(reverse("proposals:new_note"), form(place="写了很久的地点", **change))
    page = answer.content.decode()
    assert (answer.status_code, told in page, "写了很久的地点" in page) == (422, True, True)
    assert not ResearchNote.objects.exists()


def test_note_of_another_scope_is_refused(world: HandlingWorld) -> None:
    elsewhere = open_matter(world, street=world.other_committee, holder=world.other_committee)
    with pytest.raises(InvalidInput):
        note_of(world, elsewhere)
    with pytest.raises(InvalidInput):
        note_of(world, bodies=[OrganisationFactory.create()])
    with pytest.raises(NotAllowed):
        services.write_note(
            content=NoteContent(title="x", held_on=TODAY, place="x", findings="x"), by=world.handler, now=NOW
        )


def test_note_is_changed_by_version(world: HandlingWorld) -> None:
    note, client = note_of(world), browser(world.secretary)
    url = reverse("proposals:edit_note", args=[note.pk])
    assert FOUND in client.get(url).content.decode()
    assert client.post(url, form(findings="又去看了一次。", version=1)).status_code == 302
    late = client.post(url, form(findings="旧页面上的话。", version=1))
    assert (late.status_code, "旧页面上的话" in late.content.decode()) == (422, True)
    note.refresh_from_db()
    assert (note.findings, note.version) == ("又去看了一次。", 2)
    with pytest.raises(StaleState):
        services.change_note(
            note=note, version=1, content=NoteContent(title="x", held_on=TODAY, place="x", findings="x"),
            by=world.staff, now=NOW,
        )  # fmt: skip


def test_notes_are_seen_by_the_body_those_above_and_who_took_part(world: HandlingWorld) -> None:
    note_of(world)
    seeing = {name for name, user in world.users.items() if visible_notes(user).exists()}
    assert seeing == {"helper", "staff", "secretary", "district_staff", "leader", "deputy_user"}


def test_desk_links_takes_out_and_tells_the_result(world: HandlingWorld) -> None:
    first, second, client = proposed(world), taken(world), browser(world.staff)
    proposal = Proposal.objects.get()
    here = reverse("proposals:proposal", args=[proposal.pk])
    link = reverse("proposals:link", args=[proposal.pk])
    assert client.post(link, {"reason": "同因"}).status_code == 422
    assert client.post(link, {"code": "K7M2X9QP4T", "reason": "同因"}).status_code == 422
    assert client.post(link, {"near": second.code, "reason": "同因"})["Location"] == here
    page = client.get(here).content.decode()
    assert "关联 2 件意见" in page
    out = reverse("proposals:unlink", args=[second.code])
    assert client.get(out).status_code == 200
    assert client.post(out, {"proposal": proposal.pk, "reason": "原因不同"}).status_code == 302
    assert "已移出的 1 件" in client.get(here).content.decode()
    answer = reverse("proposals:answer", args=[proposal.pk])
    empty = client.post(answer, {"text": "列入计划", "reply_class": "C"})
    assert (empty.status_code, "列入计划" in empty.content.decode()) == (422, True)
    told = {"text": "不列入，原因如下。", "reply_class": "D"}
    assert client.post(answer, told).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.REPLIED, Status.TAKEN)


def test_edit_screen_keeps_what_was_typed_on_a_stale_page(world: HandlingWorld) -> None:
    proposed(world)
    proposal, client = Proposal.objects.get(), browser(world.deputy_user)
    url = reverse("proposals:edit", args=[proposal.pk])
    data = {"title": "新题目", "situation": "写了很久", "version": proposal.version, "lead": world.deputy.pk}
    assert client.post(url, data).status_code == 302
    late = client.post(url, data)
    assert (late.status_code, "写了很久" in late.content.decode()) == (422, True)


def test_report_back_of_a_raised_opinion_leads_to_the_proposal(world: HandlingWorld) -> None:
    matter = proposed(world)
    page = browser(world.staff).get(reverse("desk:matter", args=[matter.code])).content.decode()
    assert reverse("proposals:answer", args=[Proposal.objects.get().pk]) in page


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsider_opens_nothing(world: HandlingWorld, who: str) -> None:
    matter = proposed(world)
    proposal, note, client = Proposal.objects.get(), note_of(world, matter), browser(world.users[who])
    places = [reverse(f"proposals:{name}", args=[proposal.pk]) for name in ("proposal", "edit", "link", "answer")]
    places += [reverse(f"proposals:{name}", args=[note.pk]) for name in ("note", "edit_note")]
    places += [reverse("proposals:unlink", args=[matter.code]), f"{reverse('proposals:new')}?matter={matter.code}"]
    for place in places:
        for answer in (client.get(place), client.post(place, {"reason": "x", "text": "x"})):
            assert answer.status_code in (403, 404, 405), (place, who)
    for place in (reverse("proposals:list"), reverse("proposals:notes")):
        shown = client.get(place)
        assert proposal.title not in shown.content.decode()
        assert note.title not in shown.content.decode()


@pytest.mark.parametrize(
    "query", ["status=strange", "since=x&until=2026-99-99", "organisation=9'--", "page=x", "lead=none"]
)
def test_strange_filter_is_no_error(world: HandlingWorld, query: str) -> None:
    assert browser(world.district_staff).get(f"{reverse('proposals:list')}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["", "?note=abc", "?note=" + "9" * 40, "?matter=K7M2"])
def test_composing_from_nothing_is_not_found(world: HandlingWorld, query: str) -> None:
    assert browser(world.staff).get(f"{reverse('proposals:new')}{query}").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_lists_ask_a_constant_number_of_times(
    world: HandlingWorld, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        note_of(world, proposed(world, taken(world, open_matter(world, title=f"路灯 {number}"))))
    for name, user, most in (
        ("list", world.staff, 7), ("list", world.district_staff, 8), ("list", world.deputy_user, 7),
        ("notes", world.staff, 5),
    ):  # fmt: skip
        client = browser(user)
        client.get(reverse(f"proposals:{name}"))
        with django_assert_max_num_queries(most):
            page = client.get(reverse(f"proposals:{name}")).content.decode()
        assert page.count("data-row") == count


@pytest.mark.parametrize("count", [1, 30])
def test_proposal_page_asks_the_same_for_one_and_thirty(
    world: HandlingWorld, count: int, django_assert_max_num_queries: Any
) -> None:
    matters = [taken(world) for _n in range(count)]
    proposal = services.draft_proposal(
        matters=matters, title="建议", situation="情况", reason="共性", by=world.staff, now=NOW
    )
    client = browser(world.staff)
    url = reverse("proposals:proposal", args=[proposal.pk])
    client.get(url)
    with django_assert_max_num_queries(13):
        assert client.get(url).content.decode().count("移出</a>") == count
