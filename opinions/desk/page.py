"""Everything that the matter page shows, gathered in a constant number of statements."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from deputies.accounts.access import Permission, can
from deputies.accounts.models import User
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.verbs import verb_words
from liaison.base.web import parts
from liaison.base.workdays.arithmetic import Light, light
from liaison.base.workflow import Transition
from opinions.clocks.models import Clock
from opinions.clocks.queries import told
from opinions.clocks.services import RESIDENTS, WINDOWS
from opinions.evaluation.models import Rating
from opinions.evaluation.queries import ratings_of
from opinions.handling.models import Assignment, Reply
from opinions.handling.queries import Read, readable_replies, verbs_for
from opinions.matters.models import Attachment, Matter, Reporter
from opinions.matters.states import Status
from opinions.proposals.models import Proposal
from opinions.proposals.queries import proposals_of
from opinions.routing.services.common import REROUTABLE

RESIDENT = "反映人"
"""What the ledger and the conversation write for a resident."""
HISTORY = 200
"""Events shown on the page; older ones are on the audit list."""


VERB_KEYS = {"assign": "a", "answer": "r", "reply": "r", "draft": "r", "take": "t"}
"""Keys of the keyboard by verb."""


@dataclass(frozen=True)
class Verb:
    """A button of the page: its words, its screen, and its key."""

    label: Any
    url: str
    key: str = ""


@dataclass
class ClockView:
    """A clock with its light and its sum in sentences."""

    clock: Clock
    light: Light | None
    sentences: list[str]


@dataclass
class MatterPage:
    """The matter and all that stands around it."""

    matter: Matter
    verbs: list[Verb]
    events: list[parts.Event]
    lines: list[parts.Line]
    clocks: list[ClockView]
    assignments: list[Assignment]
    replies: list[Reply]
    files: list[parts.Thumb]
    reporters: list[Reporter]
    ratings: list[Rating]
    proposals: list[Proposal]
    may: dict[str, bool] = field(default_factory=dict)

    @property
    def running(self) -> list[ClockView]:
        """The clocks that run or are paused."""
        return [one for one in self.clocks if one.clock.stopped_at is None]

    @property
    def stopped(self) -> list[ClockView]:
        """The clocks that are over."""
        return [one for one in self.clocks if one.clock.stopped_at is not None]

    @property
    def lead(self) -> Assignment | None:
        """The last lead handler."""
        return next((row for row in reversed(self.assignments) if row.part == "lead"), None)


def matter_page(user: User, matter: Matter, today: Any) -> MatterPage:
    """Gather the page of `matter`, which must be in the user's scope, for its reader."""
    assignments = list(matter.assignments.select_related("organisation", "return_reason", "suggested", "signed_by"))
    clocks = list(matter.clocks.select_related("organisation"))
    replies = readable_replies(user, matter, assignments=assignments)
    reporters, history = list(matter.reporters.all()), _history(matter)
    raised = any(row.verb == "raise" for row in history)
    return MatterPage(
        matter=matter,
        verbs=[_verb(row, matter) for row in verbs_for(user, matter, read=Read(assignments, clocks, replies))],
        events=[_event(row) for row in history],
        lines=[_line(row, user) for row in matter.lines.select_related("organisation")],
        clocks=[_clock(row, today) for row in clocks],
        assignments=assignments,
        replies=replies,
        files=[_thumb(row) for row in matter.attachments.select_related("stored")],
        reporters=reporters,
        ratings=ratings_of(matter),
        proposals=proposals_of(matter) if raised else [],
        may={
            "reveal": can(user, Permission.PHONE_REVEAL) and any(row.phone for row in reporters),
            "note": can(user, Permission.MATTER_NOTE),
            "classify": can(user, Permission.MATTER_CLASSIFY) and matter.status in REROUTABLE,
            "act": _my_turn(user, matter),
        },
    )


def _verb(row: Transition, matter: Matter) -> Verb:
    """The screen of a verb stands with the capability that owns it."""
    owner = "proposals" if row.verb == "raise" else "handling"
    return Verb(row.label, reverse(f"{owner}:{row.verb}", args=[matter.code]), VERB_KEYS.get(row.verb, ""))


def _my_turn(user: User, matter: Matter) -> bool:
    """Whether it is this user's body, or this deputy, that must act now."""
    if matter.holder_deputy is not None:
        return matter.holder_deputy.user_id == user.pk
    return matter.holder_id is not None and matter.holder_id == user.organisation_id


def _history(matter: Matter) -> list[Event]:
    return list(Event.objects.filter(chain=matter.chain).order_by("-seq")[:HISTORY])


TONES = {
    "submit": "active", "assign": "active", "reply": "good", "answer": "good", "rate": "good", "return": "warn",
    "send_back": "warn", "ask": "wait", "decline": "bad", "merge": "neutral",
}  # fmt: skip


def _title(event: Event) -> str:
    """The event in a few words, with the body or deputy it concerns."""
    body = event.data.get("body") or event.data.get("deputy") or ""
    label = str(verb_words(event.verb))
    return _("%(what)s：%(body)s") % {"what": label, "body": body} if body else label


def _tone(event: Event) -> str:
    """Colour of the event in the history; a rating that leads to rework is a warning."""
    return "bad" if event.verb == "rate" and event.target == Status.REWORK else TONES.get(event.verb, "")


def _actor(name: str) -> str:
    """Who acted; a resident, who stays unnamed, in the reader's language."""
    return _("反映人") if name == RESIDENT else name


def _event(event: Event) -> parts.Event:
    named = event.actor in (event.data.get("body"), event.data.get("deputy"))
    return parts.Event(
        at=event.at, title=_title(event), by="" if named else _actor(event.actor), text=event.reason, tone=_tone(event),  # type: ignore[arg-type]
        internal=event.audience == Audience.INTERNAL,
    )  # fmt: skip


def _line(line: Any, user: User) -> parts.Line:
    body = line.organisation.name if line.organisation and line.organisation.name != line.author else ""
    return parts.Line(
        at=line.at, author=_actor(line.author), text=line.body, role=body, internal=line.audience == Audience.INTERNAL,
        mine=line.by_id == user.pk,
    )  # fmt: skip


def _clock(clock: Clock, today: Any) -> ClockView:
    running = clock.stopped_at is None and clock.paused_on is None and clock.kind not in (*RESIDENTS, *WINDOWS)
    return ClockView(clock, light(clock.due_on, clock.warn_on, today) if running else None, told(clock))


def _thumb(attachment: Attachment) -> parts.Thumb:
    url = reverse("desk:attachment", args=[attachment.pk])
    preview = f"{url}?thumb=1" if attachment.stored.is_image else ""
    return parts.Thumb(url=url, name=attachment.stored.name, preview_url=preview, size=attachment.stored.size)
