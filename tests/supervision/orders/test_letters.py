"""督办函: who writes and signs, its number, its clock, what it may be about, and what becomes of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deputies.accounts.models import Role, User
from deputies.organisations.services import merge_organisation
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.stamps import bump
from liaison.base.workdays.arithmetic import SHANGHAI, local_today
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.desk.queries import in_queue, queues_of
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.succession.queries import impact_of, seal
from opinions.succession.services import merge_street
from supervision.orders import services as orders
from supervision.orders.models import Letter, LetterHead, NumberSeries
from supervision.orders.queries import about, filtered, letters, light_up, overdue, verbs_for
from supervision.orders.services import EarlierUnanswered, NoLetterHead, OwnBody
from supervision.orders.states import LETTER, LIVE, UNISSUED, LetterStatus
from tests.factories.accounts import UserFactory
from tests.factories.matters import NOW, TODAY, HandlingWorld, bring_to, content, later, open_matter, signed
from tests.factories.orders import SOON, answer_data, answered, chair, drafted, issued, letter_data, pending

L = LetterStatus
FAR = [("修复路灯", TODAY + timedelta(days=90))]


def clocks(letter: Letter) -> list[Clock]:
    return list(Clock.objects.filter(kind=ClockKind.LETTER, matter__letters__letter=letter).order_by("pk"))


def test_issued_letter_has_number_clock_history_and_is_told(world: HandlingWorld) -> None:
    matter = signed(world)
    letter = issued(world, matter, copies=[world.office])
    assert (letter.status, letter.reference) == (L.ISSUED, "云溪督〔2026〕1号")
    (clock,) = clocks(letter)
    assert (clock.organisation, clock.due_on) == (world.department, TODAY + timedelta(days=7))
    assert (letter.rows.get().clock, letter.signed_by) == (clock, world.secretary)
    event = Event.objects.get(chain=matter.chain, verb="issue_letter")
    assert (event.data["number"], event.data["due"]) == (letter.reference, clock.due_on.isoformat())
    told = Notice.objects.filter(channel=Channel.IN_APP, about=letter.chain).exclude(recipient__role="street_chair")
    assert {"handler", "head", "handler3", "head3"} <= set(told.values_list("recipient__username", flat=True))
    assert list(verify()) == []


def test_matter_shows_the_tightest_of_its_limits(world: HandlingWorld) -> None:
    matter = signed(world)
    issued(world, matter, days=1)
    matter.refresh_from_db()
    assert (matter.due_clock, matter.due_on) == (ClockKind.LETTER, TODAY + timedelta(days=1))


def test_numbers_follow_without_gaps_by_body_and_year(world: HandlingWorld) -> None:
    assert [issued(world).number for _n in range(3)] == [1, 2, 3]
    assert issued(world, by=world.leader).reference == "云人督〔2026〕1号"
    january = datetime(2027, 1, 5, 10, tzinfo=SHANGHAI)
    letter = orders.issue_letter(letter=pending(world, demands=FAR), by=world.secretary, now=january)
    assert letter.reference == "云溪督〔2027〕1号"


def test_new_year_in_shanghai_is_the_new_year_of_the_number(world: HandlingWorld) -> None:
    """16:30 UTC on the last day of December is the first of January in Shanghai."""
    moment = datetime(2027, 1, 1, 0, 30, tzinfo=SHANGHAI)
    assert orders.issue_letter(letter=pending(world, demands=FAR), by=world.secretary, now=moment).year == 2027


def test_number_that_was_not_used_is_given_again(world: HandlingWorld) -> None:
    letter = pending(world)
    with transaction.atomic():
        orders.issue_letter(letter=letter, by=world.secretary, now=NOW)
        transaction.set_rollback(True)
    letter.refresh_from_db()
    assert letter.status == L.PENDING
    assert not NumberSeries.objects.filter(last__gt=0).exists()
    assert issued(world).number == 1


def test_letter_is_issued_once(world: HandlingWorld) -> None:
    letter = pending(world)
    mine, yours = Letter.objects.get(pk=letter.pk), Letter.objects.get(pk=letter.pk)
    orders.issue_letter(letter=mine, by=world.secretary, now=NOW)
    with pytest.raises((StaleState, EarlierUnanswered)):
        orders.issue_letter(letter=yours, by=chair(), now=NOW)
    assert (NumberSeries.objects.get().last, len(clocks(letter))) == (1, 1)


def test_database_refuses_a_number_twice_and_an_issued_letter_without_one(world: HandlingWorld) -> None:
    letter, other = issued(world), issued(world)
    for changes in ({"number": letter.number}, {"number": None}, {"signed_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.filter(pk=other.pk).update(**changes)


@pytest.mark.parametrize("who", ["handler", "head", "deputy_user", "helper", "other_staff", "admin"])
def test_nobody_else_drafts(world: HandlingWorld, who: str) -> None:
    with pytest.raises(NotAllowed):
        drafted(world, by=world.users[who])


@pytest.mark.parametrize("who", ["staff", "handler", "leader", "other_staff", "deputy_user", "helper"])
def test_staff_and_other_bodies_do_not_issue(world: HandlingWorld, who: str) -> None:
    with pytest.raises(NotAllowed):
        orders.issue_letter(letter=pending(world), by=world.users[who], now=NOW)


def test_no_body_supervises_itself(world: HandlingWorld) -> None:
    matter = open_matter(world)
    with pytest.raises(OwnBody):
        drafted(world, matter, addressee=world.committee)
    letter = issued(world, matter, by=world.district_staff, addressee=world.committee)
    assert letter.addressee == world.committee
    assert "accept_letter" not in verbs_for(world.secretary, answered_by_street(world, letter), None)


def answered_by_street(world: HandlingWorld, letter: Letter) -> Letter:
    orders.save_answer(letter=letter, data=answer_data(letter), by=world.staff, now=NOW)
    orders.sign_answer(letter=letter, by=world.secretary, now=NOW)
    return letter


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opening": "张三多次反映，请抓紧办理。"}, "opening"),
        ({"demands": [("给 13800000000 回电话", SOON)]}, "demands"),
        ({"demands": []}, "demands"),
        ({"demands": [("修复", TODAY - timedelta(days=1))]}, "demands"),
        ({"title": " "}, "title"),
        ({"days": 0}, "days"),
    ],
)
def test_what_a_letter_may_not_say_is_refused_at_its_field(
    world: HandlingWorld, changes: dict[str, Any], field: str
) -> None:
    matter = signed(world)
    with pytest.raises(InvalidInput) as caught:
        orders.draft_letter(
            data=letter_data(world, changes.pop("matters", [matter]), **changes), by=world.staff, now=NOW
        )
    assert caught.value.field == field
    assert not Letter.objects.exists()


def test_matter_that_the_body_does_not_handle_or_that_has_ended_is_refused(world: HandlingWorld) -> None:
    for matter in (open_matter(world), bring_to(world, Status.CLOSED)):
        with pytest.raises(InvalidInput) as caught:
            drafted(world, matter)
        assert caught.value.field == "matters"


def test_matter_of_another_street_is_out_of_care(world: HandlingWorld) -> None:
    matter = signed(world)
    Matter.objects.filter(pk=matter.pk).update(street=world.other_committee)
    with pytest.raises(NotAllowed):
        drafted(world, matter)


def test_second_letter_waits_for_the_first(world: HandlingWorld) -> None:
    matter = signed(world)
    first = issued(world, matter)
    with pytest.raises(EarlierUnanswered) as caught:
        drafted(world, matter)
    assert first.reference in str(caught.value.message)
    orders.withdraw_letter(letter=first, reason="情况有变", by=world.secretary, now=NOW)
    assert issued(world, matter).number == 2
    assert [clock.outcome for clock in clocks(first)] == ["withdraw_letter", ""]


def test_letter_written_before_the_first_was_issued_waits_as_well(world: HandlingWorld) -> None:
    matter = signed(world)
    one, other = pending(world, matter), pending(world, matter)
    orders.issue_letter(letter=one, by=world.secretary, now=NOW)
    with pytest.raises(EarlierUnanswered):
        orders.issue_letter(letter=other, by=world.secretary, now=NOW)
    assert NumberSeries.objects.get().last == 1


def test_district_takes_over_the_street_s_letter(world: HandlingWorld) -> None:
    shared, own = signed(world), signed(world)
    streets = issued(world, shared, own)
    districts = issued(world, shared, by=world.leader)
    streets.refresh_from_db()
    assert streets.status == L.ISSUED
    assert streets.rows.get(matter=shared).superseded == districts
    assert (
        Clock.objects.filter(matter=shared, kind=ClockKind.LETTER, stopped_at=None).get() == districts.rows.get().clock
    )
    issued(world, own, by=world.leader)
    streets.refresh_from_db()
    assert streets.status == L.SUPERSEDED
    with pytest.raises(EarlierUnanswered):
        drafted(world, shared)
    assert list(verify()) == []


def test_reply_to_the_resident_does_not_answer_the_letter(world: HandlingWorld) -> None:
    matter = signed(world)
    letter = issued(world, matter)
    handling.submit_for_approval(matter=matter, content=content(), by=world.handler, now=NOW)
    handling.issue_reply(matter=matter, by=world.head, now=NOW)
    (clock,) = clocks(letter)
    assert clock.stopped_at is None
    assert "save_answer" in verbs_for(world.handler, letter, None)


def test_letter_without_head_or_limit_is_not_issued(world: HandlingWorld) -> None:
    letter = pending(world)
    LetterHead.objects.all().delete()
    with pytest.raises(NoLetterHead):
        orders.issue_letter(letter=letter, by=world.secretary, now=NOW)
    assert Letter.objects.get().status == L.PENDING


def test_draft_is_changed_sent_back_and_dropped(world: HandlingWorld) -> None:
    matter = signed(world)
    letter = drafted(world, matter)
    data = letter_data(world, [matter], title="改过的标题", demands=[("只有一条", SOON)])
    orders.edit_letter(letter=letter, data=data, by=world.staff, now=NOW)
    assert [one.text for one in letter.demands.all()] == ["只有一条"]
    orders.submit_letter(letter=letter, by=world.staff, now=NOW)
    with pytest.raises(WrongState):
        orders.edit_letter(letter=letter, data=data, by=world.staff, now=NOW)
    orders.return_letter(letter=letter, reason="补充依据", by=world.secretary, now=NOW)
    orders.void_letter(letter=letter, reason="已经办结", by=world.staff, now=NOW)
    assert (letter.status, letter.number) == (L.VOID, None)
    assert not NumberSeries.objects.exists()


def test_overdue_letter_is_red_and_found(world: HandlingWorld) -> None:
    letter = issued(world, days=1)
    day = local_today(later(3))
    found = letters(world.staff).filter(overdue(day))
    assert [light_up(one, day).light for one in found] == ["red"]  # type: ignore[attr-defined]
    answered(world, letter)
    assert not letters(world.staff).filter(overdue(day)).exists()


def test_letter_is_read_by_both_bodies_copies_and_the_district(world: HandlingWorld) -> None:
    letter = issued(world, copies=[world.office])
    readers = {name for name, user in world.users.items() if letters(user).filter(pk=letter.pk).exists()}
    assert readers == {
        "staff", "secretary", "handler", "head", "office_handler", "office_head", "district_staff", "leader",
    }  # fmt: skip


def test_each_body_finds_what_waits_for_it(world: HandlingWorld) -> None:
    sent, asked, told = issued(world), pending(world), answered(world)

    def waiting(user: User) -> set[Letter]:
        return set(filtered(letters(user), {"side": "waiting"}, user, TODAY))

    assert waiting(world.handler) == {sent}
    assert waiting(world.secretary) == {asked, told}
    assert waiting(world.staff) == {told}
    assert waiting(world.leader) == waiting(world.office_head) == set()


def test_successor_of_a_merged_body_finds_what_waited_for_it(world: HandlingWorld) -> None:
    to_them, from_them, to_street = issued(world), pending(world), issued(world, signed(world), by=world.leader)
    Letter.objects.filter(pk=to_street.pk).update(addressee=world.committee)
    Clock.objects.filter(matter__letters__letter=to_street, kind=ClockKind.LETTER).update(organisation=world.committee)
    other = UserFactory.create(role=Role.STREET_SECRETARY, organisation=world.other_committee)
    assert not letters(other).exists()
    merge_organisation(world.committee, into=world.other_committee, by=None, now=NOW)
    bump("organisations")
    for side, found in {
        "waiting": {to_street, from_them},
        "to_us": {to_street},
        "from_us": {to_them, from_them},
    }.items():
        assert set(filtered(letters(other), {"side": side}, other, TODAY)) == found
    queue = next(one for one in queues_of(other) if one.key == "letters")
    assert list(in_queue(Matter.objects.visible_to(other), other, queue)) == [to_street.rows.get().matter]


def test_letter_whose_day_has_passed_before_it_was_signed_is_not_issued(world: HandlingWorld) -> None:
    letter = pending(world)
    with pytest.raises(InvalidInput, match="日期已经过了"):
        orders.issue_letter(letter=letter, by=world.secretary, now=NOW + (SOON - TODAY) + timedelta(days=1))
    orders.issue_letter(letter=letter, by=world.secretary, now=NOW + (SOON - TODAY))


def test_draft_is_read_by_the_issuer_alone(world: HandlingWorld) -> None:
    letter = drafted(world)
    readers = {name for name, user in world.users.items() if letters(user).filter(pk=letter.pk).exists()}
    assert readers == {"staff", "secretary"}


def test_every_state_can_be_reached_and_left(world: HandlingWorld) -> None:
    reached = {row.target for row in LETTER.rows if row.target}
    assert reached == set(L)
    left = {source for row in LETTER.rows for source in row.sources if row.target not in (None, source)}
    assert left == {*UNISSUED, *LIVE}


def test_panel_offers_what_the_reader_can_do(world: HandlingWorld) -> None:
    matter = signed(world)
    issued(world, matter)

    def offered(user: User) -> set[str]:
        return {name for name, may in about(Matter.objects.get(pk=matter.pk), user).may.items() if may}

    assert offered(world.staff) == {"remind", "draft", "trail"}
    assert offered(world.leader) == offered(chair()) == {"remind", "draft", "sponsor", "trail"}
    assert offered(world.handler) == {"trail"}
    assert offered(world.deputy_user) == set()
    assert [one.reference for one in about(matter, world.handler).letters] == ["云溪督〔2026〕1号"]
    assert about(matter, world.deputy_user).letters == []


def test_letter_to_a_street_goes_to_its_successor_which_can_answer_it(world: HandlingWorld) -> None:
    letter = issued(world, open_matter(world), by=world.leader, addressee=world.committee)
    impact = impact_of(world.committee)
    assert dict(impact.unfinished)["待回复的督办函"] == 1
    into = world.other_committee
    merge_street(
        body=world.committee, into=into, reason="区划调整", seen=seal(impact, into), by=world.district_staff,
        now=later(1),
    )  # fmt: skip
    (clock,) = clocks(letter)
    assert (clock.organisation, clock.stopped_at) == (into, None)
    letter, head = Letter.objects.get(pk=letter.pk), UserFactory(role=Role.STREET_SECRETARY, organisation=into)
    orders.save_answer(letter=letter, data=answer_data(letter), by=head, now=later(1))
    orders.submit_answer(letter=letter, by=head, now=later(1))
    orders.sign_answer(letter=letter, by=head, now=later(1))
    clock.refresh_from_db()
    assert clock.stopped_at is not None


def test_two_letters_about_one_matter_keep_their_clocks_when_streets_merge(world: HandlingWorld) -> None:
    into, matter = world.other_committee, open_matter(world)
    first = issued(world, matter, by=world.leader, addressee=world.committee)
    Letter.objects.filter(pk=first.pk).update(addressee=into)
    Clock.objects.filter(matter=matter, kind=ClockKind.LETTER).update(organisation=into)
    second = issued(world, matter, by=world.leader, addressee=world.committee, days=9)
    merge_street(
        body=world.committee, into=into, reason="区划调整", seen=seal(impact_of(world.committee), into),
        by=world.district_staff, now=later(1),
    )  # fmt: skip
    rows = [one.rows.get() for one in (first, second)]
    assert [row.clock.organisation for row in rows if row.clock] == [into, into]
    head = UserFactory.create(role=Role.STREET_SECRETARY, organisation=into)
    first = Letter.objects.get(pk=first.pk)
    orders.give_answer(letter=first, data=answer_data(first), then="sign", by=head, now=later(1))
    running = Clock.objects.filter(matter=matter, kind=ClockKind.LETTER, stopped_at=None)
    assert running.get() == rows[1].clock
    orders.refuse_letter(letter=first, reason="没有写明日期", by=world.leader, now=later(1))
    assert running.count() == 2
    with pytest.raises(EarlierUnanswered):
        issued(world, matter, by=world.leader, addressee=into)
