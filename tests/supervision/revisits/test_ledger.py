"""回访台账: closed matters of a half-year, who rang up or went there, and what is still due."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from liaison.base.audit.models import Event
from liaison.base.codes import grouped
from liaison.base.errors import InvalidInput, NotAllowed
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.revisits import services
from supervision.revisits.ledger import Half, ledger, lines
from supervision.revisits.models import Contact
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, TODAY, HandlingWorld, bring_to, replied

LEDGER = "/desk/supervision/revisits/ledger/"
EXPORT, API = "/desk/supervision/revisits/ledger.xlsx", "/api/v1/revisits/ledger/"
HALF = Half.of(TODAY)
needs_database = pytest.mark.django_db


@pytest.fixture
def desk_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screens stand at the time of the world."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=5))


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_every_day_lies_in_one_half_year(day: date) -> None:
    half = Half.of(day)
    assert half.begin <= day < half.end
    assert half.before.end == half.begin
    assert Half.read(str(half)) == half
    assert Half.last(day)[0] == half == max(Half.last(day))


def codes(world: HandlingWorld, state: str = "", half: Half = HALF) -> set[str]:
    rows = ledger(world.staff, street=world.committee, half=half, state=state)
    return set(rows.values_list("code", flat=True))


def contact(world: HandlingWorld, matter: Matter, means: str) -> Contact:
    return services.note_contact(matter=matter, means=means, day=TODAY, by=world.staff, now=NOW, heard="用着正常")


@needs_database
def test_matter_is_due_until_it_had_a_call_and_a_visit(world: HandlingWorld) -> None:
    matter, other = bring_to(world, Status.CLOSED), bring_to(world, Status.CLOSED)
    replied(world)
    assert codes(world) == codes(world, "due") == {matter.code, other.code}
    contact(world, matter, "call")
    assert matter.code in codes(world, "due")
    contact(world, matter, "visit")
    assert (codes(world, "due"), codes(world, "done")) == ({other.code}, {matter.code})
    assert codes(world, half=HALF.before) == set()
    (line,) = lines([matter])
    assert [(one.day, one.who) for one in line.calls] == [(TODAY, f"{world.committee} {world.staff.name}")]
    assert len(line.visits) == 1
    fact = Event.objects.filter(chain=matter.chain, verb="contact_resident").earliest("id")
    assert fact.data == {"means": "call", "day": TODAY.isoformat(), "body": world.committee.name}


@needs_database
def test_call_back_by_another_body_counts_as_a_call(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.CLOSED)
    held = services.arrange(matter=matter, caller=world.congress, by=world.district_staff, now=NOW)
    assert lines([matter])[0].calls == []
    services.record_outcome(
        revisit=held, satisfied="satisfied", solved="yes", words="", by=world.district_staff, now=NOW
    )
    assert [one.who for one in lines([matter])[0].calls] == [f"{world.congress} {world.district_staff.name}"]


@needs_database
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"means": "letter"}, "means"),
        ({"day": TODAY + timedelta(1)}, "day"),
        ({"day": TODAY - timedelta(30)}, "day"),
        ({"heard": "好" * 301}, "heard"),
    ],
)
def test_contact_that_cannot_be_is_refused_at_its_field(
    world: HandlingWorld, changes: dict[str, object], field: str
) -> None:
    given = {"matter": bring_to(world, Status.CLOSED), "means": "call", "day": TODAY, "by": world.staff, "now": NOW}
    with pytest.raises(InvalidInput) as caught:
        services.note_contact(**{**given, **changes})
    assert caught.value.field == field
    assert not Contact.objects.exists()


@needs_database
def test_only_who_supervises_a_closed_matter_notes_a_contact(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.CLOSED)
    for user in (world.other_staff, world.handler):
        with pytest.raises(NotAllowed):
            services.note_contact(matter=matter, means="call", day=TODAY, by=user, now=NOW)
    with pytest.raises(InvalidInput):
        services.note_contact(matter=replied(world), means="call", day=TODAY, by=world.staff, now=NOW)


@needs_database
@pytest.mark.usefixtures("desk_time")
def test_street_filters_and_notes_a_contact_on_the_screen(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.CLOSED)
    desk = sign_in(Client(), world.staff)
    page = desk.get(LEDGER).content.decode()
    assert page.count("data-row") == 1
    assert page.count("还没有") == 2
    address = f"/desk/supervision/matters/{matter.code}/contact/"
    assert "请选择电话还是上门" in desk.post(address, {"day": "2026-11-23"}).content.decode()
    day = (TODAY + timedelta(days=4)).isoformat()
    answer = desk.post(address, {"means": "visit", "day": day, "heard": "已修好"}, follow=True)
    assert answer.content.decode().count("还没有") == 1
    assert desk.get(f"{LEDGER}?state=done").content.decode().count("data-row") == 0
    assert desk.get(f"{LEDGER}?street=x&half=1&page=z").status_code == 200


@needs_database
@pytest.mark.usefixtures("desk_time")
def test_ledger_is_had_as_a_spreadsheet_and_by_programs(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    matter, other = bring_to(world, Status.CLOSED), bring_to(world, Status.CLOSED)
    contact(world, matter, "call")
    desk = sign_in(Client(), world.staff)
    assert f"{EXPORT}?state=due" in desk.get(LEDGER, {"state": "due"}).content.decode()
    book = CalamineWorkbook.from_filelike(BytesIO(desk.get(EXPORT).content))
    rows = book.get_sheet_by_index(0).to_python()[1:]
    assert {(row[0], row[5]) for row in rows} == {
        (grouped(matter.code), "还差上门"), (grouped(other.code), "电话、上门都还差")
    }  # fmt: skip
    for place in ("ledger", "views.contacts"):
        monkeypatch.setattr(f"supervision.revisits.{place}.MOST_ROWS", 1)
    book = CalamineWorkbook.from_filelike(BytesIO(desk.get(EXPORT).content))
    assert "只列出前 1 行" in str(book.get_sheet_by_index(0).to_python()[2][0]), "what is left out is told"
    told = desk.get(API, {"state": "due"}).json()["results"]
    assert [(one["code"], len(one["calls"]), one["visits"]) for one in told] == [
        (other.code, 0, []),
        (matter.code, 1, []),
    ]
    for wrong in ({"half": "1000-9"}, {"street": world.other_committee.pk}, {"state": "x"}):
        assert desk.get(API, wrong).status_code == 400
    for place in (EXPORT, API):
        assert sign_in(Client(), world.handler).get(place).status_code == 403


@needs_database
@pytest.mark.usefixtures("desk_time")
def test_outsiders_see_no_ledger_and_other_streets_not_this_one(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.CLOSED)
    address = f"/desk/supervision/matters/{matter.code}/contact/"
    for user in (world.handler, world.deputy_user):
        assert sign_in(Client(), user).get(LEDGER).status_code == 403
    other = sign_in(Client(), world.other_staff)
    assert matter.title not in other.get(f"{LEDGER}?street={world.committee.pk}").content.decode()
    assert other.get(address).status_code == 404
    district = sign_in(Client(), world.district_staff)
    assert matter.title in district.get(f"{LEDGER}?street={world.committee.pk}").content.decode()
    assert Client().get(LEDGER).status_code == 302


@needs_database
@pytest.mark.usefixtures("desk_time")
def test_ledger_asks_the_same_for_many_rows_as_for_one(world: HandlingWorld) -> None:
    desk, counts = sign_in(Client(), world.staff), []
    desk.get(LEDGER)
    for number in (1, 6):
        for _n in range(number):
            contact(world, bring_to(world, Status.CLOSED), "call")
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(LEDGER).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]
