"""Similar opinions as a rule counts them: only in the place that it names."""

from datetime import timedelta

import pytest

from liaison.base.stamps import reading
from opinions.catalog.models import SourceChannel
from opinions.matters.models import Matter
from opinions.routing.conditions import SimilarAsk, Within
from opinions.routing.facts import Raised, similar_to, taken_in
from opinions.similar import services
from tests.factories.intake import intake_world
from tests.factories.matters import NOW, later
from tests.factories.organisations import street_world
from tests.factories.similar import raised

pytestmark = pytest.mark.django_db
TOLD = (
    "荷塘小区东门三盏路灯坏了两周，晚上看不见路，老人摔过一次。",
    "我住荷塘小区，东门口一到晚上黑漆漆的，灯都不亮，请派人修。",
    "荷塘小区东门的路灯不亮半个月了，上夜班回来害怕。",
)


def test_only_opinions_of_the_same_place_count() -> None:
    world = intake_world()
    places = world.world.places
    told = [raised(world, text, phone=f"1390000000{number}") for number, text in enumerate(TOLD)]
    Matter.objects.filter(pk=told[1].pk).update(division=places.community_2)
    Matter.objects.filter(pk=told[2].pk).update(division=places.other_community_2)
    while services.index_waiting(now=later()):
        pass
    asked = Raised(
        division=places.community, street=world.world.committee, district=world.world.congress,
        channel=SourceChannel.QR, text="荷塘小区东门口路灯不亮", at=NOW + timedelta(days=1),
    )  # fmt: skip
    with reading():
        counted = {within: similar_to(asked)(SimilarAsk(30, within, 500)) for within in Within.values}
    assert counted == {"metres": 3, "estate": 1, "community": 1, "street": 2}


def test_place_that_a_question_takes_in() -> None:
    places = street_world()
    of_community = {places.community.pk, places.estate.pk}
    assert taken_in(places.community.pk, SimilarAsk(7, Within.METRES, 300)) is None
    assert taken_in(places.estate.pk, SimilarAsk(7, Within.ESTATE)) == frozenset({places.estate.pk})
    community = taken_in(places.estate.pk, SimilarAsk(7, Within.COMMUNITY))
    street = taken_in(places.estate.pk, SimilarAsk(7, Within.STREET))
    assert community is not None
    assert street is not None
    assert of_community <= community
    assert of_community | {places.street.pk, places.community_2.pk} <= street
    assert places.other_community_2.pk not in street
    assert taken_in(places.street.pk, SimilarAsk(7, Within.COMMUNITY)) == street
