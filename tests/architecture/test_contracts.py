"""Who may import whom. The layers stand in pyproject.toml; the rule about open modules needs a look at every import."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = ("liaison.base", "deputies", "opinions", "supervision")
OPEN_TO_OTHERS = {"services", "queries", "models", "states", "access"}
FACES = {"urls", "views", "api", "tasks", "admin", "forms"}
TOOLKIT = "liaison.base.web"
"""Helpers for pages, meant for every face of every floor."""


def place(module: str) -> tuple[str, str, str] | None:
    """(floor, capability, first module inside it) of a module of a capability; None for any other module."""
    for floor in FLOORS:
        rest = module.removeprefix(f"{floor}.")
        if rest != module and "." in rest and not rest.startswith(("management.", "migrations.")):
            capability, inside = rest.split(".")[:2]
            return floor, f"{floor}.{capability}", inside
    return None


def is_trespass(importer: str, imported: str) -> bool:
    """`importer`, of another capability, reaches past what `imported`'s capability opens to others."""
    source, target = place(importer), place(imported)
    if target is None or target[1] == TOOLKIT or (source is None and not importer.startswith(FLOORS)):
        return False  # liaison.urls and its like see everything
    floor, capability, inside = target
    if source is not None and source[1] == capability:
        return False
    if source is None and importer.startswith(f"{floor}."):
        return False  # an app's own models.py, admin.py and commands gather from its capabilities
    return inside in FACES if floor == "liaison.base" else inside not in OPEN_TO_OTHERS


def test_import_contracts_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_other_capabilities_see_only_open_modules() -> None:
    graph = grimp.build_graph("liaison", "deputies", "opinions", "supervision", cache_dir=None)
    trespasses = [
        f"{importer} → {imported}"
        for importer in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if is_trespass(importer, imported)
    ]
    assert trespasses == []


@pytest.mark.parametrize(
    ("importer", "imported", "expected"),
    [
        ("opinions.intake.views", "opinions.matters.services", False),
        ("opinions.intake.views", "opinions.matters.views", True),
        ("opinions.intake.services", "opinions.matters._chain", True),
        ("opinions.intake.views", "opinions.intake.pictures", False),
        ("supervision.cases.tasks", "opinions.handling.tasks", True),
        ("opinions.models", "opinions.intake.models", False),
        ("opinions.management.commands.route", "deputies.roster.forms", True),
        ("deputies.roster.services", "liaison.base.documents.sheets", False),
        ("deputies.roster.services", "liaison.base.notices.views", True),
        ("deputies.roster.forms", "liaison.base.web.forms", False),
        ("liaison.urls", "opinions.intake.urls", False),
    ],
)
def test_trespass_is_recognised(importer: str, imported: str, expected: bool) -> None:
    assert is_trespass(importer, imported) is expected
