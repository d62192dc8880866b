"""A body without accounts hears of a letter by its public address, and answers it by a link that opens nothing else."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission as P
from deputies.accounts.models import User
from liaison.base.errors import NotAllowed
from liaison.base.notices.services import queue
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState
from opinions.invitations.services import LINK_DAYS, note_link, open_link, revoke_links, still_open
from supervision.orders.models import Letter, LetterLink
from supervision.orders.queries import find_letter_link, link_of, staffed
from supervision.orders.services.common import public_drafts, staff_of_bodies
from supervision.orders.services.letters import check_issuer, tell
from supervision.orders.states import UNANSWERED


def link_address(link: LetterLink) -> str:
    """The address at which the letter is answered."""
    return f"{settings.PUBLIC_URL}/b/letter/{link.token}/"


def signature(letter: Letter) -> str:
    """How the ledger names what was done by the link."""
    return f"{letter.addressee.name}（凭链接）"


def tell_addressee(
    letter: Letter, text: Any, *, by: User, now: datetime, body: str = "", asked: bool = False
) -> list[User]:
    """Tell whoever works for the addressee, and return them. A body without accounts hears it by its public address,
    and gets a fresh link where an answer is `asked` of it."""
    people = staff_of_bodies([letter.addressee_id])
    if people:
        tell(letter, people, text, now=now, body=body)
    else:
        _write_to(letter, text, link=_fresh(letter, by, now) if asked else link_of(letter), now=now, body=body)
    return people


def _fresh(letter: Letter, by: User, now: datetime) -> LetterLink:
    """A link that opens for LINK_DAYS after the last day for the answer: a late one is wanted too."""
    days = letter.rows.filter(superseded=None).values_list("clock__due_on", flat=True)
    last = max([local_today(now), *(day for day in days if day)])
    return open_link(LetterLink, expires_on=last + timedelta(days=LINK_DAYS), by=by, now=now, letter_id=letter.pk)


def _write_to(letter: Letter, text: Any, *, link: LetterLink | None, now: datetime, body: str) -> None:
    """A message to the public address and number. Once for each state of the letter, and each link."""
    with override(settings.LANGUAGE_CODE):
        subject = str(format_lazy(text, title=letter.title, number=letter.reference))
        day = link.expires_on.isoformat() if link else ""
        opens = str(format_lazy(_("请打开链接查看和回复，{day} 前有效。请勿转发。"), day=day)) if link else ""
    said = "\n".join(one for one in (body, opens) if one)
    drafts = public_drafts(
        letter.addressee, tag=f"order:{letter.pk}:{letter.version}.{link.pk if link else 0}", about=letter.chain,
        subject=subject, text=said, link=link_address(link) if link else "",
    )  # fmt: skip
    queue(drafts, now=now)


def enter(token: str, *, now: datetime) -> LetterLink:
    """The link that `token` opens, with its letter. Raises LinkGone, LinkTooBusy."""
    return still_open(find_letter_link(token), now=now)


@step
def note_use(link: LetterLink, what: str, *, now: datetime) -> None:
    """Every use stands in the link's chain; the letter's row is held, so that two uses at once take their turn."""
    Letter.objects.select_for_update().get(pk=link.letter_id)
    note_link(link, what, actor=signature(link.letter), now=now)


@step
def renew_link(*, letter: Letter, by: User, now: datetime) -> LetterLink:
    """A fresh link, sent to the body; the one before opens no more. Raises NotAllowed, WrongState."""
    _check_giver(letter, by)
    link = _fresh(letter, by, now)
    _write_to(letter, _("督办函 {number}：{title}"), link=link, now=now, body="")
    return link


@step
def revoke_link(*, letter: Letter, by: User, now: datetime) -> None:
    """收回链接 at once. Raises NotAllowed, WrongState."""
    _check_giver(letter, by)
    revoke_links(LetterLink, by=by, now=now, letter_id=letter.pk)


def _check_giver(letter: Letter, by: User) -> None:
    """Hold the letter's row, so that of two fresh links the later closes the other. Raises NotAllowed, WrongState."""
    check_issuer(letter, by, P.ORDER_DRAFT)
    if Letter.objects.select_for_update().get(pk=letter.pk).status not in UNANSWERED:
        raise WrongState
    if staffed(letter.addressee_id):
        raise NotAllowed
