"""Working by a link: opening it, and doing what the body of the assignment may do. Every use stands in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.step import step
from opinions.catalog.models import Reason
from opinions.handling import services as handling
from opinions.handling.models import LIVE, Assignment
from opinions.handling.queries import guest_of, oversees, verbs_for
from opinions.handling.services import Content, send_link
from opinions.invitations.models import BodyLink
from opinions.invitations.queries import find_body_link
from opinions.invitations.services import LinkGone, note_link, revoke_body_link, still_open
from opinions.matters.models import Matter
from opinions.matters.services import attach, hold_row


@dataclass(frozen=True)
class Door:
    """An open link: its assignment and its matter, and nothing else."""

    link: BodyLink
    assignment: Assignment
    matter: Matter


def enter(token: str, *, now: datetime) -> Door:
    """The door that `token` opens. Raises LinkGone, LinkTooBusy."""
    link = still_open(find_body_link(token), now=now)
    return Door(link, link.assignment, link.assignment.matter)


@step
def note_use(door: Door, what: str, *, now: datetime) -> None:
    """Every use of a link stands in its chain of the ledger. The matter's row is held as every verb holds it, so that
    two uses at once take their turn."""
    hold_row(door.matter)
    note_link(door.link, what, actor=guest_of(door.assignment).signature, now=now)


@step
def sign(door: Door, *, person: str, now: datetime) -> None:
    """签收."""
    note_use(door, "sign", now=now)
    handling.sign(matter=door.matter, person=person, by=guest_of(door.assignment), now=now)


@step
def send_back(door: Door, *, reason: Reason, text: str, now: datetime) -> None:
    """退回 within the window, else 申请退回."""
    note_use(door, "return", now=now)
    verbs = {row.verb for row in verbs_for(guest_of(door.assignment), door.matter, now=now)}
    service = handling.return_assignment if "return" in verbs else handling.object_to
    service(matter=door.matter, reason=reason, text=text, by=guest_of(door.assignment), now=now)


@step
def ask_extension(door: Door, *, until: date, reason: str, now: datetime) -> None:
    """申请延期."""
    note_use(door, "ask_extension", now=now)
    handling.ask_extension(matter=door.matter, until=until, reason=reason, by=guest_of(door.assignment), now=now)


@step
def reply(door: Door, *, content: Content, now: datetime) -> None:
    """送审: the committee that gave the matter out approves, since there is no head."""
    note_use(door, "draft", now=now)
    handling.submit_for_approval(matter=door.matter, content=content, by=guest_of(door.assignment), now=now)


@step
def add_photos(door: Door, *, photos: Sequence[StoredFile], now: datetime) -> None:
    """Photos (prepared, not saved yet) for whoever handles. Raises InvalidInput, LinkGone once the work has ended."""
    if door.assignment.status not in LIVE:
        raise LinkGone
    if not photos:
        raise InvalidInput(_("请选择照片。"), field="photos")
    note_use(door, "photos", now=now)
    attach(
        matter=door.matter, stored=save_prepared(photos), audience=Audience.INTERNAL, by=None, now=now,
        organisation=door.assignment.organisation,
    )  # fmt: skip


@step
def renew(*, assignment: Assignment, by: User, now: datetime) -> BodyLink:
    """A fresh link for the body, sent again; the old one opens no more. Raises NotAllowed."""
    _check_giver(assignment, by)
    return send_link(assignment, by=by, now=now)


@step
def revoke(*, assignment: Assignment, by: User, now: datetime) -> None:
    """收回链接 at once. Raises NotAllowed."""
    _check_giver(assignment, by)
    revoke_body_link(assignment_id=assignment.pk, by=by, now=now)


def _check_giver(assignment: Assignment, by: User) -> None:
    """Hold the matter's row, so that of two fresh links the later one closes the other. Raises NotAllowed."""
    hold_row(assignment.matter)
    if not assignment.by_link or assignment.status not in LIVE or not oversees(by, assignment.matter):
        raise NotAllowed
