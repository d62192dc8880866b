"""Everything that the matter page shows, gathered in a constant number of statements."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from deputies.accounts.access import Permission, can
from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import fill_in_bodies
from deputies.roster.models import Deputy
from liaison.base.web import parts
from liaison.base.web.chrome import address_of
from liaison.base.workdays.arithmetic import Light
from liaison.base.workflow import Transition
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.queries import light_of, told
from opinions.companions.access import may_invite
from opinions.companions.access import verbs_for as companion_verbs
from opinions.companions.models import Companion
from opinions.companions.queries import answers_to_sign, companions_of, signers_of
from opinions.desk.history import Stretch, newest_events, newest_lines
from opinions.desk.reading import ASSIGNMENTS, CLOCKS, FILES, REPORTERS
from opinions.echo.access import may_begin
from opinions.echo.queries import public_code
from opinions.evaluation.models import Rating
from opinions.evaluation.queries import ratings_of
from opinions.handling.models import LIVE, Assignment, JointStreet, Part, Reply
from opinions.handling.queries import Read, answers_for, looks_on, mergers_into, readable_replies, verbs_for
from opinions.matters.models import Attachment, Matter, Reporter
from opinions.matters.queries import TierChange, tier_changes
from opinions.matters.states import Status
from opinions.promises.models import Promise
from opinions.promises.queries import promises_of
from opinions.proposals.models import Proposal, ResearchNote
from opinions.proposals.queries import notes_of, proposals_of
from opinions.proposals.states import ProposalStatus
from opinions.relays.models import Baton
from opinions.relays.queries import batons_of, nobody_left
from opinions.routing.services.common import REROUTABLE
from opinions.suggestion.models import Suggestion
from opinions.suggestion.queries import offered

VERB_KEYS = {"assign": "a", "answer": "r", "reply": "r", "draft": "r", "take": "t", "sign": "t"}
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
    url: str
    """Where the sum stands day by day."""


@dataclass(frozen=True)
class HandlerView:
    """One body in the table of those who handle: its part, its limit with the light, and whether it answers for all."""

    row: Assignment
    clock: Clock | None
    light: Light | None

    @property
    def still_liable(self) -> bool:
        """Whether the body has returned the matter and nobody else has signed yet."""
        return self.row.liable and self.row.returned_at is not None


@dataclass
class MatterPage:
    """The matter and all that stands around it."""

    matter: Matter
    verbs: list[Verb]
    events: Stretch[parts.Event]
    lines: Stretch[parts.Line]
    clocks: list[ClockView]
    assignments: list[Assignment]
    replies: list[Reply]
    files: list[parts.Thumb]
    reporters: list[Reporter]
    ratings: list[Rating]
    proposals: list[Proposal]
    may: dict[str, bool] = field(default_factory=dict)
    tiers: list[TierChange] = field(default_factory=list)
    """The matter's way from tier to tier."""
    companions: list[tuple[Companion, list[Any]]] = field(default_factory=list)
    """Deputies beside the one who leads, each with what the reader can do (verb and address)."""
    batons: list[Baton] = field(default_factory=list)
    """Deputies above who were asked to take it on."""
    notes: list[ResearchNote] = field(default_factory=list)
    answers: Organisation | Deputy | None = None
    """Who answers for the matter now."""
    joint_streets: list[JointStreet] = field(default_factory=list)
    joined_as: str = ""
    """The verb by which the matter went into another: merge, branch or follow."""
    promises: list[Promise] = field(default_factory=list)
    """What was promised in replies, of all rounds."""
    echo_code: str = ""
    """Where everybody may read of it, without what leads to a person."""
    suggestion: Suggestion | None = None
    """The category that the program proposes, for somebody who may set it."""

    @property
    def nobody_took(self) -> bool:
        """Whether the committee must ask other deputies above, or report itself."""
        return self.matter.status == Status.RELAYED and nobody_left(self.batons)

    @property
    def handlers(self) -> list[HandlerView]:
        """The bodies of all rounds, each with the limit that binds it now."""
        bound = {(one.clock.organisation_id, one.clock.kind): one for one in self.running}
        return [_handler(row, bound) for row in self.assignments]

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
    assignments, clocks = ASSIGNMENTS.rows(matter=matter.pk), CLOCKS.rows(matter=matter.pk)
    fill_in_bodies(assignments, "organisation", "suggested")
    fill_in_bodies(clocks, "organisation")
    replies = readable_replies(user, matter, assignments=assignments)
    reporters, newest = REPORTERS.rows(matter=matter.pk), newest_events(matter)
    told = newest.verbs
    proposals = proposals_of(matter) if told & {"raise", "link_matter"} else []
    may = _may(user, matter, reporters)
    verbs = verbs_for(user, matter, read=Read(assignments, clocks, replies, mergers_into(matter)))
    page = MatterPage(
        matter=matter,
        verbs=[_verb(row, matter, proposals) for row in verbs],
        events=newest.events,
        lines=newest_lines(matter, user),
        clocks=[_clock(matter, row, today) for row in clocks],
        assignments=assignments,
        replies=replies,
        files=[_thumb(row) for row in FILES.rows(matter=matter.pk)],
        reporters=reporters,
        ratings=ratings_of(matter) if told & {"rate", "rate_further"} else [],
        proposals=proposals,
        may=may,
        suggestion=offered(matter) if may["classify"] else None,
        tiers=tier_changes(newest.telling),
        joined_as=newest.joined_as,
        batons=batons_of(matter) if "relay" in told else [],
        notes=notes_of(matter) if "research" in told else [],
        promises=promises_of(matter, today) if "promise" in told else [],
        echo_code=public_code(matter) if "publish_echo" in told else "",
    )
    page.answers = answers_for(matter, assignments)
    page.joint_streets = list(matter.joint_streets.select_related("street")) if "join_streets" in told else []
    _add_companions(page, user, told)
    return page


def _may(user: User, matter: Matter, reporters: list[Reporter]) -> dict[str, bool]:
    """What the reader can do beside the verbs; a street that only takes part looks on."""
    watches = looks_on(user, matter)
    return {
        "reveal": can(user, Permission.PHONE_REVEAL) and not watches and any(row.phone for row in reporters),
        "note": can(user, Permission.MATTER_NOTE),
        "classify": can(user, Permission.MATTER_CLASSIFY) and matter.status in REROUTABLE and not watches,
        "assign": can(user, Permission.MATTER_ASSIGN) and not watches,
        "invite": may_invite(user, matter),
        "research": can(user, Permission.RESEARCH_EDIT) and matter.is_open,
        "act": _my_turn(user, matter),
        "publish": can(user, Permission.ECHO_DRAFT) and not watches and may_begin(matter),
    }


def _handler(row: Assignment, bound: dict[tuple[int | None, str], ClockView]) -> HandlerView:
    kinds = (ClockKind.CO_OPINION,) if row.part == Part.CO else (ClockKind.SIGN, ClockKind.REPLY)
    held = [bound.get((row.organisation_id, kind)) for kind in kinds] if row.liable or row.status in LIVE else []
    tightest = min((one for one in held if one), key=lambda one: one.clock.due_on, default=None)
    return HandlerView(row, tightest.clock if tightest else None, tightest.light if tightest else None)


def _add_companions(page: MatterPage, user: User, told: set[str]) -> None:
    """Who follows with the deputy who leads, and whose names stand under the answers."""
    if "sign_answer" in told:
        names = signers_of(page.replies)
        for reply in page.replies:
            reply.signers = names.get(reply.pk, [])  # type: ignore[attr-defined]
    rows = companions_of(page.matter) if "invite" in told else []
    mine = next((row for row in rows if user.pk in (row.deputy.user_id, row.deputy.helper_id)), None)
    unsigned = answers_to_sign(page.matter, mine.deputy) if mine and page.matter.first_replied_at else []
    for row in rows:
        verbs = companion_verbs(user, row, unsigned=unsigned if row is mine else [])
        buttons = [(verb, _companion_url(row, verb)) for verb in verbs if verb.verb != "invite_again"]
        page.companions.append((row, buttons))


def _companion_url(row: Companion, verb: Transition) -> str:
    return reverse(f"companions:{verb.verb}", args=[row.pk])


SCREENS = {"raise": "proposals", "unlink": "proposals", "relay": "relays"}
"""Verbs of matters whose screen stands with the capability that owns them; all others are of handling."""


def _verb(row: Transition, matter: Matter, proposals: list[Proposal]) -> Verb:
    """The button of a verb. The result of a proposal is told to all its opinions at once."""
    url = address_of(f"{SCREENS.get(row.verb, 'handling')}:{row.verb}", matter.code)
    drafts = [one for one in proposals if one.status == ProposalStatus.DRAFT]
    if row.verb == "report_back" and matter.status == Status.PROPOSED and drafts:
        url = reverse("proposals:answer", args=[drafts[0].pk])
    return Verb(row.label, url, VERB_KEYS.get(row.verb, ""))


def _my_turn(user: User, matter: Matter) -> bool:
    """Whether it is this user's body, or this deputy, that must act now."""
    if matter.holder_deputy is not None:
        return matter.holder_deputy.user_id == user.pk
    return matter.holder_id is not None and matter.holder_id == user.organisation_id


def _clock(matter: Matter, clock: Clock, today: Any) -> ClockView:
    url = address_of("clocks:reckoning", matter.code, clock.pk)
    return ClockView(clock, light_of(clock, today), told(clock), url)


def _thumb(attachment: Attachment) -> parts.Thumb:
    return parts.Thumb.of(attachment.stored, reverse("desk:attachment", args=[attachment.pk]))
