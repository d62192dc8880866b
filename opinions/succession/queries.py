"""Which bodies and places of a district there are, and what hangs on one of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import OFFICIAL_LEVELS, STREET_KINDS, Division, Organisation
from deputies.organisations.queries import district_of, division_tree, ids_below, unfinished_of
from deputies.roster.models import Deputy, Group
from deputies.roster.states import DeputyStatus
from opinions.handling.models import LIVE, Assignment
from opinions.matters.models import Matter, MatterQuerySet
from opinions.routing.models import Rule
from opinions.routing.queries import rules_naming

KEPT_LEVELS = OFFICIAL_LEVELS[-2:]
"""Streets and communities; what lies above is not the district's to change, electoral districts are local data."""


def bodies_of(user: User, *, q: str = "", active: str = "") -> QuerySet[Organisation]:
    """The bodies below the user's committee. `active` is "1", "0" or empty for all."""
    held = user.organisation_id
    below = ids_below(held) - {held} if held else frozenset()
    rows = Organisation.objects.filter(pk__in=below)
    rows = rows.select_related("division", "parent", "merged_into")
    return _found(rows, q, active)


def divisions_of(user: User, *, q: str = "", active: str = "") -> QuerySet[Division]:
    """The streets and communities of the user's district."""
    held = user.organisation
    places = division_tree().descendants(held.division_id) if held else []
    wanted = [place.pk for place in places if place.level in KEPT_LEVELS]
    return _found(Division.objects.filter(pk__in=wanted).select_related("parent"), q, active)


def _found(rows: QuerySet, q: str, active: str) -> QuerySet:
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(code__startswith=q))
    return rows.filter(active=active == "1") if active else rows


@dataclass(frozen=True)
class Impact:
    """What hangs on a body or a place, counted: it moves with a merger, and must be nothing before closing."""

    open_matters: int = 0
    ended_matters: int = 0
    deputies: int = 0
    groups: int = 0
    points: int = 0
    accounts: int = 0
    unfinished: tuple[tuple[str, int], ...] = ()
    """What else it still has to bring to an end, and how much of it."""
    below: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = field(default=(), compare=False)

    @property
    def blocks_closing(self) -> bool:
        """Whether something would be left without a body."""
        owed = any(count for _label, count in self.unfinished)
        return bool(self.open_matters or self.deputies or self.points or self.accounts or self.below or owed)


def impact_of(body: Organisation) -> Impact:
    """What would move if the body were merged: the same for every successor."""
    mine: MatterQuerySet = Matter.objects.filter(street=body) if body.kind in STREET_KINDS else _handled(body)
    return Impact(
        open_matters=mine.open().count(),
        ended_matters=mine.count() - mine.open().count(),
        deputies=Deputy.objects.filter(organisation=body).exclude(status=DeputyStatus.ENDED).count(),
        groups=Group.objects.filter(organisation=body).count(),
        points=ContactPoint.objects.filter(organisation=body, active=True).count(),
        accounts=User.objects.filter(organisation=body, is_active=True).count(),
        unfinished=tuple(unfinished_of(body)),
        below=tuple(Organisation.objects.filter(parent=body, active=True).values_list("name", flat=True)),
        rules=tuple(_rules(body, [body.pk], [body.division.code] if body.kind in STREET_KINDS else [])),
    )


def seal(impact: Impact, into: Organisation) -> str:
    """The successor and the counts as one word: a confirmation is for exactly what was shown."""
    counts = (impact.open_matters, impact.deputies, impact.groups, impact.points, impact.accounts, len(impact.below))
    owed = (count for _label, count in impact.unfinished)
    return "-".join(str(one) for one in (into.pk, *counts, *owed, *(rule.pk for rule in impact.rules)))


def _handled(body: Organisation) -> MatterQuerySet:
    live = Assignment.objects.filter(organisation=body, status__in=LIVE)
    return Matter.objects.filter(Q(holder=body) | Q(pk__in=live.values("matter")))


def impact_of_place(division: Division) -> Impact:
    """What belongs to a place, and which rules name it."""
    places = [one.pk for one in division_tree().descendants(division.pk, include_self=True)]
    bodies = Organisation.objects.filter(division=division, active=True)
    return Impact(
        open_matters=Matter.objects.open().filter(division__in=places).count(),
        points=ContactPoint.objects.filter(division__in=places, active=True).count(),
        below=(
            *division.children.filter(active=True).values_list("name", flat=True),
            *bodies.values_list("name", flat=True),
        ),
        rules=tuple(_rules(division, [], [division.code])),
    )


def _rules(of: Organisation | Division, bodies: Iterable[int], codes: Iterable[str]) -> list[Rule]:
    district = district_of(of)
    if district is None:
        return []
    return rules_naming(district_id=district.pk, organisation_ids=bodies, division_codes=codes)


def successors_for(body: Organisation) -> list[Organisation]:
    """The bodies into which this one can be merged: in use, of the same kind and district."""
    rows = Organisation.objects.filter(kind=body.kind, active=True).exclude(pk=body.pk).order_by("code")
    district = district_of(body)
    return [row for row in rows if district_of(row) == district]
