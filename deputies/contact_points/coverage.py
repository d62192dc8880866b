"""Which communities and electoral districts have a contact point, and which have none (H11, G3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Division, DivisionLevel
from deputies.organisations.queries import DivisionTree, division_tree

DEFINITION = _(
    "有覆盖：辖区内（含小区、网格）至少有一个在用的家、室、站、点；选区还计入指定服务该选区的联系点。停用的不计。"
)
COUNTED = (DivisionLevel.COMMUNITY, DivisionLevel.ELECTORAL)


@dataclass(kw_only=True)
class Tally:
    """How many of one kind of place are covered, and the ones that are not."""

    total: int = 0
    missing: list[Division] = field(default_factory=list)

    @property
    def covered(self) -> int:
        """Places with at least one point in use."""
        return self.total - len(self.missing)

    @property
    def percent(self) -> str:
        """Share of covered places, rounded down so that 100 % means all; a dash when there are none."""
        return f"{100 * self.covered // self.total}%" if self.total else "–"

    def count(self, division: Division, *, covered: bool) -> None:
        """Count one place."""
        self.total += 1
        if not covered:
            self.missing.append(division)


@dataclass(kw_only=True)
class StreetCoverage:
    """One street's places; `street` None gathers those that belong to no single street."""

    street: Division | None
    communities: Tally = field(default_factory=Tally)
    districts: Tally = field(default_factory=Tally)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.communities.missing and not self.districts.missing


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The coverage of an area, street by street."""

    streets: Sequence[StreetCoverage]
    communities: Tally
    districts: Tally

    @property
    def gaps(self) -> list[tuple[Division | None, Division]]:
        """Every place without a point, with its street."""
        return [
            (row.street, place) for row in self.streets for place in [*row.communities.missing, *row.districts.missing]
        ]


def coverage_for(user: User) -> Coverage:
    """The coverage of the place of the user's body, in one statement beside the cached tree."""
    tree = division_tree()
    place = user.organisation.division_id if user.organisation else None
    inside = tree.descendants(place, include_self=True) if place else []
    return measure(tree, inside, _covered_ids(tree))


def measure(tree: DivisionTree, inside: Iterable[Division], covered: set[int]) -> Coverage:
    """Tally the communities and electoral districts among `inside` against the ids of covered places."""
    rows: dict[int | None, StreetCoverage] = {}
    communities, districts = Tally(), Tally()
    for division in inside:
        if division.level not in COUNTED or not division.active:
            continue
        street = tree.at_level(division.pk, DivisionLevel.STREET)
        row = rows.setdefault(street.pk if street else None, StreetCoverage(street=street))
        is_community = division.level == DivisionLevel.COMMUNITY
        for tally in (row.communities, communities) if is_community else (row.districts, districts):
            tally.count(division, covered=division.pk in covered)
    ordered = sorted(
        rows.values(), key=lambda row: (row.complete, row.street is None, row.street.code if row.street else "")
    )
    return Coverage(streets=ordered, communities=communities, districts=districts)


def _covered_ids(tree: DivisionTree) -> set[int]:
    """Ids of every place in which a point in use lies, and of the electoral districts that points are set up for."""
    covered: set[int] = set()
    points = ContactPoint.objects.in_use().order_by().values_list("division", "electoral_district").distinct()
    for division_id, district_id in points:
        covered.update(division.pk for division in tree.ancestors(division_id, include_self=True))
        covered.update({district_id} - {None})
    return covered
