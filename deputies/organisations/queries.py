"""Reading the map: which body belongs to which place. Copies are kept per process and renewed by stamp.

The objects returned are shared copies: read them, never change or save them.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from deputies.organisations.models import (
    HANDLER_KINDS,
    STREET_KINDS,
    Division,
    DivisionLevel,
    Organisation,
    OrganisationKind,
    Unfinished,
)
from liaison.base.stamps import cached

STAMP = "organisations"
"""Services and admin pages that edit anything of this capability bump this stamp."""


@dataclass(frozen=True)
class DivisionTree:
    """All divisions in memory; `division.parent` is filled in, so that walking up asks the database nothing."""

    by_id: dict[int, Division]
    children: dict[int | None, list[Division]]

    def __contains__(self, division_id: object) -> bool:
        return division_id in self.by_id

    def get(self, division_id: int | None) -> Division | None:
        return self.by_id.get(division_id) if division_id else None

    def ancestors(self, division_id: int | None, *, include_self: bool = False) -> list[Division]:
        """The divisions above, nearest first; empty for an unknown one."""
        found = self.get(division_id)
        chain = [found] if found and include_self else []
        while found and found.parent_id:
            found = self.by_id[found.parent_id]
            chain.append(found)
        return chain

    def descendants(self, division_id: int, *, include_self: bool = False) -> list[Division]:
        """The divisions below at any depth, each parent before its children."""
        found = self.get(division_id)
        return ([found] if found and include_self else []) + list(self._below(division_id))

    def _below(self, division_id: int) -> Iterator[Division]:
        for child in self.children.get(division_id, ()):
            yield child
            yield from self._below(child.pk)

    def at_level(self, division_id: int | None, level: DivisionLevel) -> Division | None:
        """The division itself or the one above it that is of `level`."""
        return next((one for one in self.ancestors(division_id, include_self=True) if one.level == level), None)

    def path(self, division_id: int | None, *, below: DivisionLevel = DivisionLevel.COUNTY) -> str:
        """Names from the level under `below` down, e.g. 云溪街道荷塘社区."""
        names = []
        for one in self.ancestors(division_id, include_self=True):
            if one.level == below:
                break
            names.append(one.name)
        return "".join(reversed(names))


def division_tree() -> DivisionTree:
    """The tree of divisions, closed ones included; one statement at most while nothing was edited since."""
    return cached(STAMP, _load_tree, part="divisions")


def _load_tree() -> DivisionTree:
    by_id = {division.pk: division for division in Division.objects.order_by("code")}
    children: dict[int | None, list[Division]] = {}
    for division in by_id.values():
        division.parent = by_id.get(division.parent_id) if division.parent_id else None
        children.setdefault(division.parent_id, []).append(division)
    return DivisionTree(by_id, children)


@dataclass(frozen=True)
class Bodies:
    """All organisations in memory; `division`, `parent` and `merged_into` are filled in."""

    by_id: dict[int, Organisation]
    by_place: dict[int, list[Organisation]]

    def get(self, organisation_id: int | None) -> Organisation | None:
        return self.by_id.get(organisation_id) if organisation_id else None

    def at(self, division: Division, kinds: Collection[str]) -> Organisation | None:
        """The body of one of `kinds` that acts for exactly this division now; a merged one leads to its successor."""
        for body in self.by_place.get(division.pk, ()):
            acting = current(body) if body.kind in kinds else None
            if acting is not None:
                return acting
        return None

    def above(self, division: Division | int | None, kinds: Collection[str]) -> Organisation | None:
        """The nearest body of one of `kinds` at the division or above it."""
        place = division.pk if isinstance(division, Division) else division
        for one in division_tree().ancestors(place, include_self=True):
            found = self.at(one, kinds)
            if found is not None:
                return found
        return None


def bodies() -> Bodies:
    """All organisations, closed ones included; one statement at most while nothing was edited since."""
    return cached(STAMP, _load_bodies, part="bodies")


def fill_in_bodies(rows: Iterable[Model], *names: str) -> None:
    """Give rows what their references `names` lead to from the copies of this process, instead of a join each.

    A body that is too new for the copies is loaded when it is asked for.
    """
    held = bodies()
    for row in rows:
        for name in names:
            found = held.get(getattr(row, f"{name}_id"))
            if found is not None:
                setattr(row, name, found)


def _load_bodies() -> Bodies:
    by_id = {body.pk: body for body in Organisation.objects.select_related("division").order_by("-active", "code")}
    by_place: dict[int, list[Organisation]] = {}
    for body in by_id.values():
        body.parent = by_id.get(body.parent_id) if body.parent_id else None
        body.merged_into = by_id.get(body.merged_into_id) if body.merged_into_id else None
        by_place.setdefault(body.division_id, []).append(body)
    return Bodies(by_id, by_place)


def current(body: Organisation) -> Organisation | None:
    """The body itself while it is active, else the one it was merged into; None when there is no successor."""
    seen = set()
    acting: Organisation | None = body
    while acting is not None and not acting.active and acting.pk not in seen:
        seen.add(acting.pk)
        acting = acting.merged_into
    return acting if acting is not None and acting.active else None


def unfinished_of(body: Organisation) -> list[tuple[str, int]]:
    """What the body still has to bring to an end, by what models declare: what it is called, and how much."""
    found = []
    for model in apps.get_models():
        told: Unfinished | None = getattr(model, "unfinished", None)
        if told is not None:
            rows = model._default_manager.filter(**{told.column: body, "status__in": told.statuses})
            found.append((str(told.label), rows.count()))
    return found


def street_committee_of(division: Division | int | None) -> Organisation | None:
    """The street working committee or township presidium responsible for a place; a merged one leads on."""
    return bodies().above(division, STREET_KINDS)


def street_office_of(division: Division | int | None) -> Organisation | None:
    """The street's government office for a place."""
    return bodies().above(division, (OrganisationKind.STREET_OFFICE,))


def community_body_of(division: Division | int | None) -> Organisation | None:
    """The residents' or villagers' committee of a place; None above the level of communities."""
    return bodies().above(division, (OrganisationKind.COMMUNITY,))


def district_of(of: Organisation | Division) -> Organisation | None:
    """The standing committee that a body answers to, or that is responsible for a place."""
    if isinstance(of, Division):
        return bodies().above(of, (OrganisationKind.CONGRESS,))
    held = bodies()
    body = held.get(of.pk)
    while body is not None:
        acting = current(body) if body.kind == OrganisationKind.CONGRESS else None
        if acting is not None:
            return acting
        body = body.parent
    return held.above(of.division_id, (OrganisationKind.CONGRESS,))


def handlers_of(district: Organisation) -> list[Organisation]:
    """Active bodies that can be given a matter in the district, by code."""
    rows = (body for body in bodies().by_id.values() if body.active and body.kind in HANDLER_KINDS)
    return sorted((body for body in rows if district_of(body) == district), key=lambda body: body.code)


def street_committees_of(district: Organisation) -> list[Organisation]:
    """Active street committees and presidia of the district, by code."""
    rows = (body for body in bodies().by_id.values() if body.active and body.kind in STREET_KINDS)
    return sorted((body for body in rows if district_of(body) == district), key=lambda body: body.code)


def predecessors(organisation_id: int) -> list[int]:
    """The body and all that were merged into it, directly or by way of others: whose matters it now holds."""
    found = [organisation_id]
    for body in bodies().by_id.values():
        acting = current(body)
        if acting is not None and acting.pk == organisation_id and body.pk != organisation_id:
            found.append(body.pk)
    return found


def ids_below(organisation_id: int) -> frozenset[int]:
    """Ids of a body and of all that stand below it, merged ones counted under their successor."""
    return cached(STAMP, lambda: _load_below(organisation_id), part=f"below:{organisation_id}")


def _load_below(organisation_id: int) -> frozenset[int]:
    return frozenset(body.pk for body in bodies().by_id.values() if organisation_id in _upward(body))


def _upward(body: Organisation | None) -> set[int]:
    """The ids on the way up: the successor of a merged body, else its parent."""
    seen: set[int] = set()
    while body is not None and body.pk not in seen:
        seen.add(body.pk)
        body = body.merged_into if not body.active and body.merged_into is not None else body.parent
    return seen
