"""A district at work with its models in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opinions.suggestion import predictor
from opinions.suggestion.services import SUGGEST
from tests.factories.matters import NOW
from tests.factories.suggestion import small_model


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Models are written below the test's folder, and none stays open."""
    settings.VAR_DIR = tmp_path / "var"
    predictor.forget_all()
    yield
    predictor.forget_all()


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that the broker was asked for; no test waits for one."""
    sent: list[str] = []
    monkeypatch.setattr(SUGGEST, "quiet_until", 0.0)
    monkeypatch.setattr("celery.current_app.send_task", lambda task, **_options: sent.append(task))
    return sent


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was trained once; tests that change it copy it first."""
    return small_model(tmp_path_factory.mktemp("models") / "small", now=NOW)
