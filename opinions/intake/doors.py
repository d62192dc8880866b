"""What the pages behind a plaque show around the form."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Division, OrganisationKind
from deputies.organisations.queries import bodies, division_tree
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.explain import amount_words
from opinions.catalog.models import ClockKind, Urgency
from opinions.catalog.queries import policy_for
from opinions.intake.challenge import new_challenge
from opinions.intake.forms import OpinionForm, privacy_help
from opinions.intake.hints import HINTS
from opinions.intake.places import Setting, all_streets
from opinions.intake.privacy import NOTICE_VERSION
from opinions.intake.queries import Entrance, campaign_of
from opinions.intake.reception import Outcome


def fresh_outcome(entrance: Entrance) -> Outcome:
    """The form as it is first shown, with the place of the plaque filled in."""
    return Outcome(entrance, OpinionForm(setting=entrance.setting, initial={"place": place_words(entrance)}))


def place_words(entrance: Entrance) -> str:
    """The place that the form begins with."""
    if not entrance.place_name:
        return ""
    return _("%(name)s附近（%(address)s）") % {"name": entrance.place_name, "address": entrance.place_address}


def form_context(outcome: Outcome, *, now: datetime) -> dict[str, Any]:
    """Context of `_form.html`."""
    outcome.form["consent_privacy"].help_text = privacy_help()
    return {
        "entrance": outcome.entrance,
        "form": outcome.form,
        "kept": outcome.kept,
        "all_hints": HINTS,
        "challenge": json.dumps(new_challenge(outcome.form.key, now=now)),
        "take_words": take_words(outcome.entrance.setting, now=now),
    }


def take_words(setting: Setting, *, now: datetime) -> str:
    """How soon somebody takes it, e.g. "2 个工作日内"; empty where no limit is set."""
    policy = policy_for(
        ClockKind.TAKE,
        on=local_today(now),
        district_id=setting.district.pk,
        tier=None,
        category=None,
        urgency=Urgency.NORMAL,
    )
    if policy is None:
        return ""
    return _("%(limit)s内") % {"limit": amount_words(policy.amount, policy.unit)}


def theme_of(request: HttpRequest) -> str:
    """The signed code of the announced activity whose page led here; each way on carries it along."""
    code = request.GET.get("theme", "")
    return code if campaign_of(code) else ""


def gone_words(kind: str) -> str:
    """Why a plaque leads to another place than it says."""
    if kind == "deputy":
        return _("您扫的这位代表现在不在任。您的事照样有人管：可以找下面的代表，也可以直接反映给联系点。")
    return _("您扫的联系点已经搬走或停用，由这里接着为您服务。")


def points_by_community(street: Division) -> Iterator[tuple[str, list[ContactPoint]]]:
    """Points in use below a street, under the names of their communities."""
    tree = division_tree()
    below = tree.descendants(street.pk, include_self=True)
    points = list(ContactPoint.objects.in_use().filter(division__in=[one.pk for one in below]).order_by("code", "id"))
    for place in below:
        found = [point for point in points if point.division_id == place.pk]
        if found:
            yield place.name, found


def enter_context(code: str = "", error: str = "") -> dict[str, Any]:
    """Context of `_enter.html`: the ways in without scanning."""
    return {"streets": all_streets(), "code": code[:40], "code_error": error}


def privacy_context() -> dict[str, Any]:
    """Context of the privacy notice: its version, and the bodies that are responsible."""
    committees = [body for body in bodies().by_id.values() if body.active and body.kind == OrganisationKind.CONGRESS]
    return {"version": NOTICE_VERSION, "committees": committees}
