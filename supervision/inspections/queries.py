"""Reading groups of inspectors, what they saw, and the months in which nobody looked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from deputies.accounts.access import Permission, can
from deputies.accounts.models import User
from liaison.base.codes import token_hash
from liaison.base.workdays.arithmetic import add_months
from opinions.matters.models import Matter
from supervision.inspections.models import Check, Inspector, InspectorGroup, Watch
from supervision.programme.access import overseen_bodies

SHOWN = 6
"""Months that a row shows."""


def visible_groups(user: User) -> QuerySet[InspectorGroup]:
    """The groups of the user's committee and of those below it."""
    if not can(user, Permission.INSPECTION_VIEW):
        return InspectorGroup.objects.none()
    return InspectorGroup.objects.filter(organisation__in=overseen_bodies(user)).select_related("organisation")


def checks_for(user: User) -> QuerySet[Check]:
    """What the inspectors of those groups were asked to look at, each month."""
    return Check.objects.filter(watch__group__in=visible_groups(user))


def groups(user: User, today: date) -> list[InspectorGroup]:
    """The groups with how many inspectors are in their term and how much is looked at."""
    serving = Count("inspectors", filter=in_term(today, "inspectors__"), distinct=True)
    watched = Count("watches", filter=Q(watches__ended_at__isnull=True), distinct=True)
    return list(visible_groups(user).annotate(serving=serving, watched=watched))


def in_term(today: date, prefix: str = "") -> Q:
    """Condition on Inspector: within the term."""
    names = {"ended_at__isnull": True, "since__lte": today, "until__gte": today}
    return Q(**{f"{prefix}{name}": value for name, value in names.items()})


def inspectors_of(group: InspectorGroup) -> list[Inspector]:
    """Everybody of the group, those who left last."""
    return list(group.inspectors.order_by("ended_at", "id"))


@dataclass(frozen=True)
class Month:
    """A month of a watch: what was seen, still open, or a gap."""

    first: date
    check: Check | None
    gap: bool


@dataclass(frozen=True)
class Row:
    """A watch with its last months."""

    watch: Watch
    months: list[Month]

    @property
    def gaps(self) -> int:
        return sum(month.gap for month in self.months)

    @property
    def done(self) -> list[Check]:
        """What was seen, the latest first."""
        return [one.check for one in reversed(self.months) if one.check is not None and one.check.done_at]


def rows_of(watches: QuerySet[Watch], today: date) -> list[Row]:
    """The watches with what was seen, month by month; three statements however many there are."""
    since = add_months(today.replace(day=1), 1 - SHOWN)
    checks = Check.objects.filter(month__gte=since).prefetch_related("photos")
    held = watches.select_related("matter", "group").prefetch_related(Prefetch("checks", checks, to_attr="seen"))
    return [Row(watch, _months(watch, since, today)) for watch in held]


def _months(watch: Watch, since: date, today: date) -> list[Month]:
    found = {check.month: check for check in watch.seen}  # type: ignore[attr-defined]
    first, last = max(watch.since, since), min(watch.until, today.replace(day=1))
    if watch.ended_at is not None:
        last = min(last, watch.ended_at.date().replace(day=1))
    months = []
    while first <= last:
        check = found.get(first)
        following = add_months(first, 1)
        gap = following <= today and (check is None or check.done_at is None)
        months.append(Month(first, check, gap))
        first = following
    return months


def watches_of(group: InspectorGroup) -> QuerySet[Watch]:
    """What the group looks at, what was ended last."""
    return Watch.objects.filter(group=group).order_by("ended_at", "id")


def about(matter: Matter, user: User) -> list[Watch]:
    """What inspectors saw of a matter, for the panel of its page: watches of the matter, checks as `done`."""
    checks = Check.objects.filter(done_at__isnull=False).prefetch_related("photos")
    rows = Watch.objects.filter(matter=matter).select_related("group")
    return list(rows.prefetch_related(Prefetch("checks", checks, to_attr="done")))


def find_check(token: str) -> Check | None:
    """The check that a link opens."""
    if not 20 <= len(token) <= 100:
        return None
    related = ("watch__matter__street", "watch__group__organisation", "inspector")
    return Check.objects.select_related(*related).filter(token_hash=token_hash(token)).first()


def visible_checks(matters: Any) -> QuerySet[Check]:
    """What was seen of these matters (a query of their keys)."""
    return Check.objects.filter(watch__matter__in=matters, done_at__isnull=False)
