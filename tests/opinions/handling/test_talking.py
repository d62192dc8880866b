"""Lines of the conversation, internal and public; reply templates."""

from datetime import timedelta

import pytest

from liaison.base.audit.models import Audience
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import Category, ReplyTemplate, Writer
from opinions.handling import services as handling
from opinions.handling.queries import own_templates, templates_for
from opinions.handling.services import NotToResident
from tests.factories.matters import NOW, HandlingWorld, assigned, open_matter, relayed, signed


def test_internal_line_reaches_the_other_bodies_and_no_resident(world: HandlingWorld) -> None:
    matter = signed(world)
    before = Notice.objects.filter(channel=Channel.SMS).count()
    line = handling.say(matter=matter, text="请周三前到现场", public=False, by=world.staff, now=NOW)
    assert (line.audience, line.author) == (Audience.INTERNAL, world.staff.name)
    told = set(Notice.objects.filter(subject__contains="内部留言").values_list("recipient__username", flat=True))
    assert told == {"handler", "head"}
    assert Notice.objects.filter(channel=Channel.SMS).count() == before


def test_line_sent_twice_is_one_line_and_told_once(world: HandlingWorld) -> None:
    matter = signed(world)
    what = {"matter": matter, "text": "明天上午来修", "public": True, "by": world.handler}
    first = handling.say(**what, now=NOW)
    told = Notice.objects.count()
    assert handling.say(**what, now=NOW + timedelta(seconds=20)) == first
    assert Notice.objects.count() == told
    assert handling.say(**what, now=NOW + timedelta(hours=1)) != first


def test_same_words_said_to_the_bodies_and_then_to_the_resident_are_two_lines(world: HandlingWorld) -> None:
    matter = signed(world)
    what = {"matter": matter, "text": "明天上午来修", "by": world.handler, "now": NOW}
    lines = [handling.say(**what, public=public) for public in (False, True)]
    assert [line.audience for line in lines] == [Audience.INTERNAL, Audience.PUBLIC]
    assert Notice.objects.filter(channel=Channel.SMS, subject__contains="新的留言").count() == 1


def test_public_line_speaks_for_the_body(world: HandlingWorld) -> None:
    matter = signed(world)
    line = handling.say(matter=matter, text="明天上午来修", public=True, by=world.handler, now=NOW)
    assert (line.audience, line.author) == (Audience.PUBLIC, world.department.name)
    assert Notice.objects.filter(channel=Channel.SMS, subject__contains="新的留言").count() == 1


@pytest.mark.parametrize("part", ["co", "returned", "stranger"])
def test_public_line_of_bodies_that_do_not_reply_is_refused(world: HandlingWorld, part: str) -> None:
    matter = assigned(world, co=(world.other_department,))
    if part == "stranger":
        with pytest.raises(NotAllowed):
            handling.say(matter=matter, text="我们来说", public=True, by=world.office_handler, now=NOW)
        return
    by = world.other_handler
    if part == "returned":
        handling.recall(matter=matter, reason="选错了", by=world.staff, now=NOW)
        by = world.handler
    with pytest.raises(NotToResident):
        handling.say(matter=matter, text="我们来说", public=True, by=by, now=NOW)


def test_relayed_deputy_does_not_speak_on_the_matter(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        handling.say(matter=relayed(world), text="已向市里反映", public=True, by=world.city_deputy_user, now=NOW)


@pytest.mark.parametrize("text", ["", "  ", "长" * 10_001])
def test_line_refuses_empty_and_endless(world: HandlingWorld, text: str) -> None:
    with pytest.raises(InvalidInput):
        handling.say(matter=open_matter(world), text=text, public=False, by=world.staff, now=NOW)


def test_line_of_an_outsider_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        handling.say(matter=open_matter(world), text="看看", public=False, by=world.other_staff, now=NOW)


def test_template_belongs_to_the_own_body(world: HandlingWorld) -> None:
    row = handling.save_template(by=world.handler, name="路灯", text="已派人查看__")
    assert row.organisation == world.department
    handling.save_template(by=world.head, name="路灯修复", text="已修复", template=row)
    assert [one.name for one in own_templates(world.handler)] == ["路灯修复"]
    with pytest.raises(NotAllowed):
        handling.drop_template(by=world.other_handler, template=row)
    handling.drop_template(by=world.handler, template=row)
    assert list(own_templates(world.handler)) == []


def test_template_for_everybody_cannot_be_changed_here(world: HandlingWorld) -> None:
    common = ReplyTemplate.objects.filter(organisation__isnull=True).first()
    with pytest.raises(NotAllowed):
        handling.save_template(by=world.handler, name="改名", text="文", template=common)


@pytest.mark.parametrize(("name", "text", "field"), [("", "文", "name"), ("名" * 61, "文", "name"), ("名", "", "text")])
def test_template_refuses_what_is_missing(world: HandlingWorld, name: str, text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        handling.save_template(by=world.handler, name=name, text=text)
    assert caught.value.field == field


def test_templates_offered_are_the_own_first_and_fit_the_category(world: HandlingWorld) -> None:
    matter = signed(world)
    ReplyTemplate.objects.all().delete()
    bus = Category.objects.get(code="traffic.bus")
    handling.save_template(by=world.handler, name="乙", text="二", category=matter.category)
    handling.save_template(by=world.handler, name="公交", text="三", category=bus)
    ReplyTemplate.objects.create(name="甲", text="一")
    assert [row.name for row in templates_for(world.handler, matter)] == ["乙", "甲"]


def test_templates_offered_are_those_of_the_writers_kind(world: HandlingWorld) -> None:
    matter = signed(world)
    kinds = {row.writer for row in templates_for(world.handler, matter)}
    assert kinds == {Writer.BODY}
    assert {row.writer for row in templates_for(world.deputy_user, matter)} == {Writer.DEPUTY}
