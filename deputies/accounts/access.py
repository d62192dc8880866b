"""Who may do what: one vocabulary, one description of the roles, one `can`."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase

from deputies.accounts.models import Role, User
from liaison.base.errors import NotAllowed

View = Callable[..., HttpResponseBase]


class SignedIn(HttpRequest):
    """The request as a view behind `requires` sees it: somebody has signed in."""

    user: User


class Permission(StrEnum):
    """Everything that can be permitted. Matter permissions are asked together with the matter."""

    DESK = "desk"
    MATTER_VIEW = "matter.view"
    MATTER_NOTE = "matter.note"
    MATTER_TAKE = "matter.take"
    MATTER_ANSWER = "matter.answer"
    MATTER_DECLINE = "matter.decline"
    MATTER_ASK = "matter.ask"
    MATTER_TRANSFER = "matter.transfer"
    MATTER_ASSIGN = "matter.assign"
    MATTER_SIGN = "matter.sign"
    MATTER_RETURN = "matter.return"
    MATTER_REPLY = "matter.reply"
    MATTER_APPROVE = "matter.approve"
    MATTER_RAISE = "matter.raise"
    MATTER_RELAY = "matter.relay"
    RELAY_VIEW = "relay.view"
    RELAY_ACT = "relay.act"
    COMPANION_INVITE = "companion.invite"
    COMPANION_JOIN = "companion.join"
    PROPOSAL_VIEW = "proposal.view"
    RESEARCH_EDIT = "research.edit"
    MATTER_MERGE = "matter.merge"
    MATTER_REOPEN = "matter.reopen"
    HOT_VIEW = "hot.view"
    MATTER_CLASSIFY = "matter.classify"
    MATTER_EXPORT = "matter.export"
    MATTER_PUSH = "matter.push"
    PHONE_REVEAL = "phone.reveal"
    INTAKE_ASSIST = "intake.assist"
    INTAKE_IMPORT = "intake.import"
    TEMPLATE_EDIT = "template.edit"
    ROSTER_VIEW = "roster.view"
    ROSTER_EDIT = "roster.edit"
    POINT_VIEW = "point.view"
    POINT_EDIT = "point.edit"
    PLAQUE_PRINT = "plaque.print"
    RULES_VIEW = "rules.view"
    RULES_EDIT = "rules.edit"
    STREET_RULES_EDIT = "rules.street"
    SUGGESTION_EDIT = "suggestion.edit"
    REFERENCE_EDIT = "reference.edit"
    BODIES_EDIT = "bodies.edit"
    EXCHANGE_VIEW = "exchange.view"
    EXCHANGE_WORK = "exchange.work"
    EXCHANGE_EDIT = "exchange.edit"
    ACCOUNT_EDIT = "account.edit"
    SECURITY_LOG = "security.log"
    AUDIT_LOG = "audit.log"
    ORDER_VIEW = "order.view"
    ORDER_REMIND = "order.remind"
    ORDER_DRAFT = "order.draft"
    ORDER_ISSUE = "order.issue"
    ORDER_ANSWER = "order.answer"
    ORDER_SIGN_ANSWER = "order.sign_answer"
    CASE_SPONSOR = "case.sponsor"
    SUPERVISION_VIEW = "supervision.view"
    REPORT_VIEW = "report.view"
    REPORT_EDIT = "report.edit"
    REPORT_SIGN = "report.sign"
    REPORT_LAYOUT = "report.layout"
    LADDER_VIEW = "ladder.view"
    LADDER_EDIT = "ladder.edit"
    QUALITY_MARK = "quality.mark"
    REVISIT_DRAW = "revisit.draw"
    REVISIT_CALL = "revisit.call"
    PROGRAMME_VIEW = "programme.view"
    PROGRAMME_EDIT = "programme.edit"
    PROGRAMME_PLAN = "programme.plan"
    INSPECTION_VIEW = "inspection.view"
    ECHO_DRAFT = "echo.draft"
    ECHO_APPROVE = "echo.approve"


P = Permission
_COMMON = {P.DESK}
_DEPUTY = {
    P.MATTER_VIEW,
    P.MATTER_NOTE,
    P.MATTER_TAKE,
    P.MATTER_ANSWER,
    P.MATTER_ASK,
    P.MATTER_TRANSFER,
    P.MATTER_RAISE,
    P.RELAY_VIEW,
    P.RELAY_ACT,
    P.COMPANION_INVITE,
    P.COMPANION_JOIN,
    P.PROPOSAL_VIEW,
    P.RESEARCH_EDIT,
    P.POINT_VIEW,
    P.PROGRAMME_VIEW,
}
_LIAISON = {
    P.MATTER_VIEW, P.MATTER_NOTE, P.MATTER_ASK, P.MATTER_TRANSFER, P.INTAKE_ASSIST, P.INTAKE_IMPORT, P.ROSTER_VIEW,
    P.POINT_VIEW, P.POINT_EDIT, P.PLAQUE_PRINT, P.PHONE_REVEAL, P.MATTER_CLASSIFY, P.RELAY_VIEW, P.RELAY_ACT,
    P.COMPANION_INVITE, P.COMPANION_JOIN, P.PROPOSAL_VIEW, P.RESEARCH_EDIT, P.PROGRAMME_VIEW, P.REVISIT_CALL,
    P.REPORT_VIEW, P.REPORT_EDIT,
}  # fmt: skip
_STREET = _LIAISON | {
    P.MATTER_TAKE, P.MATTER_DECLINE, P.MATTER_ASSIGN, P.MATTER_RAISE, P.MATTER_MERGE, P.MATTER_EXPORT, P.TEMPLATE_EDIT,
    P.MATTER_APPROVE, P.ROSTER_EDIT, P.RULES_VIEW, P.HOT_VIEW, P.MATTER_PUSH, P.EXCHANGE_VIEW, P.EXCHANGE_WORK,
    P.SUPERVISION_VIEW, P.LADDER_VIEW, P.LADDER_EDIT, P.PROGRAMME_EDIT, P.PROGRAMME_PLAN,
    P.INSPECTION_VIEW, P.QUALITY_MARK, P.ECHO_DRAFT,
}  # fmt: skip
_ORDERS = {P.ORDER_VIEW, P.ORDER_REMIND, P.ORDER_DRAFT}
_STREETS_OWN = {P.STREET_RULES_EDIT}
"""What a street decides for itself, and the district does not decide for it."""
_STREET_HEAD = _STREET | _ORDERS | {P.MATTER_REOPEN, P.ORDER_ISSUE, P.ORDER_ANSWER, P.ORDER_SIGN_ANSWER, P.ECHO_APPROVE}
_HANDLER = {
    P.MATTER_VIEW,
    P.MATTER_NOTE,
    P.MATTER_SIGN,
    P.MATTER_RETURN,
    P.MATTER_REPLY,
    P.MATTER_ASK,
    P.MATTER_EXPORT,
    P.TEMPLATE_EDIT,
    P.PHONE_REVEAL,
    P.ORDER_VIEW,
    P.ORDER_ANSWER,
    P.SUPERVISION_VIEW,
    P.PROGRAMME_VIEW,
}
_HEAD = _HANDLER | {P.MATTER_APPROVE, P.ORDER_SIGN_ANSWER}
_DISTRICT = (
    _STREET
    | _ORDERS
    | {
        P.ORDER_ISSUE,
        P.MATTER_RELAY,
        P.MATTER_REOPEN,
        P.RULES_EDIT,
        P.SUGGESTION_EDIT,
        P.REFERENCE_EDIT,
        P.BODIES_EDIT,
        P.EXCHANGE_EDIT,
        P.REVISIT_DRAW,
        P.ECHO_APPROVE,
        P.REPORT_LAYOUT,
    }
)
_LEADER = _ORDERS | {
    P.MATTER_VIEW, P.MATTER_NOTE, P.MATTER_REOPEN, P.MATTER_EXPORT, P.ROSTER_VIEW, P.POINT_VIEW, P.RULES_VIEW,
    P.HOT_VIEW, P.RELAY_VIEW, P.PROPOSAL_VIEW, P.EXCHANGE_VIEW, P.SUPERVISION_VIEW, P.LADDER_VIEW,
    P.PROGRAMME_VIEW, P.PROGRAMME_PLAN, P.INSPECTION_VIEW,
    P.ORDER_ISSUE, P.CASE_SPONSOR, P.QUALITY_MARK, P.REVISIT_DRAW, P.REPORT_VIEW, P.REPORT_EDIT, P.REPORT_SIGN,
    P.ECHO_DRAFT, P.ECHO_APPROVE,
}  # fmt: skip

ROLES: dict[str, frozenset[Permission]] = {
    Role.DEPUTY: frozenset(_COMMON | _DEPUTY),
    Role.LIAISON_OFFICER: frozenset(_COMMON | _LIAISON | {P.REPORT_SIGN}),
    Role.STREET_STAFF: frozenset(_COMMON | _STREET | _ORDERS | _STREETS_OWN | {P.ORDER_ANSWER}),
    Role.STREET_SECRETARY: frozenset(_COMMON | _STREET_HEAD | _STREETS_OWN | {P.REPORT_SIGN}),
    Role.STREET_CHAIR: frozenset(_COMMON | _STREET_HEAD | _STREETS_OWN | {P.CASE_SPONSOR, P.REPORT_SIGN}),
    Role.HANDLER: frozenset(_COMMON | _HANDLER),
    Role.DEPARTMENT_HEAD: frozenset(_COMMON | _HEAD),
    Role.DISTRICT_STAFF: frozenset(_COMMON | _DISTRICT),
    Role.DISTRICT_LEADER: frozenset(_COMMON | _LEADER),
    Role.SYSTEM_ADMIN: frozenset({P.DESK, P.REFERENCE_EDIT, P.ACCOUNT_EDIT}),
    Role.SECURITY_ADMIN: frozenset({P.DESK, P.SECURITY_LOG}),
    Role.AUDIT_ADMIN: frozenset({P.DESK, P.AUDIT_LOG}),
}
"""What each role may do. Scope (which matters, which points) is a second question, put to the record."""


_NOTHING: frozenset[Permission] = frozenset()


def permissions_of(user: Any) -> frozenset[Permission]:
    """Everything that `user` may do, scope aside."""
    return ROLES.get(user.role, _NOTHING) if isinstance(user, User) and user.is_active else _NOTHING


def can(user: Any, permission: str, obj: Any = None) -> bool:
    """Whether `user` may do `permission`, and to `obj` when one is given.

    A record takes part by a method `concerns(user) -> bool`, its scope; it may query.
    """
    return permission in permissions_of(user) and (obj is None or bool(obj.concerns(user)))


def check(user: Any, permission: str, obj: Any = None) -> None:
    """Raise NotAllowed unless `can`."""
    if not can(user, permission, obj):
        raise NotAllowed


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare a view's permission: signed in, and the role has it. Views of one record also load it by scope."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            check(request.user, permission)
            return view(request, *args, **kwargs)

        wrapped: View = login_required(checked)
        wrapped.permission = str(permission)  # type: ignore[attr-defined]
        return wrapped

    return decorate


def unattended(view: View) -> View:
    """Declare that a page asks for this view by itself: the session goes on resting, and ends when its time is over."""
    view.unattended = True  # type: ignore[attr-defined]
    return view
