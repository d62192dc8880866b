"""Setting category or place right runs routing exactly once, says so, and nothing runs where nothing changed."""

import pytest
from django.test import Client
from django.urls import reverse

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput
from opinions.catalog.models import Category
from opinions.desk.services import classify
from opinions.matters.models import Matter
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, handling_world, open_matter, taken
from tests.factories.routing import with_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> HandlingWorld:
    return with_rules(handling_world())


def category(code: str) -> Category:
    return Category.objects.get(code=code)


def reroutes(matter: Matter) -> list[str]:
    """The reasons with which routing ran again, oldest first."""
    return list(
        Event.objects.filter(chain=matter.chain, verb="reroute").order_by("seq").values_list("reason", flat=True)
    )


def test_category_and_place_changed_together_run_routing_once(world: HandlingWorld) -> None:
    matter = open_matter(world)
    before, old = matter.decisions.count(), matter.division
    place = world.places.community_2
    classify(
        matter=matter, category=category("community.elder"), division=place, by=world.staff, reason="问过居民", now=NOW
    )
    matter.refresh_from_db()
    assert (matter.category, matter.division) == (category("community.elder"), place)
    assert matter.decisions.count() == before + 1
    told = reroutes(matter)
    assert len(told) == 1
    assert f"地点由“{old}”改为“{place}”" in told[0]
    assert told[0].startswith("类别由")
    assert told[0].endswith("问过居民")


def test_place_in_another_street_goes_to_that_street(world: HandlingWorld) -> None:
    matter = open_matter(world)
    held = matter.category or category("urban")
    there = world.places.other_community
    classify(matter=matter, category=held, division=there, by=world.staff, reason="", now=NOW)
    matter.refresh_from_db()
    assert (matter.street, matter.division) == (world.other_committee, there)
    assert len(reroutes(matter)) == 1


def test_what_changes_nothing_runs_nothing(world: HandlingWorld) -> None:
    matter = open_matter(world)
    version, held = matter.version, matter.category or category("urban")
    classify(matter=matter, category=held, division=matter.division, by=world.staff, reason="看过了", now=NOW)
    matter.refresh_from_db()
    assert matter.version == version
    assert reroutes(matter) == []


def test_place_is_set_right_while_nobody_knows_the_category(world: HandlingWorld) -> None:
    matter = open_matter(world)
    Matter.objects.filter(pk=matter.pk).update(category=None)
    client, url = sign_in(Client(), world.staff), reverse("desk:classify", args=[matter.code])
    assert client.get(url).context["form"]["category"].value() is None
    assert "没有改动" in client.post(url, {"category": ""}, follow=True).content.decode()
    client.post(url, {"category": "", "division": world.places.community_2.code})
    matter.refresh_from_db()
    assert (matter.category, matter.division) == (None, world.places.community_2)
    client.post(url, {"category": category("community.elder").pk})
    assert [told.partition("“")[0] for told in reroutes(matter)] == ["地点由", "类别定为"]


def test_matter_with_a_category_does_not_lose_it(world: HandlingWorld) -> None:
    url = reverse("desk:classify", args=[open_matter(world).code])
    refused = sign_in(Client(), world.staff).post(url, {"category": ""})
    assert refused.context["form"].errors["category"] == ["请选一个类别。"]


def test_taken_matter_does_not_slip_to_another_street(world: HandlingWorld) -> None:
    matter = taken(world, open_matter(world, deputy=world.deputy))
    held = matter.category or category("urban")
    with pytest.raises(InvalidInput) as caught:
        classify(
            matter=matter, category=held, division=world.places.other_community, by=world.staff, reason="", now=NOW
        )
    assert caught.value.field == "division"
    assert reroutes(matter) == []


def test_form_changes_the_place_and_refuses_one_that_is_not_ours(world: HandlingWorld) -> None:
    matter = open_matter(world)
    client, url = sign_in(Client(), world.staff), reverse("desk:classify", args=[matter.code])
    held = matter.category or category("urban")
    sent = {"category": held.pk, "division": "000000"}
    assert client.post(url, sent).status_code == 422
    answer = client.post(url, {**sent, "division": world.places.community_2.code})
    assert answer.status_code == 302
    matter.refresh_from_db()
    assert matter.division == world.places.community_2
    away = client.post(url, {**sent, "division": world.places.other_community.code})
    assert away["Location"] == reverse("desk:home")
