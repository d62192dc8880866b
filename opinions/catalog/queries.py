"""Reading reference data; copies are kept per process and renewed by stamp."""

from datetime import date
from typing import Any

from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, current
from liaison.base.stamps import cached
from opinions.catalog.models import (
    Category,
    ClockKind,
    Reason,
    ReasonKind,
    Responsibility,
    Setting,
    SettingName,
    TimeLimitPolicy,
)
from opinions.catalog.versions import in_force

STAMP = "catalog"
"""Services and admin pages that edit anything of this capability bump this stamp."""


def categories() -> list[Category]:
    """Active categories in order, parents loaded."""
    return cached(STAMP, lambda: list(Category.objects.filter(active=True).select_related("parent")), part="categories")


def top_categories() -> list[Category]:
    """What residents choose from."""
    return [category for category in categories() if category.parent_id is None]


def reasons(kind: ReasonKind) -> list[Reason]:
    """Active reasons of one kind, in order."""
    rows = cached(STAMP, lambda: list(Reason.objects.filter(active=True)), part="reasons")
    return [reason for reason in rows if reason.kind == kind]


def category_tree() -> dict[int, Category]:
    """All categories by id, closed ones included; each `parent` is filled in."""
    return cached(STAMP, _load_tree, part="tree")


def _load_tree() -> dict[int, Category]:
    rows = {category.pk: category for category in Category.objects.all()}
    for category in rows.values():
        category.parent = rows[category.parent_id] if category.parent_id else None
    return rows


def responsible_for(category: Category | None, district_id: int) -> Organisation | None:
    """The body responsible for `category` in the district: that of the category, else of its parent.

    A merged body leads to its successor; one closed without successor is passed over.
    """
    rows, held, tree = cached(STAMP, _responsibilities, part="responsibilities"), bodies(), category_tree()
    one = tree.get(category.pk) if category else None
    while one is not None:
        found = held.get(rows.get((one.pk, district_id)))
        acting = current(found) if found else None
        if acting is not None:
            return acting
        one = one.parent
    return None


def _responsibilities() -> dict[tuple[int, int], int]:
    rows = Responsibility.objects.values_list("category_id", "district_id", "organisation_id")
    return {(category, district): organisation for category, district, organisation in rows}


def setting(name: SettingName, district_id: int) -> int:
    """The number that holds in a district: its own, else the general one, else the default."""
    rows = cached(STAMP, _settings, part="settings")
    return rows.get((name.value, district_id), rows.get((name.value, None), name.default))


def _settings() -> dict[tuple[str, int | None], int]:
    return {(row.name, row.district_id): row.number for row in Setting.objects.all()}


def policy_for(
    clock: ClockKind, *, on: date, district_id: int, tier: int | None, category: Category | None, urgency: str
) -> TimeLimitPolicy | None:
    """The most specific policy in force on `on`, of two equally specific ones the newer; None where none rules."""
    rows = cached(STAMP, lambda: list(TimeLimitPolicy.objects.all()), part="policies")
    lineage = {category.pk, category.parent_id} if category else set()
    fits = [row for row in rows if row.clock == clock and _applies(row, on, district_id, tier, lineage, urgency)]
    return max(fits, key=lambda row: _specificity(row, category), default=None)


def _applies(
    row: TimeLimitPolicy, on: date, district_id: int, tier: int | None, lineage: set[int | None], urgency: str
) -> bool:
    return (
        in_force(row, on)
        and row.district_id in (None, district_id)
        and row.tier in (None, tier)
        and (row.category_id is None or row.category_id in lineage)
        and row.urgency in ("", urgency)
    )


def _specificity(row: TimeLimitPolicy, category: Category | None) -> tuple[bool, bool, bool, bool, bool, date, int]:
    """A category's own policy comes before that of the one above it."""
    return (
        category is not None and row.category_id == category.pk,
        row.category_id is not None,
        bool(row.urgency),
        row.tier is not None,
        row.district_id is not None,
        row.valid_from,
        row.pk,
    )


def ruling_on(
    on: date, *, district_id: int, tier: int | None, category: Category | None, urgency: str
) -> list[tuple[ClockKind, TimeLimitPolicy | None]]:
    """For every kind of clock the policy that rules such a matter on a day."""
    about: dict[str, Any] = {"district_id": district_id, "tier": tier, "category": category, "urgency": urgency}
    return [(clock, policy_for(clock, on=on, **about)) for clock in ClockKind]
