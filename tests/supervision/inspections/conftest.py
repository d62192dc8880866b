"""The district at work."""

import pytest

from tests.factories.matters import HandlingWorld, handling_world


@pytest.fixture
def world(db: None) -> HandlingWorld:
    return handling_world()
