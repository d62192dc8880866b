"""Reading `defaults.toml`: the categories (G2), reasons, limits and templates that a district starts with."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parent / "defaults.toml"


class CategoryRow(NamedTuple):
    """A category of either level; rows come parents first."""

    code: str
    name: str
    examples: str
    parent: str
    order: int


@cache
def _decoded() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def categories() -> Iterator[CategoryRow]:
    """First the first level, then its sub-categories."""
    tops = [(row, 10 * number) for number, row in enumerate(_decoded()["category"], 1)]
    for row, order in tops:
        yield CategoryRow(row["code"], row["name"], row["examples"], "", order)
    for row, order in tops:
        for number, child in enumerate(row["children"], 1):
            yield CategoryRow(child["code"], child["name"], child["examples"], row["code"], order + number)


def rows(kind: str) -> list[dict[str, Any]]:
    """The rows of `kind`: "reason", "policy" or "template"; keys are field names."""
    return _decoded()[kind]
