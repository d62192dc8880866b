"""What users keep at the desk."""

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.errors import DomainError
from opinions.desk.models import SavedFilter

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
    saved, _created = SavedFilter.objects.update_or_create(user=by, name=name, defaults={"query": kept.urlencode()[:500]})
    return saved


def drop_filter(*, by: User, filter_id: int) -> None:
    """Forget one of the user's filters."""
    SavedFilter.objects.filter(user=by, pk=filter_id).delete()
