"""What lies in every web process from its start: not what only few pages, workers or tests need."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PRODUCT, ROOT, name_of, python_files

pytestmark = pytest.mark.once

LATER = {
    "django.test", "drf_spectacular.openapi", "drf_spectacular.views", "rest_framework.test", "unittest",  # schema.py
    "celery",  # whoever sends a task first
    "PIL", "pillow_heif", "filetype", "python_calamine",  # uploads
    "docx", "lxml", "qrcode", "typst", "xlsxwriter",  # documents
    "joblib", "numpy", "pypinyin", "rapidfuzz", "rjieba", "scipy", "sklearn",  # suggestions, similar texts, names
    "altcha", "holidays",
}  # fmt: skip
"""Modules that are loaded when they are first used (liaison.base.later, settings.TASK_APP)."""
LOADED = "import sys, liaison.wsgi; print(*sys.modules)"


def test_web_process_begins_without_what_few_requests_need(tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "liaison.settings", "VAR_DIR": str(tmp_path)}
    environment |= {"DEVELOPMENT": "1", "DEBUG": "0", "DATABASE_URL": "", "REDIS_URL": ""}
    told = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    loaded = set(told.stdout.split())
    assert {"liaison.urls", "opinions.intake.api", "supervision.dashboards.views"} <= loaded
    assert loaded & LATER == set()


def test_views_are_described_by_our_own_decorator() -> None:
    """The library's would find no generator when a module is loaded, and what it was told would be lost."""
    theirs = re.compile(r"^from drf_spectacular\.utils import .*\bextend_schema\b", re.M)
    assert [name_of(path) for path in python_files(*PRODUCT) if theirs.search(path.read_text())] == []
