"""Moving a matter on, its lines, its news."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.functional import lazy
from django.utils.translation import get_language, override

from liaison.base.audit.models import Audience, Event
from liaison.base.errors import InvalidInput, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.matters import services
from opinions.matters.models import Matter
from opinions.matters.states import FINAL, OPEN, OPINION, STAGE_OF, Status
from tests.factories.matters import NOW, HandlingWorld, add_reporter, later, open_matter

spoken = lazy(lambda: get_language() or "", str)
"""A text that says in which language it is read."""


def test_advance_moves_on_once(world: HandlingWorld) -> None:
    matter = open_matter(world)
    stale = Matter.objects.get(pk=matter.pk)
    services.advance_matter(matter, "take", by=world.staff, now=NOW)
    assert (matter.status, matter.version) == (Status.TAKEN, 2)
    with pytest.raises(StaleState):
        services.advance_matter(stale, "take", by=world.staff, now=NOW)
    with pytest.raises(WrongState):
        services.advance_matter(matter, "take", by=world.staff, now=NOW)


def test_advance_to_the_end_ends_the_turn_and_back_takes_the_date_away(world: HandlingWorld) -> None:
    matter = open_matter(world)
    services.advance_matter(matter, "decline", by=world.staff, now=NOW, reason="已在法院")
    assert (matter.holder, matter.closed_at) == (None, NOW)
    Matter.objects.filter(pk=matter.pk).update(status=Status.CLOSED)
    matter.refresh_from_db()
    services.advance_matter(matter, "reopen", by=world.secretary, now=later(1), reason="又坏了")
    assert matter.closed_at is None


def test_advance_needs_the_reason_where_the_table_says_so(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        services.advance_matter(open_matter(world), "decline", by=world.staff, now=NOW, reason="  ")


def test_event_is_public_where_the_table_says_so(world: HandlingWorld) -> None:
    matter = open_matter(world)
    services.advance_matter(matter, "take", by=world.staff, now=NOW)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.audience, event.actor) == (Audience.PUBLIC, world.staff.name)


@pytest.mark.parametrize("body", ["", " \n", "长" * 10_001])
def test_line_refuses_empty_and_endless(world: HandlingWorld, body: str) -> None:
    with pytest.raises(InvalidInput):
        services.add_line(matter=open_matter(world), body=body, audience=Audience.PUBLIC, by=world.staff, now=NOW)


def test_news_speak_the_language_of_the_reader(world: HandlingWorld) -> None:
    matter = open_matter(world)
    reader = add_reporter(matter, phone="13800000009")
    matter.reporters.filter(pk=reader.pk).update(language="en")
    services.tell_reporters(matter, key="x", subject=spoken(), now=NOW)
    told = dict(Notice.objects.filter(channel=Channel.SMS).values_list("id", "subject"))
    assert sorted(told.values()) == ["en", "zh-hans"]


def test_news_to_staff_speak_the_language_of_the_platform(world: HandlingWorld) -> None:
    with override("en"):
        services.tell_body(open_matter(world), key="x", subject=spoken(), now=NOW, organisation=world.committee)
    assert set(Notice.objects.values_list("subject", flat=True)) == {"zh-hans"}


def test_news_of_one_fact_are_queued_once(world: HandlingWorld) -> None:
    matter = open_matter(world)
    for _time in range(2):
        services.tell_reporters(matter, key="x", subject="已接单", now=NOW)
        services.tell_body(matter, key="x", subject="已接单", now=NOW, deputy=world.deputy)
    recipients = sorted(Notice.objects.values_list("channel", "recipient__username"), key=str)
    assert recipients == [("in_app", "deputy"), ("in_app", "helper"), ("sms", None)]


def test_news_reach_those_who_were_merged(world: HandlingWorld) -> None:
    target, merged = open_matter(world, phone="13800000001"), open_matter(world, phone="13800000002")
    Matter.objects.filter(pk=merged.pk).update(status=Status.MERGED, merged_into=target)
    services.tell_reporters(target, key="x", subject="已接单", now=NOW)
    links = {str(row.address): row.link for row in Notice.objects.all()}
    assert f"/t/{target.code}/" in links["13800000001"]
    assert f"/t/{merged.code}/" in links["13800000002"], "everybody follows the own number"


def test_stages_cover_every_status_that_goes_on() -> None:
    assert set(STAGE_OF) == set(OPEN) | {Status.CLOSED}


def test_status_has_a_word_and_a_tone_for_each() -> None:
    tones = {"neutral", "active", "wait", "good", "warn", "bad"}
    assert {status.tone for status in Status} <= tones
    assert all(status.label for status in Status)


def test_table_names_each_verb_once() -> None:
    verbs = [row.verb for row in OPINION.rows]
    assert len(verbs) == len(set(verbs))
    assert all(set(row.sources) <= set(OPEN) | set(FINAL) for row in OPINION.rows)


BROKEN: list[dict[str, Any]] = [
    {"holder_deputy": "deputy", "holder": "committee"},
    {"status": Status.MERGED},
    {"merged_into": "itself", "status": Status.MERGED},
    {"due_on": "2026-11-25", "warn_on": "2026-11-26"},
    {"due_on": "2026-11-25", "warn_on": None},
]


@pytest.mark.parametrize("wrong", BROKEN)
def test_database_refuses_a_matter_that_contradicts_itself(world: HandlingWorld, wrong: dict[str, Any]) -> None:
    matter = open_matter(world)
    held = {"deputy": world.deputy, "committee": world.committee, "itself": matter}
    values = {name: held.get(str(value), value) for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=matter.pk).update(**values)


@pytest.mark.once
@pytest.mark.parametrize("text", ["", " \n", "\u202e\u200b", "长" * 11])
def test_text_with_nothing_to_read_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        services.checked_text(text, field="text", missing="请填写。", most=10)
    assert services.checked_text(" 好\u200b ", field="text", missing="请填写。") == "好\u200b"
