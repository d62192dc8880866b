"""The project's own files, as the rules of the house see them."""

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("liaison", "deputies", "opinions", "supervision")
FOREIGN = {
    ".git",
    *(line.removesuffix("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.endswith("/")),
}
"""Folders of which nothing is committed."""
GENERATED = re.compile(r"_initial\.py$|_squashed_")
"""Migrations that a program wrote, by their names."""


@dataclass(frozen=True)
class Function:
    """A function or method with its place and its length in lines, from `def` to the last line."""

    where: str
    name: str
    length: int
    first_argument: str


def python_files(*folders: str) -> list[Path]:
    """Hand-written Python files below `folders`; generated migrations are left out."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if not FOREIGN & set(path.parts) and not GENERATED.search(path.name))


def committed_files() -> list[Path]:
    """Every file of the project that version control keeps, of any kind."""
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(set(below) - FOREIGN)
        found += [Path(folder, name) for name in sorted(names) if not name.endswith((".pyc", ".mo"))]
    return found


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(paths: list[Path]) -> Iterator[Function]:
    """Every function in `paths`."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                arguments = [*node.args.posonlyargs, *node.args.args]
                yield Function(
                    where=f"{name_of(path)}:{node.lineno} {node.name}",
                    name=node.name,
                    length=(node.end_lineno or node.lineno) - node.lineno + 1,
                    first_argument=arguments[0].arg if arguments else "",
                )
