"""What users keep at the desk, and what they set right there."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.errors import DomainError
from opinions.catalog.models import Category
from opinions.desk.models import SavedFilter
from opinions.matters.models import Matter
from opinions.routing.services.common import apply, check_reroutable
from opinions.routing.services.deciding import reroute

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
def classify(*, matter: Matter, category: Category, by: User, reason: str, now: datetime) -> Matter:
    """Set the category right and let routing decide again, once; the same category changes nothing.

    Raises NotAllowed, NotReroutable (it is too late), StaleState.
    """
    check(by, Permission.MATTER_CLASSIFY, matter)
    check_reroutable(matter)
    if matter.category_id != category.pk:
        with override(settings.LANGUAGE_CODE):  # the ledger keeps one language
            change = _("类别由“%(before)s”改为“%(after)s”") % {"before": matter.category or "—", "after": category}
        apply(matter, {"category": category})
        reroute(matter=matter, by=by, reason=f"{change}。{reason}".rstrip("。"), now=now)
    return matter
