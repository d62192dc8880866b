"""Screens of the verbs: every one exists, shows its form, acts, refuses kindly and loses no text."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deputies.organisations.models import OrganisationKind
from liaison.base.stamps import bump
from opinions.catalog.models import ReasonKind, ReplyTemplate, Responsibility, Tier, Writer
from opinions.catalog.queries import STAMP
from opinions.handling import services as handling
from opinions.handling.forms.base import seen_state
from opinions.handling.models import Reply
from opinions.handling.queries import verbs_for
from opinions.handling.standing import RULES
from opinions.matters.models import Line, Matter
from opinions.matters.states import OPINION, RESIDENT, Status
from opinions.proposals.models import Proposal
from tests.factories.matters import NOW, HandlingWorld, assigned, open_matter, proposed, reason, signed, taken
from tests.factories.organisations import OrganisationFactory
from tests.opinions.handling.screens import ELSEWHERE, browser, place, points
from tests.opinions.handling.situations import EVERYWHERE, SITUATIONS


def test_every_verb_has_a_screen() -> None:
    for verb in RULES:
        assert f"/desk/matters/K7M2/{verb}/" == reverse(f"{ELSEWHERE.get(verb, 'handling')}:{verb}", args=["K7M2"])


def test_every_verb_of_residents_has_a_screen() -> None:
    """Submitting is the form itself, at the pages of deputies and contact points."""
    screens = {
        "submit": reverse("intake:deputy", args=["K7M2"]),
        "supply": reverse("intake:supply", args=["K7M2"]),
        "withdraw": reverse("intake:withdraw", args=["K7M2"]),
        "follow": reverse("gathering:alike", args=["K7M2"]),
        "rate": reverse("evaluation:rate", args=["token"]),
    }
    assert set(screens) == {row.verb for row in OPINION.rows if row.permission == RESIDENT}


@pytest.mark.parametrize("situation", EVERYWHERE)
def test_screen_opens_for_whom_it_is_offered_and_for_nobody_else(world: HandlingWorld, situation: str) -> None:
    matter = SITUATIONS[situation](world)
    for name in ("deputy_user", "consultant_user", "helper", "staff", "handler", "head", "district_staff"):
        offered = {row.verb for row in verbs_for(world.users[name], Matter.objects.get(pk=matter.pk))}
        client, others = browser(world.users[name]), [verb for verb in RULES if verb not in offered]
        for verb in offered:
            assert client.get(place(verb, matter)).status_code == 200, (name, verb)
        for verb in others[:: 1 + len(others) // 3]:
            assert client.get(place(verb, matter)).status_code in (403, 404, 409), (name, verb)


def test_screen_serves_the_dialog_as_a_fragment(world: HandlingWorld) -> None:
    matter = open_matter(world)
    answer = browser(world.staff).get(place("take", matter), headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "<html" not in text
    assert "<form" in text
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("code", ["nothing", "' OR 1=1 --", "..%2F..%2Fetc", "𠮷" * 30])
def test_screen_of_a_code_that_does_not_exist_is_not_found(world: HandlingWorld, code: str) -> None:
    assert browser(world.staff).get(reverse("handling:take", args=[code])).status_code == 404


def test_screen_of_another_street_is_not_found(world: HandlingWorld) -> None:
    assert browser(world.other_staff).get(place("take", open_matter(world))).status_code == 404


def test_screen_asks_visitors_to_sign_in(client: Client, world: HandlingWorld) -> None:
    answer = client.get(place("take", open_matter(world)))
    assert answer.status_code == 302
    assert "next=" in answer["Location"]


def test_take_by_post(world: HandlingWorld) -> None:
    matter = open_matter(world)
    answer = browser(world.staff).post(place("take", matter), {"seen": seen_state(matter)})
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/matters/{matter.code}/")
    assert Matter.objects.get(pk=matter.pk).status == Status.TAKEN


def test_deputy_answers_with_three_taps(world: HandlingWorld) -> None:
    """Tap the card's 答复, tap a template, tap 发送."""
    matter, client = open_matter(world, deputy=world.deputy), browser(world.deputy_user)
    assert place("answer", matter) in client.get("/desk/").content.decode()
    form = client.get(place("answer", matter))
    template = form.context["templates"][0]
    filled = client.post(place("answer", matter), {"template": template.pk, "text": "", "seen": seen_state(matter)})
    text = filled.context["form"]["text"].value()
    assert (filled.status_code, text) == (200, template.text)
    sent = client.post(place("answer", matter), {"text": text, "seen": seen_state(matter)})
    assert sent.status_code == 302
    reply = Reply.objects.get(matter=matter)
    assert (reply.text, reply.deputy) == (text, world.deputy)


def test_template_is_added_to_what_was_typed(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    row = ReplyTemplate.objects.filter(organisation__isnull=True, writer=Writer.DEPUTY).order_by("name").first()
    assert row is not None
    data = {"template": row.pk, "text": "王阿姨您好！", "reply_class": "A"}
    answer = browser(world.deputy_user).post(place("answer", matter), data)
    assert answer.context["form"]["text"].value() == f"王阿姨您好！\n{row.text}"
    assert answer.context["form"]["reply_class"].value() == "A"
    assert not Reply.objects.exists()


def test_answer_of_empty_talk_is_asked_about_once(world: HandlingWorld) -> None:
    matter, client = open_matter(world, deputy=world.deputy), browser(world.deputy_user)
    data = {"text": "高度重视，将积极协调有关部门尽快解决。"}
    warned = client.post(place("answer", matter), data)
    assert warned.status_code == 422
    assert "套话" in warned.content.decode()
    assert 'name="anyway"' in warned.content.decode()
    assert client.post(place("answer", matter), {**data, "anyway": "on"}).status_code == 302


def test_answer_too_long_keeps_the_text(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    answer = browser(world.deputy_user).post(place("answer", matter), {"text": "长" * 10_001})
    assert answer.status_code == 422
    assert "长" * 10_001 in answer.content.decode()
    assert Matter.objects.get(pk=matter.pk).status == Status.SUBMITTED


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("decline", {"text": "说明"}, "reason"),
    ("decline", {"reason": "999999", "text": "说明"}, "reason"),
    ("transfer", {"to": "deputy-999", "reason": "转"}, "to"),
    ("transfer", {"to": "street-' OR 1", "reason": "转"}, "to"),
    ("ask", {"question": "  "}, "question"),
    ("assign", {"tier": "3"}, "lead"),
    ("assign", {"tier": "9", "lead": "1"}, "tier"),
    ("assign", {"tier": "3", "lead": "../1"}, "lead"),
    ("assign", {"tier": "3", "mode": "separate"}, "others"),
    ("merge", {}, "code"),
    ("merge", {"code": "ZZZZ-ZZZZ-ZZ"}, "code"),
    ("merge", {"code": "'; DROP TABLE"}, "code"),
]


@pytest.mark.parametrize(("verb", "data", "field"), BAD)
def test_bad_input_stands_at_its_field(world: HandlingWorld, verb: str, data: dict[str, Any], field: str) -> None:
    answer = browser(world.staff).post(place(verb, taken(world)), data)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert errors.get(field) or errors.get("__all__"), errors


def test_merge_with_itself_is_refused_where_it_was_named(world: HandlingWorld) -> None:
    matter, _near = taken(world), open_matter(world)
    answer = browser(world.staff).post(place("merge", matter), {"code": matter.code})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"code": ["不能并入自己。"]}


def test_assign_suggests_the_body_of_the_category(world: HandlingWorld) -> None:
    matter = open_matter(world)
    assert matter.category is not None
    Responsibility.objects.create(category=matter.category, district=world.congress, organisation=world.department)
    bump(STAMP)
    form = browser(world.staff).get(place("assign", matter)).context["form"]
    assert form["lead"].value() == str(world.department.pk)


def test_assign_suggests_whom_the_returning_body_named(world: HandlingWorld) -> None:
    matter = assigned(world)
    handling.return_assignment(
        matter=matter,
        reason=reason(ReasonKind.RETURN),
        text="属办事处",
        suggested=world.office,
        by=world.handler,
        now=NOW,
    )
    form = browser(world.staff).get(place("assign", matter)).context["form"]
    assert form["lead"].value() == str(world.office.pk)


@pytest.mark.parametrize(("body", "tier"), [("department", Tier.DEPARTMENT), ("office", Tier.STREET)])
def test_assign_takes_the_tier_from_the_lead_when_none_is_chosen(world: HandlingWorld, body: str, tier: Tier) -> None:
    matter = open_matter(world)
    data = {"lead": getattr(world, body).pk}
    assert browser(world.staff).post(place("assign", matter), data).status_code == 302
    assert Matter.objects.get(pk=matter.pk).tier == tier


def test_assign_offers_a_street_its_own_bodies_only(world: HandlingWorld) -> None:
    matter = open_matter(world)
    street = dict(browser(world.staff).get(place("assign", matter)).context["form"].fields["others"].choices)
    district = dict(browser(world.district_staff).get(place("assign", matter)).context["form"].fields["others"].choices)
    assert str(world.places.other_office.pk) not in street
    assert str(world.places.other_office.pk) in district


def test_assign_by_post_with_co_handlers_and_undo(world: HandlingWorld) -> None:
    matter, client = open_matter(world), browser(world.staff)
    data = {"mode": "lead", "tier": "3", "lead": world.department.pk, "others": [world.office.pk], "note": "请查看"}
    answer = client.post(place("assign", matter), data, follow=True)
    assert "recall/?undo=1" in answer.content.decode()
    assert set(matter.assignments.values_list("organisation", "part")) == {
        (world.department.pk, "lead"),
        (world.office.pk, "co"),
    }
    assert client.post(f"{place('recall', matter)}?undo=1").status_code == 302
    assert Matter.objects.get(pk=matter.pk).status == Status.TAKEN


def test_transfer_out_of_sight_leads_to_the_desk(world: HandlingWorld) -> None:
    matter = open_matter(world)
    data = {"to": f"street-{world.other_committee.pk}", "reason": "在石桥"}
    answer = browser(world.staff).post(place("transfer", matter), data)
    assert answer["Location"] == "/desk/"


def test_report_back_on_screen(world: HandlingWorld) -> None:
    matter = proposed(world)
    answer = browser(world.staff).post(place("report_back", matter), points(do="report"))
    assert answer.status_code == 302
    assert Matter.objects.get(pk=matter.pk).status == Status.REPLIED


def test_raise_fills_in_what_the_resident_said(world: HandlingWorld) -> None:
    matter, client = taken(world), browser(world.staff)
    form = client.get(place("raise", matter)).context["form"]
    assert form["situation"].value() == matter.opinion.content
    data = {"title": "关于路灯的建议", "situation": "老旧", "reason": "共性问题", "lead": world.deputy.pk}
    assert client.post(place("raise", matter), data).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.lead, list(proposal.sources.all())) == (world.deputy, [matter])
    assert client.get(reverse("proposals:proposal", args=[proposal.pk])).status_code == 200
    outsider = browser(world.other_staff)
    assert outsider.get(reverse("proposals:proposal", args=[proposal.pk])).status_code == 404


def test_note_on_screen_and_what_co_handlers_may_choose(world: HandlingWorld) -> None:
    matter = assigned(world, co=(world.other_department,))
    choices = browser(world.other_handler).get(place("note", matter)).context["form"].fields["audience"].choices
    assert [value for value, _label in choices] == ["internal"]
    data = {"text": "可以配合断电", "audience": "internal"}
    assert browser(world.other_handler).post(place("note", matter), data).status_code == 302
    assert Line.objects.get().body == "可以配合断电"
    forged = browser(world.other_handler).post(place("note", matter), {"text": "居民您好", "audience": "public"})
    assert forged.status_code == 422


class TestConflict:
    """Two people at once: the second is told, sees how it stands, and loses no text."""

    def test_verb_that_is_gone_shows_state_and_text(self, world: HandlingWorld) -> None:
        matter = open_matter(world)
        seen = seen_state(matter)
        handling.take(matter=matter, by=world.secretary, now=NOW)
        data = {"seen": seen, "to": f"street-{world.other_committee.pk}", "reason": "写了很久的说明"}
        client = browser(world.staff)
        assigned(world, matter)
        answer = client.post(place("transfer", matter), data)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "别人刚刚处理了这件事" in text
        assert "写了很久的说明" in text
        assert world.department.name in text
        assert world.staff.name in text, "who acted last"

    def test_verb_that_is_still_open_asks_again_with_the_text(self, world: HandlingWorld) -> None:
        matter = open_matter(world)
        seen = seen_state(matter)
        handling.take(matter=matter, by=world.secretary, now=NOW)
        data = {"seen": seen, "to": f"street-{world.other_committee.pk}", "reason": "写了很久的说明"}
        client = browser(world.staff)
        answer = client.post(place("transfer", matter), data)
        assert answer.status_code == 409
        assert "写了很久的说明" in answer.content.decode()
        assert Matter.objects.get(pk=matter.pk).status == Status.TAKEN
        again = {**data, "seen": answer.context["form"]["seen"].value()}
        assert client.post(place("transfer", matter), again).status_code == 302

    def test_pressing_twice_acts_once(self, world: HandlingWorld) -> None:
        matter, client = open_matter(world), browser(world.staff)
        data = {"seen": seen_state(matter)}
        assert client.post(place("take", matter), data).status_code == 302
        assert client.post(place("take", matter), data).status_code == 409

    def test_draft_of_two_handlers_keeps_both_texts(self, world: HandlingWorld) -> None:
        matter = signed(world)
        browser(world.handler).post(place("draft", matter), points(do="save", text="先保存的"))
        answer = browser(world.head).post(place("draft", matter), points(do="save", text="后保存的"))
        assert answer.status_code == 409
        assert "后保存的" in answer.content.decode()
        assert Reply.objects.get().text == "先保存的"

    def test_dialog_is_told_in_a_header(self, world: HandlingWorld) -> None:
        answer = browser(world.staff).get(place("take", taken(world)), headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert answer["X-Message"]


def test_bulk_assign_asks_then_assigns_and_reports(world: HandlingWorld) -> None:
    free, handled, elsewhere = open_matter(world), signed(world), open_matter(world, street=world.other_committee)
    client, ids = browser(world.staff), [free.pk, handled.pk, elsewhere.pk]
    asked = client.get(reverse("handling:bulk_assign"), {"ids": [*map(str, ids), "x", "9" * 30]})
    assert (asked.status_code, len(asked.context["matters"])) == (200, 2)
    missing = client.post(reverse("handling:bulk_assign"), {"ids": ids})
    assert missing.status_code == 422
    done = client.post(reverse("handling:bulk_assign"), {"ids": ids, "lead": world.department.pk, "tier": "3"})
    assert done.status_code == 200
    assert [row.matter for row in done.context["failed"]] == [handled]
    assert Matter.objects.get(pk=free.pk).status == Status.HANDLING
    assert Matter.objects.get(pk=elsewhere.pk).status == Status.SUBMITTED


def test_bulk_assign_of_nothing_says_what_to_do(world: HandlingWorld) -> None:
    answer = browser(world.staff).get(reverse("handling:bulk_assign"))
    assert "勾选" in answer.content.decode()


def test_templates_page_keeps_changes_and_drops(world: HandlingWorld) -> None:
    client, pages = browser(world.handler), reverse("handling:templates")
    assert client.post(pages, {"name": "", "text": "文"}).status_code == 422
    assert client.post(pages, {"name": "路灯", "text": "已派人查看__"}).status_code == 302
    row = ReplyTemplate.objects.get(name="路灯")
    page = reverse("handling:template", args=[row.pk])
    assert client.get(page).context["form"]["text"].value() == "已派人查看__"
    assert client.post(page, {"name": "路灯2", "text": "改"}).status_code == 302
    assert browser(world.other_handler).get(page).status_code == 404
    assert client.post(reverse("handling:drop_template", args=[row.pk])).status_code == 302
    assert "路灯2" not in client.get(pages).content.decode()


@pytest.mark.parametrize("verb", ["assign", "transfer", "merge"])
def test_screens_ask_a_constant_number_of_times(
    world: HandlingWorld, verb: str, django_assert_max_num_queries: Any
) -> None:
    matter, client = open_matter(world), browser(world.staff)
    client.get(place(verb, matter))
    with django_assert_max_num_queries(20) as few:
        client.get(place(verb, matter))
    for _number in range(30):
        handling.assign(matter=open_matter(world), tier=3, lead=world.department, by=world.staff, now=NOW)
    with django_assert_max_num_queries(len(few)):
        client.get(place(verb, matter))


def test_draft_screen_asks_as_often_at_one_as_at_many_assignments(
    world: HandlingWorld, django_assert_max_num_queries: Any
) -> None:
    more = [
        OrganisationFactory(kind=OrganisationKind.DEPARTMENT, parent=world.congress, division=world.places.district)
        for _number in range(30)
    ]
    bump("organisations")
    client = browser(world.handler)
    alone, crowded = signed(world), signed(world, co=tuple(more))
    client.get(place("draft", alone))
    with django_assert_max_num_queries(20) as few:
        client.get(place("draft", alone))
    with django_assert_max_num_queries(len(few)):
        client.get(place("draft", crowded))
