"""What every kind of matter shares: moving on, lines, attachments, and telling people."""

import secrets
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.audit.services import Fact
from liaison.base.errors import InvalidInput
from liaison.base.files.models import StoredFile
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.workdays.hours import Hours
from liaison.base.workflow import advance, advance_each, advance_many
from opinions.matters.models import Attachment, Line, Matter, Reporter
from opinions.matters.states import FINAL, WORKFLOWS, Status

TEXT_MAX = 10_000
SAID_AGAIN = timedelta(minutes=5)
"""The same words of the same person within this time are one message."""
_NOBODY = {"holder": None, "holder_deputy": None}


def advance_matter(
    matter: Matter,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    target: str | None = None,
    actor: str = "",
    data: dict[str, Any] | None = None,
    audience: str | None = None,
    changes: Mapping[str, Any] | None = None,
    also: Iterable[Fact] = (),
) -> None:
    """Move `matter` on by `verb`, in the caller's transaction (see `liaison.base.workflow.advance`).

    A final status ends everybody's turn and dates the end; moving off one takes the date back. A change of tier is kept
    in the event itself (`data["tiers"]`), with its reason.
    """
    workflow = WORKFLOWS[matter.kind]
    to = workflow[verb].target or target or matter.status
    values = {**(_NOBODY if to in FINAL else {}), **(changes or {}), "closed_at": now if to in FINAL else None}
    data = {**(data or {}), **tier_step(matter, values.get("tier", matter.tier))}
    advance(
        matter, verb, workflow=workflow, by=by, now=now, chain=matter.chain, reason=reason, target=target,
        actor=actor, data=data, audience=audience, changes=values, also=also,
    )  # fmt: skip


def end_matters(matters: Sequence[Matter], verb: str, *, now: datetime) -> None:
    """Move many matters of one kind to their end by `verb`, for the system: all of them or none, by three statements.

    The caller holds the rows. Raises what `advance_many` raises.
    """
    ended = {**_NOBODY, "closed_at": now}
    workflow = WORKFLOWS[matters[0].kind]
    advance_many(matters, verb, workflow=workflow, by=None, now=now, chain=lambda one: one.chain, changes=ended)


def return_matters(
    matters: Sequence[Matter], verb: str, *, turns: Mapping[int, Mapping[str, Any]], now: datetime
) -> None:
    """Move many matters of one kind by `verb` back to where each was before it waited, for the system.

    `turns` say, by key, whose turn it is then (`holder_id`, `holder_deputy_id`). The caller holds the rows. Raises what
    `advance_each` raises.
    """
    changes = {one.pk: {"status": one.resume_status, "resume_status": "", **turns[one.pk]} for one in matters}
    workflow = WORKFLOWS[matters[0].kind]
    advance_each(matters, verb, workflow=workflow, by=None, now=now, chain=lambda one: one.chain, changes=changes)


def tier_step(matter: Matter, to: int | None) -> dict[str, Any]:
    """What an event keeps when the matter goes to another tier: from and to (H4)."""
    return {"tiers": [matter.tier, to]} if to != matter.tier else {}


def turn_of(*, organisation: Organisation | None = None, deputy: Deputy | None = None) -> dict[str, Any]:
    """`changes` that give the turn to a body, to a deputy, or (neither) to the resident."""
    return {"holder": organisation, "holder_deputy": deputy}


def checked_text(text: str, *, field: str, missing: object, most: int = TEXT_MAX) -> str:
    """`text` without blanks around it. Raises InvalidInput at `field` when there is nothing to read in it, or more than
    `most`."""
    if not any(one.isprintable() and not one.isspace() for one in text):
        raise InvalidInput(missing, field=field)
    return fitting(text, field=field, most=most)


def fitting(text: str, *, field: str, most: int = TEXT_MAX) -> str:
    """`text`, which may be empty, without blanks around it. Raises InvalidInput at `field` when it is too long."""
    text = text.strip()
    if len(text) > most:
        raise InvalidInput(_("内容太长，请控制在 %(limit_value)d 字以内。") % {"limit_value": most}, field=field)
    return text


def add_line(
    *,
    matter: Matter,
    body: str,
    audience: str,
    by: User | None,
    now: datetime,
    author: str = "",
    organisation: Organisation | None = None,
    reporter: Reporter | None = None,
) -> Line:
    """Add a line to the conversation. Raises InvalidInput when empty or too long. `author` is shown as written."""
    body = checked_text(body, field="body", missing=_("请写下内容再发送。"))
    return Line.objects.create(
        matter=matter, body=body, audience=audience, by=by, at=now, reporter=reporter,
        organisation=organisation or (by.organisation if by else None), author=author or (by.signature if by else ""),
    )  # fmt: skip


def hold_row(matter: Matter) -> None:
    """Lock the matter's row until the transaction ends, so that writers take their turn, and read its status anew."""
    held = Matter.objects.select_for_update().filter(pk=matter.pk).values_list("status", flat=True).first()
    matter.status = held or Status.CLOSED


def already_said(
    *, matter: Matter, body: str, audience: str, stored: Sequence[StoredFile], now: datetime, by: User | None = None,
    reporter: Reporter | None = None,
) -> bool:  # fmt: skip
    """Whether these words and all of these files have just come from the same person for the same readers: a button
    pressed twice.

    The caller holds the matter's row, so that of two presses at one moment the second finds the first.
    """
    since, body = now - SAID_AGAIN, body.strip()
    lines = Line.objects.filter(matter=matter, by=by, reporter=reporter, audience=audience, at__gte=since, body=body)
    if not (body or stored) or (body and not lines.exists()):
        return False
    sums = {one.sha256 for one in stored}
    where = {matter.pk, reporter.matter_id if reporter else matter.pk}
    had = Attachment.objects.filter(matter__in=where, by=by, at__gte=since, stored__sha256__in=sums)
    return sums == set(had.values_list("stored__sha256", flat=True))


def attach(
    *, matter: Matter, stored: Iterable[StoredFile], audience: str, by: User | None, now: datetime,
    organisation: Organisation | None = None,
) -> list[Attachment]:  # fmt: skip
    """Attach stored files to the matter. Without `by` they are the resident's, or `organisation`'s by its link."""
    rows = [
        Attachment(matter=matter, stored=one, audience=audience, by=by, organisation=organisation, at=now)
        for one in stored
    ]
    return Attachment.objects.bulk_create(rows)


def new_link_key() -> str:
    """The key of a resident's private link (about 128 bits)."""
    return secrets.token_urlsafe(16)


def private_link(reporter: Reporter, code: str) -> str:
    """The resident's own address for following the matter `code`."""
    return f"{settings.PUBLIC_URL}/t/{code}/?k={reporter.link_key}"


def tell_body(
    matter: Matter, *, key: str, subject: object, now: datetime, organisation: Organisation | None = None,
    deputy: Deputy | None = None, roles: Iterable[str] = (), body: object = "", link: str = "",
) -> None:  # fmt: skip
    """Queue in-app notices (and e-mail or WeCom where the person has an address) to a deputy or to a body's staff.

    `link` leads elsewhere than to the matter's page.
    """
    people = staff_of(organisation=organisation, deputy=deputy, roles=roles)
    queue(staff_drafts(matter, people, key=key, subject=subject, body=body, link=link), now=now)


def staff_of(
    *, organisation: Organisation | None = None, deputy: Deputy | None = None, roles: Iterable[str] = ()
) -> list[User]:
    """Who works on what a deputy (with the paired helper) or a body holds; one statement."""
    staff = User.objects.filter(is_active=True)
    if deputy is not None:
        return list(staff.filter(Q(deputy=deputy) | Q(pk=deputy.helper_id)))
    if organisation is None:
        return []
    chosen = list(roles)
    staff = staff.filter(role__in=chosen) if chosen else staff.exclude(role=Role.DEPUTY)
    return list(staff.filter(organisation=organisation))


def tell_holders(matters: Sequence[Matter], *, key: Callable[[Matter], str], subject: Any, now: datetime) -> None:
    """Tell of each matter whose turn it is, as `tell_body` does for one; the street when it is nobody's.

    `subject` is a template with `{title}`. Three statements, however many there are.
    """
    bodies, deputies = _crews(matters)
    drafts: list[Draft] = []
    for one in matters:
        people = deputies[one.holder_deputy_id] if one.holder_deputy_id else bodies[one.holder_id or one.street_id]
        drafts += staff_drafts(one, people, key=key(one), subject=format_lazy(subject, title=one.title))
    queue(drafts, now=now)


def _crews(matters: Iterable[Matter]) -> tuple[dict[int, list[User]], dict[int, list[User]]]:
    """Who works at the bodies and for the deputies whose turn it is, as `staff_of` finds it for one."""
    bodies: dict[int, list[User]] = {one.holder_id or one.street_id: [] for one in matters}
    for person in User.objects.filter(organisation__in=bodies, is_active=True).exclude(role=Role.DEPUTY):
        bodies[person.organisation_id or 0].append(person)
    keys = {one.holder_deputy_id for one in matters if one.holder_deputy_id}
    deputies = Deputy.objects.filter(pk__in=keys).select_related("user", "helper")
    pairs = {one.pk: (one.user, one.helper) for one in deputies}
    return bodies, {pk: [one for one in pair if one is not None and one.is_active] for pk, pair in pairs.items()}


def staff_drafts(
    matter: Matter, people: Iterable[User], *, key: str, subject: object, body: object = "", link: str = ""
) -> list[Draft]:
    """The notices to `people` about `matter`, one for each channel by which they can be reached."""
    link = link or f"/desk/matters/{matter.code}/"
    return drafts_for(people, tag=f"{matter.pk}:{key}", about=matter.chain, subject=subject, body=body, link=link)


def drafts_for(
    people: Iterable[User], *, tag: str, about: str, subject: object, link: str, body: object = "",
    hours: Hours | None = None,
) -> list[Draft]:  # fmt: skip
    """The notices to `people` about any record, one for each channel by which they can be reached; `tag` names the
    fact, `about` is the record's chain, `hours` are those in which they may be sent."""
    with override(settings.LANGUAGE_CODE):
        words = {"subject": str(subject), "body": str(body), "about": about, "hours": hours}
    return [draft for person in people for draft in _drafts(person, f"{tag}:{person.pk}", link, words)]


def _drafts(person: User, tag: str, link: str, words: Mapping[str, Any]) -> Iterable[Draft]:
    yield Draft(key=f"{tag}:in_app", channel=Channel.IN_APP, recipient=person, link=link, **words)
    absolute = f"{settings.PUBLIC_URL}{link}"
    for channel, address in ((Channel.EMAIL, person.email), (Channel.WECOM, person.wecom_id)):
        if address:
            yield Draft(
                key=f"{tag}:{channel}", channel=channel, recipient=person, address=address, link=absolute, **words
            )


def tell_reporters(
    matter: Matter, *, key: str, subject: object, now: datetime, links: Mapping[int, str] | None = None,
    only: Container[int] | None = None,
) -> None:  # fmt: skip
    """Queue a text message to every resident behind the matter and those merged into it who left a number.

    `links` may give a reporter (by id) another link than the private one, e.g. the one-time rating link; `only` these
    reporters are told.
    """
    reporters = Reporter.objects.filter(
        matter__in=[matter.pk, *matter.merged.values_list("pk", flat=True)]
    ).select_related("matter")
    drafts = [
        reporter_draft(
            matter,
            reporter,
            code=reporter.matter.code,
            key=key,
            subject=subject,
            link=(links or {}).get(reporter.pk, ""),
        )
        for reporter in reporters
        if reporter.phone and (only is None or reporter.pk in only)
    ]
    queue(drafts, now=now)


def reporter_draft(
    matter: Matter, reporter: Reporter, *, code: str, key: str, subject: object, link: str = ""
) -> Draft:
    """A text message to a resident who left a number, in the language that the resident read; `link` replaces the
    private one of the matter `code`."""
    with override(reporter.language):
        words = str(subject)
    return Draft(
        key=f"{matter.pk}:{key}:r{reporter.pk}:sms", channel=Channel.SMS, address=reporter.phone, subject=words,
        link=link or private_link(reporter, code), about=matter.chain,
    )  # fmt: skip
