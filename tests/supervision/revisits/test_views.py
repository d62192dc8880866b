"""The whole path of a call-back in the browser's words, its outsiders, and what its lists ask."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deputies.accounts.models import Reveal, Role, User
from deputies.organisations.models import OrganisationKind
from opinions.matters.models import Matter
from supervision.revisits import services
from supervision.revisits.models import Draw, Look, RatingFlag, Revisit
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.matters import NOW, HandlingWorld, replied
from tests.factories.organisations import OrganisationFactory
from tests.supervision.revisits.world import month, rated

PLACE = "/desk/supervision"
pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    return sign_in(Client(), user)


def arranged(world: HandlingWorld, matter: Matter | None = None, caller: Any = None) -> Revisit:
    held = matter or rated(world)
    return services.arrange(matter=held, caller=caller or world.congress, by=world.district_staff, now=NOW)


def drawn(world: HandlingWorld) -> Draw:
    return services.draw(definition=month(), caller=world.congress, by=world.district_staff, now=NOW)


def test_district_draws_calls_and_finds_the_contradiction(world: HandlingWorld) -> None:
    matter = rated(world)
    client = client_of(world.district_staff)
    sent = {"since": "2026-11-01", "until": "2026-12-31", "number": 5, "seed": "88", "caller": world.congress.pk}
    page = client.post(f"{PLACE}/ratings/draws/new/", sent, follow=True).content.decode()
    assert matter.title in page
    held = Draw.objects.get()
    assert "验算一致" in client.get(f"{PLACE}/ratings/draws/{held.pk}/?verify=1").content.decode()
    assert client.get(f"{PLACE}/ratings/draws/{held.pk}/codes.txt").content.decode() == f"{matter.code}\n"
    row = held.revisits.get()
    call = f"{PLACE}/revisits/{row.pk}/"
    waiting = client.get(call).content.decode()
    assert "满意 · 解决了" not in waiting
    client.post(f"{call}missed/")
    assert "未接通 1 次" in client.get(call).content.decode()
    sent = {"satisfied": "unsatisfied", "solved": "no", "words": "没人来修"}
    assert client.post(call, sent, follow=True).status_code == 200
    over = client.get(call).content.decode()
    assert "评价满意，回访不满意" in over
    assert "没人来修" in over
    flags = client_of(world.secretary).get(f"{PLACE}/ratings/flags/").content.decode()
    assert flags.count('id="f') == RatingFlag.objects.count() == 3
    assert matter.title in flags


def test_number_is_shown_to_the_caller_after_a_reason_and_logged(world: HandlingWorld) -> None:
    row = arranged(world, rated(world), world.other_committee)
    number = row.matter.reporters.get().phone
    client = client_of(world.other_staff)
    assert number not in client.get(f"{PLACE}/revisits/{row.pk}/").content.decode()
    assert client.post(f"{PLACE}/revisits/{row.pk}/phone/", {"reason": ""}).status_code == 422
    assert not Reveal.objects.exists()
    assert number in client.post(f"{PLACE}/revisits/{row.pk}/phone/", {"reason": "电话回访"}).content.decode()
    reveal = Reveal.objects.get()
    assert (reveal.user, reveal.about) == (world.other_staff, row.matter.chain)
    for user in (world.district_staff, world.secretary):
        assert client_of(user).post(f"{PLACE}/revisits/{row.pk}/phone/", {"reason": "电话回访"}).status_code == 404


def test_matter_is_arranged_from_its_page(world: HandlingWorld) -> None:
    matter = replied(world)
    client = client_of(world.district_staff)
    url = f"{PLACE}/matters/{matter.code}/revisit/"
    offered = client.get(url).content.decode()
    assert world.other_committee.name in offered
    assert f'value="{world.committee.pk}"' not in offered
    assert client.post(url, {"caller": world.committee.pk}).status_code == 422
    client.post(url, {"caller": world.other_committee.pk})
    assert Revisit.objects.get().caller == world.other_committee
    assert client.post(url, {"caller": world.congress.pk}).status_code == 422
    assert "安排回访" not in client.get(f"{PLACE}/matters/{matter.code}/").content.decode()


def test_bad_form_keeps_what_was_typed(world: HandlingWorld) -> None:
    row = arranged(world)
    client = client_of(world.district_staff)
    answer = client.post(f"{PLACE}/revisits/{row.pk}/", {"satisfied": "wonderful", "words": "打字的内容"})
    assert answer.status_code == 422
    assert "打字的内容" in answer.content.decode()
    sent = {"since": "2026-11-30", "until": "2026-11-01", "number": 3, "share": 5}
    answer = client.post(f"{PLACE}/ratings/draws/new/", sent)
    assert answer.status_code == 422
    assert "2026-11-30" in answer.content.decode()


def test_look_is_kept_with_its_note(world: HandlingWorld) -> None:
    rated(world, seconds=5)
    client = client_of(world.secretary)
    assert client.post(f"{PLACE}/ratings/look/", {"key": "soon:o1:1", "note": ""}, follow=True).status_code == 200
    assert not Look.objects.exists()
    client.post(f"{PLACE}/ratings/look/", {"key": "soon:o1:1", "note": "已核实"})
    assert Look.objects.get().note == "已核实"
    client.post(f"{PLACE}/ratings/look/", {"key": "nonsense", "note": "已核实"})
    assert Look.objects.count() == 1


def pages(world: HandlingWorld) -> dict[str, str]:
    row, held = arranged(world), drawn(world)
    return {
        "call": f"{PLACE}/revisits/{row.pk}/",
        "phone": f"{PLACE}/revisits/{row.pk}/phone/",
        "caller": f"{PLACE}/revisits/{row.pk}/caller/",
        "arrange": f"{PLACE}/matters/{row.matter.code}/revisit/",
        "draw": f"{PLACE}/ratings/draws/{held.pk}/",
        "codes": f"{PLACE}/ratings/draws/{held.pk}/codes.txt",
        "new": f"{PLACE}/ratings/draws/new/",
        "draws": f"{PLACE}/ratings/draws/",
    }


@pytest.mark.parametrize(
    "reader", ["other_staff", "handler", "head", "other_head", "deputy_user", "helper", "admin", "foreign"]
)
def test_outsiders_open_nothing(world: HandlingWorld, reader: str) -> None:
    found = pages(world)
    foreign = OrganisationFactory.create(kind=OrganisationKind.CONGRESS)
    user = UserFactory.create(role=Role.DISTRICT_STAFF, organisation=foreign) if reader == "foreign" else None
    client = client_of(user or getattr(world, reader))
    for name, url in found.items():
        answer = client.get(url)
        if reader == "foreign" and name in ("new", "draws"):
            assert world.committee.name not in answer.content.decode()
        else:
            assert answer.status_code in (403, 404), name
    title = Matter.objects.all()[0].title
    for url in (f"{PLACE}/revisits/", f"{PLACE}/ratings/", f"{PLACE}/ratings/flags/"):
        assert title not in client.get(url).content.decode()


def asked(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_lists_ask_the_same_for_thirty_rows_as_for_one(world: HandlingWorld) -> None:
    rated(world, seconds=5)
    held = drawn(world)
    row = held.revisits.get()
    services.record_outcome(revisit=row, satisfied="unsatisfied", solved="", words="", by=world.district_staff, now=NOW)
    arranged(world, row.matter)
    urls = [
        f"{PLACE}/revisits/", f"{PLACE}/revisits/?over=1", f"{PLACE}/ratings/draws/", f"{PLACE}/ratings/flags/",
        f"{PLACE}/ratings/draws/{held.pk}/",
    ]  # fmt: skip
    client = client_of(world.district_staff)
    few = [asked(client, url) for url in urls]
    _multiply(held, row)
    assert [asked(client, url) for url in urls] == few
    assert max(few) <= 8


def _multiply(held: Draw, row: Revisit) -> None:
    """Thirty more of everything, by copies of the rows."""
    flag = RatingFlag.objects.get()
    for number in range(30):
        held.pk = None
        held.seed = str(number)
        held.save()
        matter = Matter.objects.get(pk=row.matter_id)
        matter.pk, matter.code = None, f"COPY{number:04d}"
        matter.save()
        copies = [Revisit(**_values(row, matter, draw_id=draw)) for draw in (held.pk, row.draw_id)]
        copies.append(Revisit(**_values(row, matter, status="waiting", satisfied="", done_at=None, draw_id=None)))
        done = Revisit.objects.bulk_create(copies)[0]
        flag.pk, flag.matter, flag.revisit = None, matter, done
        flag.save()


def _values(row: Revisit, matter: Matter, **changes: Any) -> dict[str, Any]:
    names = ("caller_id", "status", "given_by_id", "given_at", "satisfied", "done_at", "rank")
    return {"matter": matter, **{name: getattr(row, name) for name in names}, **changes}
