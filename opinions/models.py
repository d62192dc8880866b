"""Models of the floor, for Django's registry."""

from opinions.catalog.models import Category, Reason, ReplyTemplate, Responsibility, Setting, TimeLimitPolicy
from opinions.clocks.models import Clock
from opinions.companions.models import Companion, Signature
from opinions.desk.models import SavedFilter
from opinions.echo.models import Echo, EchoPhoto
from opinions.evaluation.models import Rating
from opinions.exchange.models import ApiKey, Dispatch, Entry, Handover, Partner, Statement, UsedNonce, WorkOrder
from opinions.gathering.models import Topic, TopicMatter
from opinions.handling.models import Assignment, JointStreet, Merger, Reply, ReplyPoint
from opinions.intake.models import ImportFile, KeptPhoto, Opinion
from opinions.invitations.models import BodyLink, RatingInvite
from opinions.matters.models import Attachment, Line, Matter, Reporter
from opinions.open311.models import Extra, ServiceAttribute
from opinions.plans.models import Measure, Milestone, Plan, Progress, Redo
from opinions.promises.models import Promise, PromiseWord
from opinions.proposals.models import Proposal, ProposalSource, ResearchFile, ResearchNote
from opinions.rehearsal.models import Difference, PlannedActivation, Rehearsal
from opinions.relays.models import Baton, Relay
from opinions.routing.models import CoHandler, RoutingDecision, Rule, RuleSet
from opinions.similar.models import Alikeness, HotIssue, HotMember, Likeness, Posting, Vocabulary
from opinions.suggestion.models import LabelMeaning, Suggestion, SuggestionModel

__all__ = [
    "Alikeness",
    "ApiKey",
    "Assignment",
    "Attachment",
    "Baton",
    "BodyLink",
    "Category",
    "Clock",
    "CoHandler",
    "Companion",
    "Difference",
    "Dispatch",
    "Echo",
    "EchoPhoto",
    "Entry",
    "Extra",
    "Handover",
    "HotIssue",
    "HotMember",
    "ImportFile",
    "JointStreet",
    "KeptPhoto",
    "LabelMeaning",
    "Likeness",
    "Line",
    "Matter",
    "Measure",
    "Merger",
    "Milestone",
    "Opinion",
    "Partner",
    "Plan",
    "PlannedActivation",
    "Posting",
    "Progress",
    "Promise",
    "PromiseWord",
    "Proposal",
    "ProposalSource",
    "Rating",
    "RatingInvite",
    "Reason",
    "Redo",
    "Rehearsal",
    "Relay",
    "Reply",
    "ReplyPoint",
    "ReplyTemplate",
    "Reporter",
    "ResearchFile",
    "ResearchNote",
    "Responsibility",
    "RoutingDecision",
    "Rule",
    "RuleSet",
    "SavedFilter",
    "ServiceAttribute",
    "Setting",
    "Signature",
    "Statement",
    "Suggestion",
    "SuggestionModel",
    "TimeLimitPolicy",
    "Topic",
    "TopicMatter",
    "UsedNonce",
    "Vocabulary",
    "WorkOrder",
]
