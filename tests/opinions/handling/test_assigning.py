"""交办、收回、延期、签收、退回."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import ClockKind, ReasonKind, Tier
from opinions.clocks.queries import running_clocks
from opinions.clocks.services import AlreadyExtended
from opinions.handling import services as handling
from opinions.handling.models import Assignment, AssignmentStatus, Part, Reply, ReplyStatus
from opinions.handling.queries import answers_for
from opinions.handling.standing import (
    AlreadyAsked,
    AlreadySigned,
    MayReturn,
    NeedsConsent,
    NothingAsked,
    NotYourTurn,
)
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, assigned, content, later, open_matter, reason, signed, taken
from tests.factories.organisations import OrganisationFactory


def clocks(matter: Matter) -> set[tuple[str, str]]:
    return {(clock.kind, clock.organisation.code if clock.organisation else "") for clock in running_clocks(matter)}


def test_assign_gives_the_lead_its_three_limits(world: HandlingWorld) -> None:
    matter = assigned(world, taken(world))
    assert clocks(matter) == {("sign", "CG"), ("return", "CG"), ("reply", "CG")}
    assert (matter.status, matter.holder, matter.tier) == (Status.HANDLING, world.department, Tier.DEPARTMENT)
    assert (matter.due_clock, matter.due_on) == (ClockKind.SIGN, date(2026, 11, 25))


def test_assign_ends_what_the_street_had_to_do(world: HandlingWorld) -> None:
    matter = assigned(world, taken(world))
    stopped = matter.clocks.filter(stopped_at__isnull=False).values_list("kind", "organisation__code", "outcome")
    assert set(stopped) == {("take", "YX", "take"), ("reply", "YX", "assign")}


def test_assign_with_co_handlers_asks_them_for_their_opinion(world: HandlingWorld) -> None:
    matter = assigned(world, co=(world.other_department, world.office, world.office))
    parts = dict(Assignment.objects.filter(matter=matter).values_list("organisation__code", "part"))
    assert parts == {"CG": Part.LEAD, "JT": Part.CO, "YXB": Part.CO}
    assert {("co_opinion", "JT"), ("co_opinion", "YXB")} <= clocks(matter)


def test_assign_tells_the_body_and_the_resident(world: HandlingWorld) -> None:
    matter = assigned(world)
    told = Notice.objects.filter(channel=Channel.IN_APP).values_list("recipient__username", flat=True)
    assert sorted(told) == ["handler", "head"]
    assert world.department.name in Notice.objects.get(channel=Channel.SMS).subject
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.data["body"], event.data["by"]) == (world.department.name, world.committee.name)


def test_assign_by_the_engine_acts_for_the_street(world: HandlingWorld) -> None:
    matter = open_matter(world)
    (row,) = handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.department, by=None, now=NOW)
    assert (row.assigned_by, row.assigned_by_organisation) == (None, world.committee)
    assert Event.objects.filter(chain=matter.chain).latest("seq").by is None


def test_engine_may_assign_and_nothing_else(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        handling.take(matter=open_matter(world), by=None, now=NOW)  # type: ignore[arg-type]


def bad_bodies(world: HandlingWorld) -> list[tuple[dict[str, Any], str]]:
    elsewhere = OrganisationFactory()
    return [
        ({"tier": 1, "lead": world.department}, "tier"),
        ({"tier": 4, "lead": world.department}, "tier"),
        ({"tier": 3}, "lead"),
        ({"tier": 3, "lead": world.committee}, "lead"),
        ({"tier": 3, "lead": elsewhere}, "lead"),
        ({"tier": 3, "lead": world.department, "co": [world.department]}, "co"),
        ({"tier": 3, "lead": world.department, "co": [elsewhere]}, "co"),
        ({"tier": 3, "separate": [world.department]}, "separate"),
        ({"tier": 3, "separate": [world.department, world.department]}, "separate"),
        ({"tier": 3, "lead": world.department, "separate": [world.office, world.other_department]}, "separate"),
    ]


def test_assign_refuses_bodies_that_do_not_fit(world: HandlingWorld) -> None:
    for bodies, field in bad_bodies(world):
        matter = open_matter(world)
        with pytest.raises(InvalidInput) as caught:
            handling.assign(matter=matter, by=world.staff, now=NOW, **bodies)
        assert caught.value.field == field, bodies
        assert not matter.assignments.exists()


def test_separate_bodies_each_get_a_reply_clock_and_the_street_keeps_the_turn(world: HandlingWorld) -> None:
    matter = open_matter(world)
    bodies = [world.department, world.other_department]
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, separate=bodies, by=world.staff, now=NOW)
    assert matter.holder == world.committee
    assert {("reply", "CG"), ("reply", "JT")} <= clocks(matter)


def test_database_holds_one_live_lead(world: HandlingWorld) -> None:
    matter = assigned(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(matter=matter, organisation=world.office, part=Part.LEAD, assigned_at=NOW)


def test_database_holds_one_live_assignment_a_body(world: HandlingWorld) -> None:
    matter = assigned(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(matter=matter, organisation=world.department, part=Part.CO, assigned_at=NOW)


@pytest.mark.parametrize("status", [AssignmentStatus.SIGNED, AssignmentStatus.RETURNED])
def test_database_wants_the_time_of_signing_and_returning(world: HandlingWorld, status: AssignmentStatus) -> None:
    matter = open_matter(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            matter=matter, organisation=world.department, part=Part.LEAD, status=status, assigned_at=NOW
        )


def test_sign_names_the_person_and_stops_its_clock(world: HandlingWorld) -> None:
    matter = signed(world)
    row = matter.assignments.get()
    assert (row.status, row.person, row.signed_by) == (AssignmentStatus.SIGNED, "李四", world.handler)
    assert clocks(matter) == {("return", "CG"), ("reply", "CG")}
    assert matter.due_clock == ClockKind.REPLY


@pytest.mark.parametrize("person", ["", "  ", "长" * 41])
def test_sign_needs_a_name(world: HandlingWorld, person: str) -> None:
    with pytest.raises(InvalidInput):
        handling.sign(matter=assigned(world), person=person, by=world.handler, now=NOW)


def test_sign_by_another_body_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotYourTurn):
        handling.sign(matter=assigned(world), person="王五", by=world.other_handler, now=NOW)


def returned(world: HandlingWorld, matter: Matter, *, at: float = 0) -> Matter:
    handling.return_assignment(
        matter=matter, reason=reason(ReasonKind.RETURN), text="属交通局管养", suggested=world.other_department,
        by=world.handler, now=later(at),
    )  # fmt: skip
    return matter


def test_return_goes_to_the_street_with_reason_and_suggestion(world: HandlingWorld) -> None:
    matter = returned(world, signed(world))
    row = matter.assignments.get()
    assert (matter.status, matter.holder) == (Status.RETURNED, world.committee)
    assert (row.status, row.suggested, row.return_text) == (
        AssignmentStatus.RETURNED,
        world.other_department,
        "属交通局管养",
    )
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert event.reason == reason(ReasonKind.RETURN).name, "the resident reads the class of reason, not the file"


def test_first_receiver_stays_responsible_until_another_signs(world: HandlingWorld) -> None:
    matter = returned(world, assigned(world))
    assert clocks(matter) == {("take", "YX"), ("reply", "CG")}
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.other_department, by=world.staff, now=later(1))
    assert {("reply", "CG"), ("reply", "JT")} <= clocks(matter)
    handling.sign(matter=matter, person="王五", by=world.other_handler, now=later(1))
    assert clocks(matter) == {("return", "JT"), ("reply", "JT")}


def test_assign_again_to_the_same_body_gives_no_new_time(world: HandlingWorld) -> None:
    matter = returned(world, assigned(world), at=1)
    due = matter.clocks.get(kind=ClockKind.REPLY, organisation=world.department).due_on
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.department, by=world.staff, now=later(2))
    running = matter.clocks.filter(kind=ClockKind.REPLY, stopped_at__isnull=True)
    assert [clock.due_on for clock in running] == [due]


def test_recall_from_the_body_that_returned_it_before_leaves_the_committee_responsible(world: HandlingWorld) -> None:
    matter = returned(world, assigned(world))
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.department, by=world.staff, now=NOW)
    handling.recall(matter=matter, reason="选错了", by=world.staff, now=NOW)
    assert clocks(matter) == {("reply", "YX")}
    assert answers_for(matter, list(matter.assignments.select_related("organisation"))) == world.committee


def test_second_return_needs_the_district(world: HandlingWorld) -> None:
    matter = returned(world, assigned(world))
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.other_department, by=world.staff, now=NOW)
    said: dict[str, Any] = {"reason": reason(ReasonKind.RETURN), "text": "也不属本局"}
    with pytest.raises(NeedsConsent):
        handling.return_assignment(matter=matter, by=world.other_handler, now=NOW, **said)
    handling.object_to(matter=matter, by=world.other_handler, now=NOW, **said)
    assert (matter.status, matter.holder) == (Status.HANDLING, world.other_department), "it handles on until decided"
    with pytest.raises(NothingAsked):
        handling.consent_return(matter=matter, by=world.staff, now=NOW)
    handling.consent_return(matter=matter, by=world.district_staff, now=NOW)
    assert (matter.status, matter.holder) == (Status.RETURNED, world.congress)


def ring(world: HandlingWorld) -> Matter:
    """Returned by the department, then by another."""
    matter = returned(world, assigned(world))
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.other_department, by=world.staff, now=NOW)
    said: dict[str, Any] = {"reason": reason(ReasonKind.RETURN), "text": "也不属本局"}
    handling.object_to(matter=matter, by=world.other_handler, now=NOW, **said)
    handling.consent_return(matter=matter, by=world.district_staff, now=NOW)
    return matter


def test_ring_is_refused_with_a_sentence_unless_the_district_gives_a_reason(world: HandlingWorld) -> None:
    matter = ring(world)
    for way in ({"lead": world.department}, {"separate": [world.department, world.office]}):
        with pytest.raises(handling.GoesRound) as caught:
            handling.assign(matter=matter, tier=Tier.DEPARTMENT, by=world.district_staff, now=NOW, **way)
        assert world.department.name in str(caught.value.message)
        assert world.other_department.name in str(caught.value.message)
    assert matter.status == Status.RETURNED, "refused, not lost"
    why = "职责清单第 12 条"
    handling.assign(
        matter=matter, tier=Tier.DEPARTMENT, lead=world.department, reason=why, by=world.district_staff, now=NOW
    )
    assert matter.assignments.filter(status=AssignmentStatus.PENDING).get().assigned_by_organisation == world.congress
    assert Event.objects.filter(chain=matter.chain).latest("seq").reason == why


def test_return_after_the_window_needs_consent(world: HandlingWorld) -> None:
    matter = signed(world)
    with pytest.raises(NeedsConsent):
        returned(world, matter, at=3)
    said: dict[str, Any] = {"reason": reason(ReasonKind.RETURN), "text": "属交通局"}
    said["suggested"] = world.other_department
    with pytest.raises(MayReturn):
        handling.object_to(matter=matter, by=world.handler, now=NOW, **said)
    handling.object_to(matter=matter, by=world.handler, now=later(3), **said)
    row = handling.consent_return(matter=matter, by=world.staff, now=later(3))
    assert (row.status, row.objection, row.suggested) == ("returned", "granted", world.other_department)
    assert (matter.status, matter.holder, row.liable) == (Status.RETURNED, world.committee, True)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert event.reason == reason(ReasonKind.RETURN).name, "the resident reads the class of reason, not the file"


def test_objection_that_was_refused_is_settled(world: HandlingWorld) -> None:
    matter = signed(world)
    said: dict[str, Any] = {"reason": reason(ReasonKind.RETURN), "text": "属交通局"}
    handling.object_to(matter=matter, by=world.handler, now=later(3), **said)
    handling.refuse_return(matter=matter, reason="职责清单写明", by=world.staff, now=later(3))
    with pytest.raises(AlreadyAsked):
        handling.object_to(matter=matter, by=world.handler, now=later(3), **said)
    assert (matter.status, matter.holder) == (Status.HANDLING, world.department)
    drafts = Notice.objects.filter(recipient=world.handler, subject__startswith="不同意退回")
    assert drafts.count() == 1


def test_liable_body_is_the_first_until_another_signs(world: HandlingWorld) -> None:
    matter = returned(world, assigned(world))

    def who() -> Any:
        return answers_for(Matter.objects.get(pk=matter.pk), list(matter.assignments.select_related("organisation")))

    assert who() == world.department, "returned, not free"
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.other_department, by=world.staff, now=NOW)
    assert who() == world.department, "given to another, not free"
    handling.sign(matter=matter, person="王五", by=world.other_handler, now=NOW)
    assert who() == world.other_department
    with pytest.raises(IntegrityError), transaction.atomic():
        matter.assignments.update(liable=True)


def test_return_drops_the_draft(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.save_draft(matter=matter, content=content(), by=world.handler, now=NOW)
    returned(world, matter)
    assert Reply.objects.get(matter=matter).status == ReplyStatus.DROPPED


@pytest.mark.parametrize("case", ["kind", "text", "own body", "elsewhere"])
def test_return_refuses_what_does_not_fit(world: HandlingWorld, case: str) -> None:
    values: dict[str, Any] = {"reason": reason(ReasonKind.RETURN), "text": "依据"}
    changes: dict[str, tuple[dict[str, Any], str]] = {
        "kind": ({"reason": reason(ReasonKind.DECLINE)}, "reason"),
        "text": ({"text": ""}, "text"),
        "own body": ({"suggested": world.department}, "suggested"),
        "elsewhere": ({"suggested": world.committee}, "suggested"),
    }
    change, field = changes[case]
    with pytest.raises(InvalidInput) as caught:
        handling.return_assignment(matter=assigned(world), by=world.handler, now=NOW, **{**values, **change})
    assert caught.value.field == field


def test_co_handler_keeps_its_part_when_another_leads(world: HandlingWorld) -> None:
    matter = returned(world, assigned(world, co=(world.office,)))
    kept = matter.assignments.get(organisation=world.office)
    handling.assign(
        matter=matter, tier=Tier.DEPARTMENT, lead=world.other_department, co=[world.office], by=world.staff, now=NOW
    )
    assert matter.assignments.get(organisation=world.office).pk == kept.pk


def test_co_handler_left_out_is_released_and_told(world: HandlingWorld) -> None:
    matter = returned(world, assigned(world, co=(world.office,)))
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.other_department, by=world.staff, now=NOW)
    assert matter.assignments.get(organisation=world.office).status == AssignmentStatus.REVOKED
    assert ("co_opinion", "YXB") not in clocks(matter)
    assert Notice.objects.filter(recipient=world.office_handler, subject__contains="不再需要").exists()


def test_recall_takes_an_unsigned_assignment_back(world: HandlingWorld) -> None:
    matter = assigned(world)
    handling.recall(matter=matter, reason="选错了", by=world.staff, now=NOW)
    assert (matter.status, matter.holder) == (Status.TAKEN, world.committee)
    assert matter.assignments.get().status == AssignmentStatus.REVOKED
    assert clocks(matter) == {("reply", "YX")}


def test_recall_after_signing_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(AlreadySigned):
        handling.recall(matter=signed(world), reason="选错了", by=world.staff, now=NOW)


def test_extend_adds_working_days_once_and_says_so(world: HandlingWorld) -> None:
    matter = signed(world)
    assert matter.due_on == date(2026, 12, 2)
    handling.extend(matter=matter, days=3, reason="要定制灯头", by=world.staff, now=NOW)
    assert matter.due_on == date(2026, 12, 7)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.data["days"], event.data["due"], event.reason) == (3, "2026-12-07", "要定制灯头")
    with pytest.raises(AlreadyExtended):
        handling.extend(matter=matter, days=3, reason="还要", by=world.staff, now=NOW)


@pytest.mark.parametrize(("days", "field"), [(0, "days"), (16, "days"), (-1, "days")])
def test_extend_refuses_other_spans(world: HandlingWorld, days: int, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        handling.extend(matter=signed(world), days=days, reason="为什么", by=world.staff, now=NOW)
    assert caught.value.field == field


def test_extend_is_for_whoever_assigned(world: HandlingWorld) -> None:
    matter = open_matter(world)
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=world.department, by=world.district_staff, now=NOW)
    with pytest.raises(NotYourTurn):
        handling.extend(matter=matter, days=3, reason="要定制", by=world.staff, now=NOW)
    handling.extend(matter=matter, days=3, reason="要定制", by=world.district_staff, now=NOW)


def test_assign_many_reports_what_failed_and_does_the_rest(world: HandlingWorld) -> None:
    free, handled, elsewhere = open_matter(world), signed(world), open_matter(world, street=world.other_committee)
    results = handling.assign_many(
        matters=[free, handled, elsewhere], tier=Tier.DEPARTMENT, lead=world.department, by=world.staff, now=NOW
    )
    assert [bool(row.problem) for row in results] == [False, True, True]
    statuses = dict(Matter.objects.values_list("pk", "status"))
    assert (statuses[free.pk], statuses[elsewhere.pk]) == (Status.HANDLING, Status.SUBMITTED)
