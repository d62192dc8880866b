"""Models of the floor, for Django's registry."""

from opinions.catalog.models import Category, Reason, ReplyTemplate, Responsibility, Setting, TimeLimitPolicy
from opinions.clocks.models import Clock
from opinions.desk.models import SavedFilter
from opinions.evaluation.models import Rating
from opinions.handling.models import Assignment, Relay, Reply, ReplyPoint
from opinions.intake.models import ImportFile, KeptPhoto, Opinion
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Attachment, Line, Matter, Reporter
from opinions.proposals.models import Proposal
from opinions.routing.models import RoutingDecision, Rule, RuleSet

__all__ = [
    "Assignment",
    "Attachment",
    "Category",
    "Clock",
    "ImportFile",
    "KeptPhoto",
    "Line",
    "Matter",
    "Opinion",
    "Proposal",
    "Rating",
    "RatingInvite",
    "Reason",
    "Relay",
    "Reply",
    "ReplyPoint",
    "ReplyTemplate",
    "Reporter",
    "Responsibility",
    "RoutingDecision",
    "Rule",
    "RuleSet",
    "SavedFilter",
    "Setting",
    "TimeLimitPolicy",
]
