"""What the tests of intake share."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.factories.intake import IntakeWorld, intake_world

Photo = Callable[..., SimpleUploadedFile]


@pytest.fixture
def place(db: None) -> IntakeWorld:
    """The district at work, with one station and the product's routing rules."""
    return intake_world()


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    """Photos of a test lie in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "files")


@pytest.fixture
def photo() -> Photo:
    """A JPEG as a phone sends it; `content` replaces what is in it."""

    def make(name: str = "路灯.jpg", content: bytes | None = None, side: int = 60) -> SimpleUploadedFile:
        if content is None:
            out = io.BytesIO()
            Image.new("RGB", (side, side), "orange").save(out, "JPEG")
            content = out.getvalue()
        return SimpleUploadedFile(name, content, content_type="image/jpeg")

    return make
