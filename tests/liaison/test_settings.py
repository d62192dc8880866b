"""Settings that the environment makes."""

import runpy
from pathlib import Path

import pytest

from tests.architecture.source import ROOT


@pytest.mark.once
@pytest.mark.parametrize(
    ("url", "options"),
    [("sqlite:////nowhere/x.sqlite3", {}), ("postgres://a:b@127.0.0.1/c", {"gssencmode": "disable"})],
)
def test_database_gets_the_options_of_its_kind(
    url: str, options: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    made = runpy.run_path(str(ROOT / "liaison" / "settings.py"))
    assert made["DATABASES"]["default"].get("OPTIONS", {}) == options
