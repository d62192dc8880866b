"""Why a matter went where it went, for programs of staff: the same sentences as on the page."""

from typing import Any

from rest_framework import serializers
from rest_framework.decorators import permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from deputies.accounts.access import Permission, check
from liaison.base.stamps import reading
from liaison.base.web.api import REFUSAL, api_view
from liaison.base.web.schema import extend_schema
from opinions.handling.queries import asked_for
from opinions.routing.wording import AskedGroup, TrialWords, Why, why


class ConditionOut(serializers.Serializer[Any]):
    """A condition that was asked, and the value that it saw."""

    sentence = serializers.CharField()
    seen = serializers.CharField(allow_blank=True)
    held = serializers.BooleanField()
    wanted = serializers.BooleanField(help_text="false in a group of which none may hold")


class GroupOut(serializers.Serializer[Any]):
    lead = serializers.CharField(allow_blank=True, help_text="how the conditions are combined")
    conditions = ConditionOut(many=True)


class TrialOut(serializers.Serializer[Any]):
    """A rule that was tried, in order."""

    order = serializers.IntegerField()
    rule = serializers.CharField()
    owner = serializers.CharField(allow_blank=True, help_text="the street whose rule it is; empty for the district's")
    matched = serializers.BooleanField()
    barred = serializers.CharField(allow_blank=True, help_text="why it was passed over")
    groups = GroupOut(many=True)


class DecisionOut(serializers.Serializer[Any]):
    """One decision with what it saw."""

    at = serializers.DateTimeField()
    version = serializers.IntegerField(allow_null=True, help_text="of the district's rules")
    street_version = serializers.IntegerField(allow_null=True)
    rule = serializers.CharField(allow_blank=True, help_text="the rule that fired")
    tier = serializers.IntegerField(allow_null=True)
    tier_label = serializers.CharField(allow_blank=True)
    whom = serializers.CharField(allow_blank=True)
    terms = serializers.ListField(child=serializers.CharField())
    problem = serializers.CharField(allow_blank=True, help_text="why a person had to decide")
    overridden_by = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    tried = TrialOut(many=True)


class DecisionsOut(serializers.Serializer[Any]):
    """The decisions on a matter, the newest first."""

    code = serializers.CharField()
    decisions = DecisionOut(many=True)


@extend_schema(
    summary="Why an opinion went where it went",
    responses={200: DecisionsOut, **dict.fromkeys((401, 403, 404), REFUSAL)},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def decisions(request: Request, code: str) -> Response:
    """Version, rule, and each condition with the value that it saw; overrides with their reason."""
    check(request.user, Permission.MATTER_VIEW)
    user: Any = request.user
    matter = asked_for(user, code)
    with reading():
        return Response({"code": matter.code, "decisions": [_decision(told) for told in why(matter)]})


decisions.permission = str(Permission.MATTER_VIEW)


def _decision(told: Why) -> dict[str, Any]:
    row = told.decision
    tried = sorted([*told.passed, *([told.fired] if told.fired else [])], key=lambda trial: trial.order)
    return {
        "at": row.at, "version": told.version, "street_version": told.street_version, "rule": row.rule_name,
        "tier": row.tier, "tier_label": told.tier, "whom": told.whom, "terms": list(told.terms),
        "problem": row.problem, "overridden_by": row.overridden_by.name if row.overridden_by else "",
        "reason": row.reason, "tried": [_trial(trial) for trial in tried],
    }  # fmt: skip


def _trial(trial: TrialWords) -> dict[str, Any]:
    return {
        "order": trial.order, "rule": trial.name, "owner": trial.owner, "matched": trial.matched,
        "barred": trial.barred, "groups": [_group(group) for group in trial.groups],
    }  # fmt: skip


def _group(group: AskedGroup) -> dict[str, Any]:
    asked = [{"sentence": one.text, "seen": one.seen, "held": one.held, "wanted": one.wanted} for one in group.asked]
    return {"lead": group.lead, "conditions": asked}
