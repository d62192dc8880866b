"""The district at work, with heads for its letters."""

import pytest

from tests.factories.matters import HandlingWorld
from tests.factories.orders import orders_world


@pytest.fixture
def world(db: None) -> HandlingWorld:
    return orders_world()
