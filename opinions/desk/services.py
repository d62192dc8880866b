"""What users keep at the desk, and what they set right there."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.organisations.models import Division
from deputies.organisations.queries import district_of, street_committee_of
from liaison.base.errors import DomainError, InvalidInput
from opinions.catalog.models import Category
from opinions.desk.models import SavedFilter
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.routing.services.common import apply, check_reroutable
from opinions.routing.services.deciding import reroute
from opinions.suggestion.services import note_choice

MOST_FILTERS = 20


class TooManyFilters(DomainError):
    message = _("最多保存 20 个筛选，请先删掉不用的。")


@transaction.atomic
def save_filter(*, by: User, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; the same name is replaced. Raises TooManyFilters."""
    kept = QueryDict(query, mutable=True)
    kept.pop("page", None)
    others = SavedFilter.objects.filter(user=by).exclude(name=name)
    if others.count() >= MOST_FILTERS:
        raise TooManyFilters
    saved, _created = SavedFilter.objects.update_or_create(
        user=by, name=name, defaults={"query": kept.urlencode()[:500]}
    )
    return saved


def drop_filter(*, by: User, filter_id: int) -> None:
    """Forget one of the user's filters."""
    SavedFilter.objects.filter(user=by, pk=filter_id).delete()


@transaction.atomic
def classify(
    *, matter: Matter, category: Category | None, division: Division | None = None, by: User, reason: str, now: datetime
) -> bool:
    """Set category and place right and let routing decide again, once for both; where neither changes, it does not run
    (False), and only what became of the program's suggestion is noted. Without a category it stays as it is.

    Raises NotAllowed, NotReroutable (it is too late), InvalidInput (the place is another street's), StaleState.
    """
    check(by, Permission.MATTER_CLASSIFY, matter)
    check_reroutable(matter)
    if category is not None:
        note_choice(matter=matter, category=category, by=by, now=now)
    changes: dict[str, Any] = {}
    told: list[str] = []
    with override(settings.LANGUAGE_CODE):  # the ledger keeps one language
        if category is not None and matter.category_id != category.pk:
            names = {"before": matter.category, "after": category}
            changed = _("类别由“%(before)s”改为“%(after)s”") if matter.category_id else _("类别定为“%(after)s”")
            told.append(changed % names)
            changes["category"] = category
        if division is not None and matter.division_id != division.pk:
            places = {"before": matter.division, "after": division}
            told.append(_("地点由“%(before)s”改为“%(after)s”") % places)
            changes |= _place_changes(matter, division)
    if changes:
        apply(matter, changes)
        reroute(matter=matter, by=by, reason="。".join([*told, reason.strip()]).rstrip("。"), now=now)
    return bool(changes)


def _place_changes(matter: Matter, division: Division) -> dict[str, Any]:
    """The place with the street that answers for it; who has taken a matter keeps it, or transfers it first."""
    street = street_committee_of(division) or matter.district
    if district_of(division) != matter.district:
        raise InvalidInput(_("这个地点不在本区。"), field="division")
    if street != matter.street and matter.status != Status.SUBMITTED:
        raise InvalidInput(_("这件事已经接单，改到别的街道请用“转交”。"), field="division")
    return {"division": division, "street": street}
