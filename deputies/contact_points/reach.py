"""How far an import reaches: which bodies and divisions its rows may name."""

from collections.abc import Iterator

from deputies.accounts.models import User
from deputies.accounts.queries import organisations_below
from deputies.organisations.models import Division, DivisionLevel
from deputies.organisations.queries import bodies, division_tree, ids_below


def reach(by: User | None, district: Division | None) -> frozenset[int] | None:
    """Ids of the bodies whose rosters may be written; None for all."""
    if by is not None:
        return organisations_below(by)
    if district is None:
        return None
    inside = {division.pk for division in division_tree().descendants(district.pk, include_self=True)}
    found: frozenset[int] = frozenset()
    for body in bodies().by_id.values():
        if body.division_id in inside:
            found |= ids_below(body.pk)
    return found


def divisions_near(place: int | None) -> set[int] | None:
    """The divisions of the same county, and those above it; None for everywhere."""
    tree = division_tree()
    county = tree.at_level(place, DivisionLevel.COUNTY)
    if county is None:
        return None if place is None else {place, *(one.pk for one in tree.descendants(place))}
    above = tree.ancestors(county.pk)
    return {one.pk for one in [*above, *tree.descendants(county.pk, include_self=True)]}


def electoral() -> Iterator[Division]:
    """The electoral districts in use."""
    rows = division_tree().by_id.values()
    return (one for one in rows if one.level == DivisionLevel.ELECTORAL and one.active)
