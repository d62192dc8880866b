"""What all verbs share: may it be done, for whom is it done, and who is told."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.codes import grouped
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState
from opinions.handling.guest import Worker
from opinions.handling.models import Assignment, AssignmentStatus, Reply, ReplyStatus
from opinions.handling.standing import Standing, leads_on, refusal
from opinions.matters.models import Matter
from opinions.matters.services import tell_body, tell_reporters, turn_of
from opinions.matters.states import WORKFLOWS

SYSTEM_MAY = frozenset({"assign"})
"""Verbs of people that the routing engine may carry out as well (`by=None`)."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """For whom something is done: a deputy or a body. `actor` is how the ledger names who did it."""

    organisation: Organisation | None = None
    deputy: Deputy | None = None
    actor: str = ""

    @property
    def name(self) -> str:
        """The name that residents read."""
        return self.deputy.name if self.deputy else (self.organisation.name if self.organisation else "")

    @property
    def turn(self) -> dict[str, Any]:
        return turn_of(organisation=self.organisation, deputy=self.deputy)


def asked_by(body: Organisation | None, waiting: Iterable[Assignment]) -> Assignment:
    """Of the assignments that wait for a decision that of `body`, or the first. Raises InvalidInput when it is gone."""
    found = next((row for row in waiting if body is None or row.organisation == body), None)
    if found is None:
        raise InvalidInput(_("这个单位的申请已经有了结果，请看最新情况。"))
    return found


def lock(matter: Matter) -> None:
    """Hold the matter's row until the transaction ends, so that all writers of a matter take their turn.

    Raises StaleState when it has moved on since `matter` was read; what is read from here on fits `matter`.
    """
    held = Matter.objects.select_for_update().filter(pk=matter.pk, version=matter.version)
    if not held.values_list("pk", flat=True).first():
        raise StaleState


def standing_for(verb: str, *, matter: Matter, by: Worker | None, now: datetime) -> Standing:
    """The user's standing if `verb` is open to the user now; raises WrongState, NotAllowed or the rule's refusal."""
    if by is None:
        raise NotAllowed
    lock(matter)
    row = WORKFLOWS[matter.kind][verb]
    if not leads_on(row, matter.status):
        raise WrongState
    standing = Standing(by, matter, local_today(now))
    why = refusal(standing, row)
    if why is not None:
        raise why
    return standing


def system_side(verb: str, *, matter: Matter) -> Side:
    """The side for which the engine acts: the street. Raises NotAllowed for verbs that need a person."""
    if verb not in SYSTEM_MAY:
        raise NotAllowed
    lock(matter)
    if not leads_on(WORKFLOWS[matter.kind][verb], matter.status):
        raise WrongState
    return Side(organisation=matter.street)


def side_of(standing: Standing) -> Side:
    """For whom the user acts: the deputy who holds the matter, the street, the district, else the user's own body.

    A deputy to whom the matter was relayed speaks in the own name.
    """
    user, matter = standing.user, standing.matter
    if standing.speaks_for_deputy or (standing.deputy and not standing.street):
        return _deputys_side(standing)
    if isinstance(user, User) and user.role == Role.DEPUTY:
        return Side(deputy=Deputy.objects.filter(user=user).first(), actor=user.signature)
    body = matter.district if standing.district else matter.street if standing.street else user.organisation
    return Side(organisation=body, actor=user.signature)


def _deputys_side(standing: Standing) -> Side:
    deputy = standing.deputy
    assert deputy is not None  # noqa: S101 - the caller looked
    if not standing.assisting:
        return Side(deputy=deputy, actor=standing.user.signature)
    with override(settings.LANGUAGE_CODE):  # the ledger keeps one language
        assisted = _("%(deputy)s（%(helper)s代办）") % {"deputy": deputy.name, "helper": standing.user.signature}
    return Side(deputy=deputy, actor=assisted)


def news(
    matter: Matter, verb: str, text: Any, *, now: datetime, links: Mapping[int, str] | None = None,
    only: Container[int] | None = None, **facts: Any,
) -> None:  # fmt: skip
    """Tell the residents behind the matter (`only` these, by id): `text` is a template with `{code}` and what `facts`
    give."""
    subject = format_lazy(text, code=grouped(matter.code), **facts)
    tell_reporters(matter, key=f"{verb}:{matter.version}", subject=subject, now=now, links=links, only=only)


def call(
    matter: Matter,
    verb: str,
    text: Any,
    *,
    now: datetime,
    to: Organisation | None = None,
    deputy: Deputy | None = None,
    roles: Iterable[str] = (),
    more: object = "",
    link: str = "",
    **facts: Any,
) -> None:
    """Tell a body or a deputy: `text` is a template with `{title}` and what `facts` give; `more` goes below it, `link`
    leads elsewhere than to the matter's page."""
    subject = format_lazy(text, title=matter.title, **facts)
    key = f"{verb}:{matter.version}"
    tell_body(
        matter, key=key, subject=subject, now=now, organisation=to, deputy=deputy, roles=roles, body=more, link=link
    )


def call_holder(matter: Matter, verb: str, text: Any, *, now: datetime, **facts: Any) -> None:
    """Tell whose turn it is; the street when it is nobody's."""
    to = None if matter.holder_deputy else (matter.holder or matter.street)
    call(matter, verb, text, now=now, to=to, deputy=matter.holder_deputy, **facts)


def drop_drafts(assignment: Assignment) -> None:
    """Unfinished replies of an assignment that has ended without them."""
    unfinished = (ReplyStatus.DRAFT, ReplyStatus.PENDING, ReplyStatus.SENT_BACK)
    Reply.objects.filter(assignment=assignment, status__in=unfinished).update(status=ReplyStatus.DROPPED)


def revoke(assignment: Assignment, *, now: datetime) -> None:
    """End an assignment that is no longer needed."""
    assignment.status, assignment.finished_at, assignment.liable = AssignmentStatus.REVOKED, now, False
    assignment.save(update_fields=["status", "finished_at", "liable"])
    drop_drafts(assignment)


def revoke_live(matter: Matter, *, now: datetime) -> list[Organisation]:
    """End all live assignments of the matter; returns their bodies."""
    rows = Standing.live_of(matter)
    for row in rows:
        revoke(row, now=now)
    free_liable(matter)
    return [row.organisation for row in rows]


def free_liable(matter: Matter) -> None:
    """Nobody answers as a handler any more: the matter is replied to, declined, or goes another way."""
    matter.assignments.filter(liable=True).update(liable=False)
