"""What the pages of routing share: which district, which version, who keeps it."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from deputies.accounts.queries import street_of
from deputies.organisations.models import STREET_KINDS, Organisation
from deputies.organisations.queries import bodies, district_of, street_committees_of
from liaison.base.errors import NotAllowed
from opinions.routing.access import may_keep
from opinions.routing.models import Rule, RuleSet
from opinions.routing.queries import version_called

PAGES = "opinions/routing"


def district(request: HttpRequest) -> Organisation:
    """The district whose rules concern the user, 404 for one without."""
    user: Any = request.user
    found = district_of(user.organisation) if user.organisation else None
    if found is None:
        raise Http404
    return found


def own_street(request: HttpRequest) -> Organisation | None:
    """The street for which the user works, if any."""
    user: Any = request.user
    body = bodies().get(street_of(user))
    return body if body is not None and body.kind in STREET_KINDS else None


def streets(request: HttpRequest) -> list[Organisation]:
    """The streets whose rules the user reads: the own one, or for the district all."""
    own = own_street(request)
    return [own] if own else street_committees_of(district(request))


def rule_set(request: HttpRequest, key: str) -> RuleSet:
    """A version of the district, or of a street whose rules the user reads; 404 for any other."""
    found = version_called(district(request).pk, key)
    if found is None or (found.street is not None and found.street not in streets(request)):
        raise Http404
    return found


def kept_set(request: HttpRequest, key: str) -> RuleSet:
    """A version that the user keeps. Raises NotAllowed for one that the user only reads."""
    found = rule_set(request, key)
    if not may_keep(request.user, found):
        raise NotAllowed
    return found


def kept_rule(request: HttpRequest, key: str, rule_id: int) -> Rule:
    """A rule of a version that the user keeps."""
    rules = Rule.objects.select_related("rule_set__district", "rule_set__street", "organisation")
    return get_object_or_404(rules, pk=rule_id, rule_set=kept_set(request, key))


def version_url(rule_set: RuleSet) -> str:
    return reverse("routing:version", args=[rule_set.key])
