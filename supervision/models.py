"""Models of the floor, for Django's registry."""

from supervision.cases.models import Pulse
from supervision.dashboards.models import Fact, Intake, Outcome, RollupState, Span, Stock
from supervision.escalation.models import Alert, Digest, Firing, Rung, Setback
from supervision.inspections.models import Check, Inspector, InspectorGroup, Watch
from supervision.orders.models import (
    AnswerPoint,
    Demand,
    Letter,
    LetterAnswer,
    LetterHead,
    LetterMatter,
    LetterTemplate,
    NumberSeries,
    Reminder,
    ReminderMatter,
    SponsorNote,
    Sponsorship,
)
from supervision.programme.models import (
    Activity,
    ActivityFile,
    ActivityMatter,
    Feed,
    Participant,
    PlanItem,
    Task,
    TaskProgress,
)
from supervision.quality.models import ChecklistItem, QualityMark
from supervision.revisits.models import Draw, Look, RatingFlag, Revisit

__all__ = [
    "Activity",
    "ActivityFile",
    "ActivityMatter",
    "Alert",
    "AnswerPoint",
    "Check",
    "ChecklistItem",
    "Demand",
    "Digest",
    "Draw",
    "Fact",
    "Feed",
    "Firing",
    "Inspector",
    "InspectorGroup",
    "Intake",
    "Letter",
    "LetterAnswer",
    "LetterHead",
    "LetterMatter",
    "LetterTemplate",
    "Look",
    "NumberSeries",
    "Outcome",
    "Participant",
    "PlanItem",
    "Pulse",
    "QualityMark",
    "RatingFlag",
    "Reminder",
    "ReminderMatter",
    "Revisit",
    "RollupState",
    "Rung",
    "Setback",
    "Span",
    "SponsorNote",
    "Sponsorship",
    "Stock",
    "Task",
    "TaskProgress",
    "Watch",
]
