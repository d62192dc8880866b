"""The district at work, with residents at the door."""

import pytest
from django.core.cache import cache

from liaison.base.files.models import StoredFile
from tests.factories.intake import IntakeWorld, intake_world
from tests.factories.matters import NOW, HandlingWorld


@pytest.fixture
def at(db: None) -> IntakeWorld:
    cache.clear()
    return intake_world()


@pytest.fixture
def world(at: IntakeWorld) -> HandlingWorld:
    return at.world


@pytest.fixture
def stored_file(db: None) -> StoredFile:
    return StoredFile.objects.create(
        kind="document", name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64, file="a.pdf",
        created_at=NOW,
    )  # fmt: skip
