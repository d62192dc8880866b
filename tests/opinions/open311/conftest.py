"""What the tests of the open interface share."""

from pathlib import Path
from typing import Any

import pytest

from opinions.exchange.models import Partner
from tests.factories.matters import HandlingWorld, handling_world
from tests.factories.open311 import app, key_for
from tests.factories.routing import with_rules


@pytest.fixture
def world(db: None) -> HandlingWorld:
    """The small district at work, with the rules that the product starts with."""
    return with_rules(handling_world())


@pytest.fixture
def partner(world: HandlingWorld) -> Partner:
    return app(world)


@pytest.fixture
def key(partner: Partner) -> str:
    return key_for(partner)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    """Files of a test lie in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "files")
