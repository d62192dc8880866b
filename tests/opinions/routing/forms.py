"""Filling in forms as a browser does."""

from typing import Any

from django.test import Client

from deputies.accounts.models import User
from opinions.catalog.models import Tier
from opinions.routing.forms import RuleForm
from opinions.routing.models import Resolver
from tests.factories.accounts import sign_in


def sent_back(form: RuleForm) -> dict[str, Any]:
    """What a browser sends for a form that was only looked at."""
    values: dict[str, Any] = {"groups": str(len(form.groups))}
    for part in (form, *form.groups):
        for bound in part:
            value = bound.value()
            if bound.name != "groups" and value not in (None, False):
                shown = bound.field.prepare_value(value)
                values[bound.html_name] = shown.strftime("%H:%M") if hasattr(shown, "strftime") else shown
    return values


def as_user(user: User) -> Client:
    return sign_in(Client(), user)


def fields(**changes: Any) -> dict[str, Any]:
    """A rule as the form sends it."""
    return {
        "name": "新规则",
        "tier": Tier.STREET,
        "resolver": Resolver.STREET,
        "enabled": "on",
        "confirm": "on",
        "groups": "1",
        "g0-mode": "all",
        **changes,
    }
