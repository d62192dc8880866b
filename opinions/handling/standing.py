"""What a user is to a matter, and which verbs follow from it. `queries.verbs_for` and all services ask here.

Role (deputies.accounts.access) says what somebody may do at all; the rules below say whether it is their turn.
Each rule returns None when the verb is open to the user now, else the refusal that explains why it is not.
"""

from collections.abc import Callable

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.roster.models import Identity
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import Transition
from opinions.clocks.services import AlreadyExtended
from opinions.handling.models import (
    AssignmentStatus,
    MergerKind,
    Part,
    ReplyStatus,
)
from opinions.handling.position import REPLYING, UNDO_WITHIN, UNFINISHED, Read, Standing
from opinions.handling.refusals import (
    AlreadyAsked,
    AlreadySigned,
    AnsweredTogether,
    MayReturn,
    NeedsConsent,
    NothingAsked,
    NothingToApprove,
    NotSignedYet,
    NotYourTurn,
    UndoOver,
    WaitsForHead,
)
from opinions.matters.states import MERGEABLE, Status

__all__ = [
    "REPLYING",
    "RULES",
    "UNFINISHED",
    "AlreadyAsked",
    "AlreadySigned",
    "AnsweredTogether",
    "MayReturn",
    "NeedsConsent",
    "NotSignedYet",
    "NotYourTurn",
    "NothingAsked",
    "NothingToApprove",
    "Read",
    "Standing",
    "UndoOver",
    "WaitsForHead",
    "leads_on",
    "refusal",
]

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
    if not st.assigned_it:
        return NotYourTurn
    return AlreadyExtended if st.all_extended else None


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
    return None if st.may_return and not st.returned_before else NeedsConsent


def _object(st: Standing) -> Refusal:
    if st.assignment is None or st.assignment.part not in REPLYING:
        return NotYourTurn
    if st.assignment.objection:
        return AlreadyAsked
    return MayReturn if st.may_return and not st.returned_before else None


def _objection(st: Standing) -> Refusal:
    return None if st.objections else NothingAsked


def _ask_extension(st: Standing) -> Refusal:
    if st.assignment is None:
        return NotYourTurn
    if st.assignment.status != AssignmentStatus.SIGNED:
        return NotSignedYet
    return AlreadyAsked if st.assignment.extension else None


def _refuse_extension(st: Standing) -> Refusal:
    return None if st.extensions else NothingAsked


def _set_limit(st: Standing) -> Refusal:
    mine = [row for row in st.live if row.part == Part.CO and st.gave(row)]
    return None if mine else NotYourTurn


def _add_co(st: Standing) -> Refusal:
    """Whoever gave it to a lead; bodies that each answer have no co-handlers."""
    return None if any(row.part == Part.LEAD and st.gave(row) for row in st.live) else NotYourTurn


def _join_streets(st: Standing) -> Refusal:
    return None if st.street or st.district else NotYourTurn


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
    if st.assignment is None:
        return None if pending else NotYourTurn
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


def _unmerge(st: Standing) -> Refusal:
    """A 并案 that staff decided is undone on the day or the next; a branch or a follower leaves when staff see fit."""
    if not (st.street or st.district):
        return NotYourTurn
    if st.matter.merged_into is None or st.matter.merged_into.status not in MERGEABLE:
        return AnsweredTogether
    if st.merger is None or not st.merger.before:
        return UndoOver
    over = st.merger.kind == MergerKind.SAME and local_today(st.merger.at) + UNDO_WITHIN < st.today
    return UndoOver if over else None


def _relay(st: Standing) -> Refusal:
    return None if st.district else NotYourTurn


RULES: dict[str, Rule] = {
    "answer": _answer,
    "assign": _committees_turn,
    "settle": _committees_turn,
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
    "consent_return": _objection,
    "refuse_return": _objection,
    "extend": _extend,
    "refuse_extension": _refuse_extension,
    "ask_extension": _ask_extension,
    "object": _object,
    "set_limit": _set_limit,
    "add_co": _add_co,
    "join_streets": _join_streets,
    "recall": _recall,
    "raise": _raise,
    "unlink": _turn,
    "relay": _relay,
    "merge": _committee,
    "branch": _committee,
    "unmerge": _unmerge,
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
