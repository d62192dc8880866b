"""退回: an objection to being the handler, within the window by right, afterwards with the committee's consent.

The body stays responsible (its limit for the reply runs on) until another has signed (domain.md §4).
"""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.errors import InvalidInput
from liaison.base.step import step
from opinions.catalog.models import ClockKind, Reason, ReasonKind
from opinions.clocks.services import start_clock, stop_clocks
from opinions.handling.guest import Worker, credited
from opinions.handling.models import Asked, Assignment, AssignmentStatus
from opinions.handling.queries import handlers_for, returns_of
from opinions.handling.services.common import asked_by, call, call_holder, drop_drafts, standing_for
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, checked_text, turn_of


class Objection(NamedTuple):
    """Why a body thinks that the matter is not its own, and whose it would be."""

    reason: Reason
    text: str
    suggested: Organisation | None = None


def _checked(matter: Matter, row: Assignment, said: Objection) -> Objection:
    if said.reason.kind != ReasonKind.RETURN or not said.reason.active:
        raise InvalidInput(_("请选择退回的理由。"), field="reason")
    text = checked_text(said.text, field="text", missing=_("请写明退回的依据。"))
    if said.suggested is not None and (
        said.suggested == row.organisation or said.suggested not in handlers_for(matter)
    ):
        raise InvalidInput(_("请建议本区的另一个承办单位。"), field="suggested")
    return said._replace(text=text)


@step
def return_assignment(
    *, matter: Matter, reason: Reason, text: str, suggested: Organisation | None = None, by: Worker, now: datetime
) -> Assignment:
    """退回 with a reason, once in a matter and inside the window; else `object_to` asks. Raises InvalidInput."""
    row = standing_for("return", matter=matter, by=by, now=now).assignment
    assert row is not None  # noqa: S101 - the rule looked
    said = _checked(matter, row, Objection(reason, text, suggested))
    row.return_reason, row.return_text, row.suggested = said
    _carry_out(matter, "return", row, by=by, now=now)
    return row


def _carry_out(matter: Matter, verb: str, row: Assignment, *, by: Worker, now: datetime) -> None:
    """The matter goes back to the committee with what `row` says; the resident reads the class of reason alone."""
    assert row.return_reason is not None  # noqa: S101 - the caller looked
    holder = _holder_after_return(matter, row)
    advance_matter(
        matter, verb, **credited(by), now=now, reason=row.return_reason.name, changes=turn_of(organisation=holder),
        data={"body": row.organisation.name, "to": holder.name},
    )  # fmt: skip
    row.status, row.returned_at, row.finished_at = AssignmentStatus.RETURNED, now, now
    row.save()
    drop_drafts(row)
    kinds = [ClockKind.SIGN, ClockKind.RETURN]
    stop_clocks(matter=matter, outcome=verb, now=now, kinds=kinds, organisation=row.organisation)
    start_clock(matter=matter, kind=ClockKind.TAKE, now=now, organisation=holder)
    call_holder(matter, verb, _("{body}退回：{title}"), now=now, body=row.organisation.name, more=row.return_text)


def _holder_after_return(matter: Matter, row: Assignment) -> Organisation:
    """A second return of the same matter is for the district to sort out."""
    if returns_of(matter) or row.assigned_by_organisation_id == matter.district_id:
        return matter.district
    return matter.street


@step
def object_to(
    *, matter: Matter, reason: Reason, text: str, suggested: Organisation | None = None, by: Worker, now: datetime
) -> Assignment:
    """申请退回: the window is over, or the matter was returned before; the committee decides, once an assignment.

    Until then the body handles on. Raises InvalidInput.
    """
    row = standing_for("object", matter=matter, by=by, now=now).assignment
    assert row is not None  # noqa: S101 - the rule looked
    said = _checked(matter, row, Objection(reason, text, suggested))
    row.return_reason, row.return_text, row.suggested = said
    row.objection = Asked.OPEN
    row.save(update_fields=["return_reason", "return_text", "suggested", "objection"])
    data = {"body": row.organisation.name, "suggested": said.suggested.name if said.suggested else ""}
    advance_matter(matter, "object", **credited(by), now=now, reason=f"{reason.name}：{said.text}", data=data)
    to = _holder_after_return(matter, row)
    call(matter, "object", _("{body}申请退回：{title}"), now=now, to=to, body=row.organisation.name, more=said.text)
    return row


@step
def consent_return(
    *, matter: Matter, by: User, now: datetime, text: str = "", body: Organisation | None = None
) -> Assignment:
    """同意退回: as if the body had returned it within the window."""
    row = asked_by(body, standing_for("consent_return", matter=matter, by=by, now=now).objections)
    row.objection = Asked.GRANTED
    _carry_out(matter, "consent_return", row, by=by, now=now)
    call(
        matter, "consented", _("同意退回：{title}。在其他单位签收之前，仍由你单位负责。"), now=now, to=row.organisation,
        more=text.strip(),
    )  # fmt: skip
    return row


@step
def refuse_return(
    *, matter: Matter, reason: str, by: User, now: datetime, body: Organisation | None = None
) -> Assignment:
    """不同意退回: the body handles on; for this assignment that is settled."""
    row = asked_by(body, standing_for("refuse_return", matter=matter, by=by, now=now).objections)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么不同意。"))
    row.objection = Asked.REFUSED
    row.save(update_fields=["objection"])
    advance_matter(matter, "refuse_return", by=by, now=now, reason=reason, data={"body": row.organisation.name})
    call(matter, "refuse_return", _("不同意退回，请继续办理：{title}"), now=now, to=row.organisation, more=reason)
    return row
