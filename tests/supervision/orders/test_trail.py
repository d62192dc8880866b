"""责任轨迹: who was responsible in each round and why it was done again; counts open into their rows."""

from django.test import Client
from django.urls import reverse

from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.orders import services as orders
from supervision.orders.trail import by_body, matters_of, trail_of
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, bring_to, later, replied
from tests.factories.orders import answered, issued


def test_each_round_names_body_person_and_why_it_was_not_the_last(world: HandlingWorld) -> None:
    matter = replied(world)
    handling.send_to_rework(matter=matter, now=later(1), actor="反映人", reason="还是不亮")
    handling.assign(matter=matter, tier=3, lead=world.other_department, by=world.staff, now=later(2))
    first, second = trail_of(Matter.objects.get(pk=matter.pk))
    assert (first.round, first.who, first.person, first.why, first.again) == (
        1, world.department.name, "李四", "还是不亮", True,
    )  # fmt: skip
    assert (second.round, second.who, second.why, second.again) == (2, world.other_department.name, "", False)
    assert second.until is None


def test_return_and_refused_letter_stand_in_the_trail(world: HandlingWorld) -> None:
    returned = bring_to(world, Status.RETURNED)
    assert "道路属交通局管养" in trail_of(returned)[0].why
    letter = answered(world, issued(world))
    orders.refuse_letter(letter=letter, reason="没有日期", by=world.staff, now=NOW)
    last = trail_of(letter.rows.get().matter)[-1]
    assert (last.who, last.why, last.again) == (world.department.name, "没有日期", True)


def test_counts_by_body_open_into_their_matters(world: HandlingWorld, client: Client) -> None:
    again = bring_to(world, Status.REWORK)
    returned = bring_to(world, Status.RETURNED)
    replied(world)
    (row,) = by_body(world.staff)
    assert (row.body, dict(row.counts)) == (
        world.department, {"redone": 1, "returned": 1, "measures": 0, "letters": 0}
    )  # fmt: skip
    assert list(matters_of(world.staff, row.body, "redone")) == [again]
    assert list(matters_of(world.leader, row.body, "returned")) == [returned]
    assert by_body(world.other_staff) == []
    page = sign_in(client, world.staff).get(reverse("orders:redone_rows", args=[row.body.pk, "redone"]))
    assert again.title in page.content.decode()


def test_trail_is_opened_by_whom_the_matter_concerns(world: HandlingWorld, client: Client) -> None:
    place = reverse("orders:trail", args=[replied(world).code])
    assert sign_in(client, world.handler).get(place).status_code == 200
    assert sign_in(client, world.other_handler).get(place).status_code == 404
    assert sign_in(client, world.deputy_user).get(place).status_code == 403
