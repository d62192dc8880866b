"""What a user is to a matter, and which verbs follow from it. `queries.verbs_for` and all services ask here.

Role (deputies.accounts.access) says what somebody may do at all; the rules below say whether it is their turn.
Each rule returns None when the verb is open to the user now, else the refusal that explains why it is not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of
from deputies.roster.models import Deputy, Identity
from deputies.roster.states import DeputyStatus
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.workflow import Transition
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.handling.models import LIVE, Assignment, AssignmentStatus, Part, Reply, ReplyStatus
from opinions.matters.models import Matter
from opinions.matters.states import Status

UNFINISHED = (ReplyStatus.DRAFT, ReplyStatus.PENDING, ReplyStatus.SENT_BACK)
REPLYING = (Part.LEAD, Part.SEPARATE)
"""Parts whose reply goes to the resident."""
HELPED = frozenset({P.MATTER_TAKE, P.MATTER_ANSWER, P.MATTER_ASK, P.MATTER_TRANSFER, P.MATTER_RAISE})
"""What a paired helper may do in a deputy's name (Z7)."""


class NotYourTurn(DomainError):
    message = _("这件事现在不由您这边办理，请等当前办理单位处理，或请区人大协调。")


class NotSignedYet(DomainError):
    message = _("请先签收并写明责任人，再办理答复。")


class AlreadySigned(DomainError):
    message = _("承办单位已经签收，不能收回。需要改派的，请承办单位退回。")


class WindowClosed(DomainError):
    message = _("退回期已过，不能再退回。确有困难的，请与交办单位沟通。")


class NothingToApprove(DomainError):
    message = _("现在没有等待审签的答复。")


class WaitsForHead(DomainError):
    message = _("答复已送审，请等负责人审签；需要改动的，请负责人退回修改。")


@dataclass(frozen=True)
class Read:
    """What the caller has read of a matter already, so that it is not read again: all its assignments, all its
    clocks, and all replies that the user reads; None for what was not."""

    assignments: Sequence[Assignment] | None = None
    clocks: Sequence[Clock] | None = None
    replies: Sequence[Reply] | None = None


@dataclass(frozen=True)
class Standing:
    """What `user` is to `matter`: read once (three statements at most), then asked many times."""

    user: User
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
        return self.user.role in STREET_ROLES and self.matter.street_id == street_of(self.user)

    @property
    def district(self) -> bool:
        return self.user.role in DISTRICT_ROLES and self.matter.district_id == self.user.organisation_id

    @cached_property
    def live(self) -> list[Assignment]:
        """The live assignments of the matter; there are none but while it is handled, waits or was returned."""
        if self.read.assignments is not None:
            return [row for row in self.read.assignments if row.status in LIVE]
        return self.live_of(self.matter)

    @staticmethod
    def live_of(matter: Matter) -> list[Assignment]:
        """The live assignments of `matter` with their bodies."""
        return list(matter.assignments.filter(status__in=LIVE).select_related("organisation"))

    @cached_property
    def assignment(self) -> Assignment | None:
        """The live assignment of the user's body."""
        if self.user.role not in DEPARTMENT_ROLES:
            return None
        return next((row for row in self.live if row.organisation_id == self.user.organisation_id), None)

    @cached_property
    def open_reply(self) -> Reply | None:
        """The reply that the user's body is writing."""
        if self.assignment is None:
            return None
        if self.read.replies is not None:
            mine = (row for row in self.read.replies if row.assignment_id == self.assignment.pk)
            return next((row for row in mine if row.status in UNFINISHED), None)
        return self.assignment.replies.filter(status__in=UNFINISHED).first()

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

    def may(self, permission: str) -> bool:
        """Whether the user's role permits it, or that of the deputy for whom the user now speaks."""
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
    def speaks_publicly(self) -> bool:
        """Whether the user may write to the resident: everybody in scope but co-handlers and former handlers."""
        if self.user.role not in DEPARTMENT_ROLES:
            return True
        return self.assignment is not None and self.assignment.part in REPLYING

    @property
    def assigned_it(self) -> bool:
        """Whether the user is of the committee that assigned the matter, or of the district."""
        by_street = [row for row in self.live if row.assigned_by_organisation_id in (None, self.matter.street_id)]
        return self.district or (self.street and bool(by_street))


Refusal = type[DomainError] | None
Rule = Callable[[Standing], Refusal]


def _turn(st: Standing) -> Refusal:
    return None if st.has_turn else NotYourTurn


def _committee(st: Standing) -> Refusal:
    """Street or district, whoever holds the matter."""
    return None if st.street or st.district else NotYourTurn


def _committees_turn(st: Standing) -> Refusal:
    """The turn, of a committee: a deputy or the helper alone does not dispose of a matter (rule 2)."""
    return _turn(st) if st.street or st.district else NotYourTurn


def _ask(st: Standing) -> Refusal:
    if st.matter.status != Status.HANDLING:
        return _turn(st)
    asks = st.assignment is not None and st.assignment.part in REPLYING
    return None if asks or st.district else NotYourTurn


def _answer(st: Standing) -> Refusal:
    return None if st.speaks_for_deputy else NotYourTurn


def _extend(st: Standing) -> Refusal:
    return None if st.assigned_it else NotYourTurn


def _recall(st: Standing) -> Refusal:
    if not st.assigned_it:
        return NotYourTurn
    signed = any(row.status == AssignmentStatus.SIGNED for row in st.live)
    return AlreadySigned if signed else None


def _sign(st: Standing) -> Refusal:
    pending = st.assignment is not None and st.assignment.status == AssignmentStatus.PENDING
    return None if pending else NotYourTurn


def _return(st: Standing) -> Refusal:
    if st.assignment is None or st.assignment.part not in REPLYING:
        return NotYourTurn
    return None if st.may_return else WindowClosed


def _replies(st: Standing) -> Refusal:
    """A body whose reply goes to the resident, once it has signed."""
    if st.assignment is None or st.assignment.part not in REPLYING:
        return NotYourTurn
    return None if st.assignment.status == AssignmentStatus.SIGNED else NotSignedYet


def _draft(st: Standing) -> Refusal:
    pending = st.open_reply is not None and st.open_reply.status == ReplyStatus.PENDING
    return _replies(st) or (WaitsForHead if pending else None)


def _approve(st: Standing) -> Refusal:
    pending = st.open_reply is not None and st.open_reply.status == ReplyStatus.PENDING
    return _replies(st) or (None if pending else NothingToApprove)


def _co_opinion(st: Standing) -> Refusal:
    if st.assignment is None or st.assignment.part != Part.CO:
        return NotYourTurn
    return None if st.assignment.status == AssignmentStatus.SIGNED else NotSignedYet


def _raise(st: Standing) -> Refusal:
    """Deputies and the committees raise. A consultant deputy has no right to propose (X6)."""
    committee = (st.street or st.district) and can(st.user, P.MATTER_RAISE)
    if not committee and (st.deputy is None or st.deputy.identity != Identity.DEPUTY):
        return NotAllowed
    return None if st.matter.status == Status.HANDLING else _turn(st)


def _relay(st: Standing) -> Refusal:
    return None if st.district else NotYourTurn


RULES: dict[str, Rule] = {
    "answer": _answer,
    "assign": _committees_turn,
    "take": _turn,
    "sign": _sign,
    "reply": _approve,
    "draft": _draft,
    "co_opinion": _co_opinion,
    "report_back": _turn,
    "transfer": _turn,
    "ask": _ask,
    "return": _return,
    "send_back": _approve,
    "extend": _extend,
    "recall": _recall,
    "raise": _raise,
    "relay": _relay,
    "merge": _committee,
    "decline": _committees_turn,
    "reopen": _committee,
}
"""Verbs of people at work, in the order of likely use."""
TAKES_FIRST: dict[str, tuple[str, ...]] = {"answer": (Status.SUBMITTED,)}
"""Verbs that take the matter in the same breath, so that a deputy answers in three taps."""


def leads_on(row: Transition, status: str) -> bool:
    """Whether the verb can be done from `status`."""
    return status in row.sources or status in TAKES_FIRST.get(row.verb, ())


def refusal(st: Standing, row: Transition) -> Refusal:
    """Why the user may not do this now; None when it is open. The status is asked before (`leads_on`)."""
    rule = RULES.get(row.verb)
    if rule is None or not st.may(row.permission):
        return NotAllowed
    return rule(st)
