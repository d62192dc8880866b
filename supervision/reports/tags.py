"""Figures in templates."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import template

from supervision.reports.papers import shown
from supervision.reports.registry import Entry

register = template.Library()


@register.filter
def figure(value: Any, unit: object = "") -> str:
    """A figure as people read it, with its unit; a dash where there is none."""
    return shown(value, "%" if unit == "%" else "")


@register.filter
def value_of(figures: Mapping[str, Any], code: str) -> str:
    """The figure of a measure; a dash where nothing has arrived."""
    return shown(figures.get(code))


@register.filter
def cells(table: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The cells of a row of a table, each with the code of its measure."""
    return zip(table["codes"], row["values"], strict=True)


@register.filter
def entry_name(registry: Mapping[str, Entry], code: str) -> Any:
    """What a measure is called."""
    return registry[code].name
