"""Submitting: what is written, in how many statements, and what a second sending does."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.models import Clock
from opinions.intake.models import Opinion
from opinions.intake.services.submission import DuplicateSource, submit, title_from
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import Status
from opinions.routing.models import RoutingDecision
from tests.factories.intake import CONTENT, IntakeWorld, entry, intake_world
from tests.factories.matters import NOW, PHONE


def test_submit_writes_everything(place: IntakeWorld) -> None:
    receipt = submit(entry=entry(place), by=None, now=NOW)
    matter = Matter.objects.get()
    assert matter.status == Status.SUBMITTED
    assert matter.holder_deputy == place.world.deputy
    assert matter.tier == Tier.DEPUTY
    assert matter.opinion.content == CONTENT
    assert matter.title == "荷塘小区东门三盏路灯坏了两周，晚上看不见路，老人摔过一次。"
    assert Reporter.objects.get() == receipt.reporter
    assert Clock.objects.get().kind == ClockKind.TAKE
    assert matter.due_on == Clock.objects.get().due_on
    assert RoutingDecision.objects.get().deputy == place.world.deputy
    assert receipt.again is False


def test_submit_begins_the_chain(place: IntakeWorld) -> None:
    matter = submit(entry=entry(place), by=None, now=NOW).matter
    first, second = Event.objects.filter(chain=matter.chain).order_by("seq")
    assert (first.verb, first.audience, first.actor) == ("submit", Audience.PUBLIC, "反映人")
    assert (second.verb, second.audience, second.by, second.actor) == ("route", Audience.INTERNAL, None, "")
    assert list(verify([matter.chain])) == []


def test_submit_tells_deputy_helper_and_resident(place: IntakeWorld) -> None:
    submit(entry=entry(place), by=None, now=NOW)
    told = Notice.objects.filter(channel=Channel.IN_APP).values_list("recipient__username", flat=True)
    assert sorted(told) == ["deputy", "helper"]
    message = Notice.objects.get(channel=Channel.SMS)
    assert message.address == PHONE
    assert "?k=" in message.link


def test_submit_without_phone_sends_no_message(place: IntakeWorld) -> None:
    submit(entry=entry(place, phone=""), by=None, now=NOW)
    assert not Notice.objects.filter(channel=Channel.SMS).exists()


def test_phone_is_encrypted_at_rest(place: IntakeWorld) -> None:
    submit(entry=entry(place), by=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, link_key FROM opinions_reporter")
        phone, key = cursor.fetchone()
    assert PHONE not in phone
    assert key != Reporter.objects.get().link_key


def test_submit_again_gives_the_first_receipt(place: IntakeWorld) -> None:
    same = entry(place)
    first = submit(entry=same, by=None, now=NOW)
    second = submit(entry=same, by=None, now=NOW)
    assert second.again is True
    assert second.matter == first.matter
    assert second.reporter == first.reporter
    assert Matter.objects.count() == 1


def test_failed_second_sending_leaves_nothing(place: IntakeWorld) -> None:
    same = entry(place)
    submit(entry=same, by=None, now=NOW)
    before = (Event.objects.count(), Clock.objects.count(), Notice.objects.count())
    submit(entry=same, by=None, now=NOW)
    assert (Event.objects.count(), Clock.objects.count(), Notice.objects.count()) == before


def test_second_source_number_is_refused(place: IntakeWorld) -> None:
    numbered = {"source_system": "12345", "source_number": "A-1"}
    submit(entry=entry(place, **numbered), by=None, now=NOW)
    with pytest.raises(DuplicateSource):
        submit(entry=entry(place, **numbered), by=None, now=NOW)
    assert Opinion.objects.count() == 1


def test_id_numbers_are_not_stored(place: IntakeWorld) -> None:
    text = "我叫李某，身份证110101199003077758，要求修路灯"
    receipt = submit(entry=entry(place, content=text, place="1栋 110101199003077758"), by=None, now=NOW)
    kept = f"{receipt.opinion.content}{receipt.opinion.place}{receipt.matter.title}{receipt.matter.search_text}"
    assert "110101199003077758" not in kept
    assert "要求修路灯" in receipt.opinion.content


@pytest.mark.parametrize(
    "text", ["𠮷家楼道灯坏了🙂", "<script>alert(1)</script>", "=HYPERLINK(1)", "a" * 10_000, "中\n文"]
)
def test_submit_keeps_any_text_as_it_is(place: IntakeWorld, text: str) -> None:
    submit(entry=entry(place, content=text), by=None, now=NOW)
    assert Opinion.objects.get().content == text


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("路灯坏了", "路灯坏了"),
        ("路灯坏了\n已经两周", "路灯坏了"),
        ("很长" * 30 + "。第二句", "很长" * 19 + "很…"),
        ("第一句话说清楚了。" + "后面很长" * 20, "第一句话说清楚了"),
        ("\n\n  灯坏  \n", "灯坏"),
    ],
)
def test_title_is_made_from_the_first_sentence(content: str, title: str) -> None:
    assert title_from(content) == title


@pytest.mark.django_db(transaction=True)
def test_submit_takes_at_most_twelve_statements_and_one_commit() -> None:
    place = intake_world()
    submit(entry=entry(place), by=None, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        submit(entry=entry(place), by=None, now=NOW)
    written = [query["sql"] for query in queries.captured_queries]
    assert len(written) <= 12, written
    assert sum(sql.startswith("COMMIT") for sql in written) == 1
    assert not any(sql.startswith("UPDATE") for sql in written)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one_opinion() -> None:
    place = intake_world()
    same, receipts, problems = entry(place), [], []
    ready = threading.Barrier(2)

    def press() -> None:
        try:
            ready.wait()
            receipts.append(submit(entry=same, by=None, now=NOW))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert {receipt.matter.pk for receipt in receipts} == {Matter.objects.get().pk}
    assert sorted(receipt.again for receipt in receipts) == [False, True]


def test_submit_inside_a_failing_transaction_leaves_nothing(place: IntakeWorld) -> None:
    with transaction.atomic():
        submit(entry=entry(place), by=None, now=NOW)
        transaction.set_rollback(True)
    assert not Matter.objects.exists()


def test_without_rules_the_street_gets_it(db: Any) -> None:
    place = intake_world(rules=False)
    matter = submit(entry=entry(place, addressed_to=None, key=uuid4()), by=None, now=NOW).matter
    assert matter.holder == place.world.committee
    told = Notice.objects.filter(channel=Channel.IN_APP).values_list("recipient__username", flat=True)
    assert "staff" in told
    assert "secretary" not in told
