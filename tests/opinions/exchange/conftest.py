"""What the tests of the exchange share."""

from pathlib import Path
from typing import Any

import pytest

from opinions.exchange.models import Partner
from tests.factories.exchange import grid as make_grid
from tests.factories.exchange import hotline as make_hotline
from tests.factories.matters import HandlingWorld, handling_world
from tests.factories.routing import with_rules


@pytest.fixture
def world(db: None) -> HandlingWorld:
    """The small district at work, with the rules that the product starts with."""
    return with_rules(handling_world())


@pytest.fixture
def grid(world: HandlingWorld) -> Partner:
    return make_grid(world)


@pytest.fixture
def hotline(world: HandlingWorld) -> Partner:
    return make_hotline(world)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    """Files of a test lie in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.EXCHANGE_FOLDER = str(tmp_path / "exchange")
