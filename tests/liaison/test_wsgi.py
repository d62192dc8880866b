"""What every worker loads."""

import runpy
import sys
from types import ModuleType

import pytest

from tests.architecture.source import ROOT


@pytest.mark.once
def test_module_that_was_loaded_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    yaml = ModuleType("yaml")
    monkeypatch.setitem(sys.modules, "yaml", yaml)
    monkeypatch.setattr("django.core.wsgi.get_wsgi_application", lambda: None)
    runpy.run_path(str(ROOT / "liaison" / "wsgi.py"))
    assert sys.modules["yaml"] is yaml
