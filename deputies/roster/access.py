"""Who keeps which body's roster and register."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.queries import organisations_below
from deputies.organisations.models import Organisation
from liaison.base.errors import NotAllowed


class NotYours(NotAllowed):
    """The body is not the user's, nor below it."""

    message = _("这个机构不在您的管理范围内。")


def check_keeper(by: Any, permission: Permission, *organisations: Organisation | None) -> None:
    """Raise NotAllowed unless `by` may do this for all these bodies. None, the system, may."""
    if by is None:
        return
    check(by, permission)
    if not {one.pk for one in organisations if one is not None} <= organisations_below(by):
        raise NotYours
