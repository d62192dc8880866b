"""Packages that are imported when they are first used.

Each web process is a copy of the loaded program, so what few requests need (a dictionary of Chinese words, a
typesetter) should not lie in all of them from the start.
"""

from importlib import import_module
from typing import Any

from django.utils.functional import SimpleLazyObject


def later(name: str) -> Any:
    """Stands for the package `name`, which is imported with the first attribute that is asked of it."""
    return SimpleLazyObject(lambda: import_module(name))
