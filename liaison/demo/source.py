"""Data files of the demo, and the one seeded source of chance: every machine gets the same district."""

import random
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
SEED = 990108


@lru_cache(maxsize=8)
def data(name: str) -> dict[str, Any]:
    """The decoded data file `name`.toml."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def chance(part: str) -> random.Random:
    """A source of chance of its own for each part, so that a change in one leaves the others alone."""
    return random.Random(f"{SEED}:{part}")  # noqa: S311 - demo data, no secret
