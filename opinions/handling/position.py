"""What `user` is to `matter`: read once, then asked many times. The rules over it stand in standing.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of, streets_of
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.handling.guest import GUEST_MAY, Guest, Worker
from opinions.handling.models import (
    LIVE,
    Asked,
    Assignment,
    Merger,
    Part,
    Reply,
    ReplyStatus,
)
from opinions.matters.models import Matter

UNFINISHED = (ReplyStatus.DRAFT, ReplyStatus.PENDING, ReplyStatus.SENT_BACK)
UNDO_WITHIN = timedelta(days=1)
"""After the day of merging."""
REPLYING = (Part.LEAD, Part.SEPARATE)
"""Parts whose reply goes to the resident."""
DUTIES = (ClockKind.REPLY, ClockKind.CO_OPINION)
"""Limits that bind a body to its part."""
HELPED = frozenset({P.MATTER_TAKE, P.MATTER_ANSWER, P.MATTER_ASK, P.MATTER_TRANSFER, P.MATTER_RAISE})
"""What a paired helper may do in a deputy's name (Z7)."""


@dataclass(frozen=True)
class Read:
    """What the caller has read of a matter already, so that it is not read again: all its assignments, all its
    clocks, all replies that the user reads, and what put it into another; None for what was not."""

    assignments: Sequence[Assignment] | None = None
    clocks: Sequence[Clock] | None = None
    replies: Sequence[Reply] | None = None
    mergers: Sequence[Merger] | None = None


@dataclass(frozen=True)
class Standing:
    """What `user` is to `matter`: read once (three statements at most), then asked many times."""

    user: Worker
    matter: Matter
    today: date
    read: Read = Read()

    @cached_property
    def deputy(self) -> Deputy | None:
        """The deputy for whom the user speaks: the user, or the one the user is paired with."""
        held = self.matter.deputy if self.user.role in (Role.DEPUTY, *STREET_ROLES) else None
        if held is None or held.status != DeputyStatus.ACTIVE:
            return None
        return held if held.user_id == self.user.pk or self._helps(held) else None

    def _helps(self, deputy: Deputy) -> bool:
        paired = self.user.role in STREET_ROLES and deputy.helper_id == self.user.pk
        return paired and (self.user.role == Role.LIAISON_OFFICER or self.street)

    @property
    def assisting(self) -> bool:
        """Whether the user acts for a deputy as the paired helper."""
        return self.deputy is not None and self.deputy.user_id != self.user.pk

    @cached_property
    def street(self) -> bool:
        """Whether the user works for the matter's street, or for the one into which that was merged."""
        if not isinstance(self.user, User) or self.user.role not in STREET_ROLES:
            return False
        held = self.matter.street_id
        return held == street_of(self.user) or held in streets_of(self.user)

    @property
    def district(self) -> bool:
        return self.user.role in DISTRICT_ROLES and self.matter.district_id == self.user.organisation_id

    @cached_property
    def live(self) -> list[Assignment]:
        """The live assignments of the matter; there are none but while it is handled, waits or was returned."""
        if self.read.assignments is not None:
            return [row for row in self.read.assignments if row.status in LIVE]
        return self.live_of(self.matter)

    @cached_property
    def returned_before(self) -> bool:
        """Whether the matter was returned once already; a second return needs the committee (domain.md §4)."""
        if self.read.assignments is not None:
            return any(row.returned_at is not None for row in self.read.assignments)
        return self.matter.assignments.filter(returned_at__isnull=False).exists()

    @property
    def extensions(self) -> list[Assignment]:
        """Live assignments whose body asks for more time and whose limit is the user's to change."""
        return [row for row in self.live if row.extension == Asked.OPEN and self.gave(row)]

    @property
    def objections(self) -> list[Assignment]:
        """Live assignments whose body asks to be let go; a second return of a matter is the district's to decide."""
        asked = [row for row in self.live if row.objection == Asked.OPEN]
        return [row for row in asked if self.district or (self.gave(row) and not self.returned_before)]

    @cached_property
    def merger(self) -> Merger | None:
        """What put the matter into another, if it is in one and nobody has taken it out."""
        if self.read.mergers is not None:
            return next(iter(self.read.mergers), None)
        return self.matter.mergers.filter(undone_at__isnull=True).first()

    def gave(self, row: Assignment) -> bool:
        """Whether the user is of the committee that made this assignment, or of the district."""
        by_street = row.assigned_by_organisation_id in (None, self.matter.street_id)
        return self.district or (self.street and by_street)

    @staticmethod
    def live_of(matter: Matter) -> list[Assignment]:
        """The live assignments of `matter` with their bodies."""
        return list(matter.assignments.filter(status__in=LIVE).select_related("organisation"))

    @cached_property
    def assignment(self) -> Assignment | None:
        """The live assignment of the user's body."""
        if self.user.role not in DEPARTMENT_ROLES:
            return None
        own = (row for row in self.live if row.organisation_id == self.user.organisation_id)
        return next((row for row in own if not self.guest or row.pk == self.guest.assignment_id), None)

    @property
    def guest(self) -> Guest | None:
        return self.user if isinstance(self.user, Guest) else None

    @cached_property
    def vouched(self) -> Assignment | None:
        """The assignment of a body without accounts whose reply waits for the committee: there is no head to ask."""
        rows = [row for row in self.live if row.by_link and row.part in REPLYING and self.gave(row)]
        if not rows:
            return None
        if self.read.replies is not None:
            pending = {row.assignment_id for row in self.read.replies if row.status == ReplyStatus.PENDING}
        else:
            waiting = Reply.objects.filter(assignment__in=[row.pk for row in rows], status=ReplyStatus.PENDING)
            pending = set(waiting.values_list("assignment", flat=True))
        return next((row for row in rows if row.pk in pending), None)

    @property
    def acting(self) -> Assignment | None:
        """The assignment in whose name the user acts: that of the own body, or the one vouched for."""
        return self.assignment or self.vouched

    @cached_property
    def open_reply(self) -> Reply | None:
        """The reply that the user's body is writing."""
        if self.acting is None:
            return None
        if self.read.replies is not None:
            mine = (row for row in self.read.replies if row.assignment_id == self.acting.pk)
            return next((row for row in mine if row.status in UNFINISHED), None)
        return self.acting.replies.filter(status__in=UNFINISHED).first()

    @cached_property
    def may_return(self) -> bool:
        """Whether the window for returning stands open (or the place sets no such limit)."""
        if self.assignment is None:
            return False
        window = self._return_window(self.assignment.organisation_id)
        return window is None or (window.stopped_at is None and self.today <= window.due_on)

    def _return_window(self, body_id: int) -> Clock | None:
        """The latest clock of the right to return."""
        if self.read.clocks is not None:
            windows = (
                row for row in self.read.clocks if (row.kind, row.organisation_id) == (ClockKind.RETURN, body_id)
            )
            return max(windows, key=lambda row: row.pk, default=None)
        return self.matter.clocks.filter(kind=ClockKind.RETURN, organisation=body_id).order_by("-id").first()

    @property
    def all_extended(self) -> bool:
        """Whether every running limit of those who handle was made longer already, as far as the limits were read."""
        running = [row for row in self.read.clocks or () if row.stopped_at is None and row.kind in DUTIES]
        return bool(running) and all(row.extended for row in running)

    def may(self, permission: str) -> bool:
        """Whether the user's role permits it, or that of the deputy for whom the user now speaks."""
        if self.guest:
            return permission in GUEST_MAY
        helps = self.assisting and self.speaks_for_deputy and permission in HELPED
        return can(self.user, permission) or helps

    @property
    def speaks_for_deputy(self) -> bool:
        """Whether what the user does now is done as (or for) the deputy who holds the matter."""
        return self.deputy is not None and self.matter.holder_deputy_id == self.deputy.pk

    @property
    def has_turn(self) -> bool:
        """The holder's people. The street steps in for its deputies, the district for everybody."""
        if self.district or self.speaks_for_deputy:
            return True
        held_by_deputy = self.matter.holder_deputy_id is not None
        return self.street and (held_by_deputy or self.matter.holder_id == self.matter.street_id)

    @property
    def looks_on(self) -> bool:
        """Whether the user's street only takes part (联办): it reads and talks, and disposes of nothing."""
        return self.user.role in STREET_ROLES and not self.street and self.deputy is None

    @property
    def speaks_publicly(self) -> bool:
        """Whether the user may write to the resident: everybody in scope but co-handlers, former handlers, and deputies
        who follow a matter that another leads (H9)."""
        if self.user.role == Role.DEPUTY:
            return self.deputy is not None
        if self.looks_on:
            return False
        if self.user.role not in DEPARTMENT_ROLES:
            return True
        return self.assignment is not None and self.assignment.part in REPLYING

    @property
    def assigned_it(self) -> bool:
        """Whether the user is of the committee that assigned the matter, or of the district."""
        return self.district or any(self.gave(row) for row in self.live)
