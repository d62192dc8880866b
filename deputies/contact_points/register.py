"""The register as lists show it: by street, as a tree, or flat."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from deputies.accounts.models import User
from deputies.contact_points.models import (
    ContactPoint,
    ContactPointQuerySet,
    PointKind,
    Standard,
    Stationing,
)
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies
from deputies.roster.states import DeputyStatus

CLOSED, LACKING = "closed", "lacking"
ALL_STANDARDS = [one.value for one in Standard]
MOST_IN_TREE = 400
"""Points of one body shown as a tree; more are shown as a flat list by pages."""
ORDER = ("name", "id")


def filtered(user: User, chosen: Mapping[str, str]) -> ContactPointQuerySet:
    """The points in the user's scope that fit the filters of the list."""
    state = chosen.get("state", "")
    rows = ContactPoint.objects.visible_to(user).filter(active=state != CLOSED)
    text = chosen.get("q", "").strip()
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(address__icontains=text) | Q(code__iexact=text))
    if "kind" in chosen:
        rows = rows.filter(kind=chosen["kind"])
    if "organisation" in chosen:
        rows = rows.filter(organisation_id=int(chosen["organisation"]))
    return rows.exclude(standards=ALL_STANDARDS) if state == LACKING else rows


def listed(rows: ContactPointQuerySet) -> QuerySet[ContactPoint]:
    """`rows` with all that a list shows, in one statement; `seats` counts the deputies in office who sit there."""
    seated = Q(stationings__until__isnull=True, stationings__deputy__status=DeputyStatus.ACTIVE)
    return rows.select_related("division", "organisation", "electoral_district", "parent").annotate(
        seats=Count("stationings", filter=seated)
    )


@dataclass(frozen=True)
class Node:
    """A point in a tree; `depth` 0 is the top."""

    point: ContactPoint
    depth: int


def as_tree(points: Iterable[ContactPoint]) -> list[Node]:
    """The points, each under its parent; one whose parent is not among them stands at the top."""
    rows = {point.pk: point for point in points}
    children: dict[int | None, list[ContactPoint]] = {}
    for point in rows.values():
        children.setdefault(point.parent_id if point.parent_id in rows else None, []).append(point)
    found: list[Node] = []
    stack = [(point, 0) for point in reversed(_sorted(children.get(None, [])))]
    while stack:
        point, depth = stack.pop()
        found.append(Node(point, depth))
        stack += [(child, depth + 1) for child in reversed(_sorted(children.get(point.pk, [])))]
    return found


def _sorted(points: Iterable[ContactPoint]) -> list[ContactPoint]:
    kinds = list(PointKind)
    return sorted(points, key=lambda point: (kinds.index(PointKind(point.kind)), point.name, point.pk))


@dataclass(kw_only=True)
class BodyRow:
    """The points in use of one body, by kind."""

    organisation: Organisation
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PointKind.values, 0))
    met: int = 0
    seated: int = 0

    @property
    def by_kind(self) -> list[tuple[str, int]]:
        """Each kind in words with its number."""
        return [(str(kind.label), self.kinds[kind.value]) for kind in PointKind]

    @property
    def total(self) -> int:
        """All points in use."""
        return sum(self.kinds.values())


def overview(user: User) -> Sequence[BodyRow]:
    """One row for each body that keeps points in the user's scope, in two statements."""
    points = ContactPoint.objects.visible_to(user).in_use().order_by()
    rows: dict[int, BodyRow] = {}
    for organisation_id, kind, standards in points.values_list("organisation", "kind", "standards"):
        body = bodies().by_id[organisation_id]
        row = rows.setdefault(organisation_id, BodyRow(organisation=body))
        row.kinds[kind] += 1
        row.met += len(standards) == len(ALL_STANDARDS)
    served = Stationing.objects.served().filter(contact_point__in=points.values("pk"))
    seats = served.order_by().values_list("contact_point__organisation").annotate(Count("deputy", distinct=True))
    for organisation_id, count in seats:
        rows[organisation_id].seated = count
    return sorted(rows.values(), key=lambda row: row.organisation.code)
