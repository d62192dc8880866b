"""Every template that the program names is there: a page that is only reached as a dialog is missed by nobody's eye."""

import importlib
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.architecture.source import PRODUCT, ROOT, python_files, templates

pytestmark = pytest.mark.once
IN_CODE = re.compile(r'"((?:\{[A-Z_]+\}/)?[\w/]+\.html)"')
IN_TEMPLATE = re.compile(r'{%\s*(?:include|extends)\s+"([^"]+)"')


def _named(path: Path) -> set[str]:
    """The templates named in a module, with `f"{PAGES}/…"` read by the module's own constant."""
    found = set(IN_CODE.findall(path.read_text(encoding="utf-8")))
    if not any("{" in one for one in found):
        return found
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return {one.format_map(vars(module)) for one in found}


def test_templates_named_in_code_are_there() -> None:
    named = {name for path in python_files(*PRODUCT) for name in _named(path)}
    assert len(named) > 200, "the pattern finds what the program names"
    for name in named:
        get_template(name)


def test_templates_named_in_templates_are_there() -> None:
    for path in templates():
        for name in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            get_template(name)
