"""Drawing, giving out and recording call-backs."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils.translation import override

from liaison.base.audit.services import verify as verify_ledger
from liaison.base.draws import digest, drawn
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Notice
from opinions.evaluation.models import Rating
from opinions.handling.services import lapse
from opinions.matters.models import Matter, Reporter
from supervision.revisits import services
from supervision.revisits.models import Draw, RatingFlag, Revisit
from supervision.revisits.queries import about, callers_for, population, size_of, verify
from tests.factories.matters import NOW, HandlingWorld, answered, later, open_matter, replied, signed
from tests.supervision.revisits.world import month, rated

pytestmark = pytest.mark.django_db


def make(world: HandlingWorld, **fields: object) -> Draw:
    return services.draw(definition=month(**fields), by=world.district_staff, now=NOW)


def given_out(world: HandlingWorld, matter: Matter) -> Revisit:
    return services.arrange(matter=matter, caller=world.congress, by=world.district_staff, now=NOW)


def record(
    world: HandlingWorld, row: Revisit, satisfied: str = "", solved: str = "", words: str = ""
) -> list[RatingFlag]:
    heard = {"satisfied": satisfied, "solved": solved, "words": words}
    return services.record_outcome(revisit=row, **heard, by=world.district_staff, now=later(1))


def test_population_keeps_the_states_of_rating_apart(world: HandlingWorld) -> None:
    done, waiting = rated(world), replied(world)
    silent = replied(world)
    lapse(matter=silent, now=later(60))
    Matter.objects.filter(pk=silent.pk).update(closed_at=NOW)
    signed(world)
    nobody = replied(world)
    Reporter.objects.filter(matter=nobody).update(phone_index="")
    held = Draw(district=world.congress, **vars(month()))
    found = {}
    for state in ("rated", "unrated", "lapsed", ""):
        held.state = state
        found[state] = {row.pk for row in population(held)}
    assert found == {
        "rated": {done.pk}, "unrated": {waiting.pk}, "lapsed": {silent.pk}, "": {done.pk, waiting.pk, silent.pk},
    }  # fmt: skip


def test_population_is_narrowed_by_body_and_street(world: HandlingWorld) -> None:
    mine = rated(world)
    held = Draw(district=world.congress, **vars(month(body=world.department, street=world.committee)))
    assert [row.pk for row in population(held)] == [mine.pk]
    for narrower in ({"body": world.other_department}, {"street": world.other_committee}):
        assert not population(Draw(district=world.congress, **vars(month(**narrower)))).exists()


def test_draw_follows_from_its_seed(world: HandlingWorld) -> None:
    matters = [replied(world) for _n in range(4)]
    held = make(world, number=2)
    codes = sorted(matter.code for matter in matters)
    assert held.drawn_from == codes
    assert (held.population, held.digest) == (4, digest(codes))
    rows = list(held.revisits.order_by("rank").values_list("matter__code", flat=True))
    assert rows == drawn(codes, seed="2026-11", most=2)
    assert verify(held).holds
    assert list(verify_ledger([held.chain])) == []


@pytest.mark.parametrize(("share", "size", "drawn_"), [(1, 1, 1), (50, 3, 2), (100, 7, 7), (10, 200, 20)])
def test_share_is_rounded_up(share: int, size: int, drawn_: int) -> None:
    assert size_of(Draw(share=share), size) == drawn_


def test_seed_is_fresh_where_none_is_given(world: HandlingWorld) -> None:
    replied(world)
    assert len({make(world, seed="").seed for _n in range(3)}) == 3


def test_tampering_is_found(world: HandlingWorld) -> None:
    matters = [replied(world) for _n in range(3)]
    held = make(world, number=1)
    call_command("verify_draw", held.pk)
    other = next(matter for matter in matters if matter.pk != held.revisits.get().matter_id)
    held.revisits.update(matter=other)
    assert not verify(held).rows
    Draw.objects.filter(pk=held.pk).update(codes="\n".join(held.drawn_from[:2]))
    assert not verify(Draw.objects.get(pk=held.pk)).digest
    with pytest.raises(CommandError):
        call_command("verify_draw")


def test_later_changes_are_told_and_break_no_draw(world: HandlingWorld) -> None:
    matter = replied(world)
    held = make(world, state="unrated")
    lapse(matter=matter, now=later(60))
    replied(world)
    proof = verify(held)
    assert proof.holds
    assert (proof.gone, proof.come) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"share": 5}, "share"), ({"number": None}, "share"), ({"number": None, "share": 101}, "share"),
        ({"number": 0}, "number"), ({"until": month().since.replace(year=2020)}, "until"),
        ({"state": "lapsed"}, "since"),
    ],
)  # fmt: skip
def test_draw_that_cannot_be_is_refused(world: HandlingWorld, fields: dict[str, object], field: str) -> None:
    replied(world)
    with pytest.raises(InvalidInput) as error:
        make(world, **fields)
    assert error.value.field == field
    assert not Draw.objects.exists()


@pytest.mark.parametrize("reader", ["secretary", "handler", "deputy_user", "helper", "admin"])
def test_only_the_district_draws(world: HandlingWorld, reader: str) -> None:
    replied(world)
    with pytest.raises(NotAllowed):
        services.draw(definition=month(), by=getattr(world, reader), now=NOW)


def test_no_body_calls_back_what_it_handled(world: HandlingWorld) -> None:
    matters = [replied(world), answered(world), rated(world)]
    for matter in matters:
        free = callers_for(Matter.objects.select_related("district").get(pk=matter.pk))
        assert world.committee not in free
        assert world.places.station not in free
        assert world.congress in free
    held = make(world)
    for row in held.revisits.select_related("matter__district", "caller"):
        assert row.caller in callers_for(row.matter)


def test_wanted_caller_calls_unless_it_had_a_hand_in_it(world: HandlingWorld) -> None:
    replied(world)
    mine = services.draw(definition=month(), caller=world.congress, by=world.district_staff, now=NOW)
    assert mine.revisits.get().caller == world.congress
    changed = services.draw(definition=month(), caller=world.committee, by=world.district_staff, now=NOW)
    assert changed.revisits.get().caller not in (world.committee, None)


def test_district_that_answered_itself_does_not_call(world: HandlingWorld) -> None:
    matter = replied(world)
    matter.replies.update(approved_by=world.district_staff)
    assert world.congress not in callers_for(matter)
    with pytest.raises(services.NotFree):
        given_out(world, matter)


def test_body_that_came_to_handle_the_matter_after_it_was_asked_does_not_call(world: HandlingWorld) -> None:
    row = given_out(world, replied(world))
    row.matter.replies.update(approved_by=world.district_staff)
    with pytest.raises(services.NotFree):
        record(world, row, satisfied="satisfied")
    with pytest.raises(services.NotFree):
        services.note_missed(revisit=row, by=world.district_staff, now=NOW)
    row.refresh_from_db()
    assert (row.status, row.tries) == ("waiting", 0)


def test_callers_are_told_once_for_a_whole_draw(world: HandlingWorld) -> None:
    for _n in range(3):
        replied(world)
    held = services.draw(definition=month(), caller=world.congress, by=world.district_staff, now=NOW)
    told = Notice.objects.filter(about=held.chain)
    assert {notice.recipient for notice in told} == {world.district_staff, world.leader}
    assert all("3" in notice.subject for notice in told)


def test_matter_is_arranged_once_at_a_time(world: HandlingWorld) -> None:
    matter = rated(world)
    row = given_out(world, matter)
    with pytest.raises(services.AlreadyArranged):
        given_out(world, matter)
    services.hand_to(revisit=row, caller=world.other_committee, by=world.district_staff, now=NOW)
    assert row.caller == world.other_committee
    with pytest.raises(NotAllowed):
        record(world, row, "satisfied")


def test_calls_in_vain_are_counted(world: HandlingWorld) -> None:
    row = given_out(world, rated(world))
    for _n in range(2):
        services.note_missed(revisit=row, by=world.district_staff, now=NOW)
    services.note_missed(revisit=row, by=world.district_staff, now=NOW, last=True)
    assert (row.tries, row.status) == (3, "unreached")
    with pytest.raises(services.AlreadyCalled):
        record(world, row, "satisfied")


def test_outcome_never_changes_the_rating(world: HandlingWorld) -> None:
    matter = rated(world)
    before = list(Rating.objects.values()), Matter.objects.values().get(pk=matter.pk)
    record(world, given_out(world, matter), "unsatisfied", "no", "根本没修，身份证 11010519491231002X")
    assert (list(Rating.objects.values()), Matter.objects.values().get(pk=matter.pk)) == before
    assert "11010519491231002X" not in Revisit.objects.get().words


def test_contradiction_flags_the_handler_and_tells_street_and_district(world: HandlingWorld) -> None:
    row = given_out(world, rated(world))
    flags = record(world, row, "unsatisfied", "no")
    assert [(flag.kind, flag.said, flag.heard) for flag in flags] == [
        ("satisfaction", "satisfied", "unsatisfied"), ("solved", "yes", "no"), ("class", "A", "no"),
    ]  # fmt: skip
    assert flags[2].sides == ("A 已解决或基本解决", "没有解决")
    with override("en"):
        assert flags[0].sides == ("Satisfied", "Not satisfied")
    flags[1].said = "解决了一大半"
    assert flags[1].sides == ("解决了一大半", "没有解决"), "words of old that are no code of today"
    assert {flag.body for flag in flags} == {world.department}
    told = {notice.recipient for notice in Notice.objects.filter(key__contains=f"flag:{row.pk}:", channel="in_app")}
    assert told == {world.staff, world.secretary, world.district_staff}


def test_word_that_fits_flags_nobody(world: HandlingWorld) -> None:
    row = given_out(world, rated(world))
    assert record(world, row, "satisfied", "yes") == []
    assert not Notice.objects.filter(key__contains=f"flag:{row.pk}:").exists()


def test_one_call_answers_all_that_wait_for_the_resident(world: HandlingWorld) -> None:
    matter = rated(world)
    services.draw(definition=month(), caller=world.congress, by=world.district_staff, now=NOW)
    record(world, given_out(world, matter), "satisfied")
    assert set(Revisit.objects.values_list("status", "satisfied")) == {("done", "satisfied")}


@pytest.mark.parametrize("heard", [{}, {"satisfied": "very"}, {"solved": "maybe"}, {"words": "好" * 2001}])
def test_bad_outcome_is_refused(world: HandlingWorld, heard: dict[str, str]) -> None:
    row = given_out(world, rated(world))
    with pytest.raises(InvalidInput):
        record(world, row, **heard)


@pytest.mark.parametrize("reader", ["staff", "secretary", "other_staff", "handler", "deputy_user"])
def test_only_the_caller_records(world: HandlingWorld, reader: str) -> None:
    row = given_out(world, rated(world))
    with pytest.raises(NotAllowed):
        services.record_outcome(
            revisit=row, satisfied="satisfied", solved="", words="", by=getattr(world, reader), now=NOW
        )


def test_handlers_read_nothing_of_call_backs(world: HandlingWorld) -> None:
    matter = rated(world)
    record(world, given_out(world, matter), "unsatisfied")
    assert about(matter, world.head) is None
    assert about(matter, world.deputy_user) is None
    shown = about(matter, world.secretary)
    assert shown is not None
    assert [len(row.flags.all()) for row in shown.revisits] == [1]


def test_matter_without_reply_is_not_called_about(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        given_out(world, open_matter(world))


@pytest.mark.parametrize("changes", [{"status": "done"}, {"words": "不该有"}, {"done_at": NOW}])
def test_half_a_call_back_cannot_be_kept(world: HandlingWorld, changes: dict[str, object]) -> None:
    row = given_out(world, rated(world))
    with pytest.raises(IntegrityError), transaction.atomic():
        Revisit.objects.filter(pk=row.pk).update(**changes)


def test_look_needs_a_note_and_a_known_key(world: HandlingWorld) -> None:
    for key, note in (("flag:1", " "), ("whatever:1", "看过"), ("flag:1", "长" * 301)):
        with pytest.raises(InvalidInput):
            services.look_at(key=key, note=note, by=world.secretary, now=NOW)
    first = services.look_at(key="flag:1", note="已核实", by=world.secretary, now=NOW)
    assert services.look_at(key="flag:1", note="再次核实", by=world.staff, now=NOW).pk == first.pk
