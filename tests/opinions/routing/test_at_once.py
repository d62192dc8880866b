"""Two people decide otherwise than the engine at the same moment."""

import pytest

from liaison.base.audit.services import verify
from opinions.catalog.models import ReasonKind, Tier
from opinions.matters.models import Matter
from opinions.routing.models import RoutingDecision
from opinions.routing.services import Choice, override
from tests.factories.matters import NOW, handling_world, open_matter, reason
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("tiers", [(3, 3), (1, 3), (4, 3), (4, 5)])
def test_one_of_two_overrides_holds_and_the_other_is_told(tiers: tuple[int, int]) -> None:
    world = handling_world()
    pk = open_matter(world).pk
    bodies = (world.department, world.other_department)
    wanted = [
        (
            Matter.objects.get(pk=pk),
            Choice(
                tier=tier,
                deputy=world.deputy if tier == Tier.DEPUTY else None,
                organisation=body if tier == Tier.DEPARTMENT else None,
            ),
        )
        for tier, body in zip(tiers, bodies, strict=True)
    ]
    because = reason(ReasonKind.OVERRIDE)
    outcomes = at_once(
        *[
            lambda held=held, choice=choice: override(
                matter=held, choice=choice, because=because, text="熟悉情况", by=world.staff, now=NOW
            )
            for held, choice in wanted
        ]
    )
    assert sorted(outcomes) == ["StaleState", "done"]
    (kept,) = RoutingDecision.objects.filter(matter=pk)
    assert (kept.tier, Matter.objects.get(pk=pk).tier) == (tiers[outcomes.index("done")],) * 2
    assert list(verify()) == []
