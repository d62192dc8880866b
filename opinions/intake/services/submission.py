"""Submitting an opinion: one transaction, one commit, a bounded number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import Deputy
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.codes import grouped, new_code
from liaison.base.files.models import StoredFile
from liaison.base.notices.services import queue
from liaison.base.privacy import blind_index
from liaison.base.stamps import reading
from liaison.base.words import index_words
from opinions.catalog.models import Category, ClockKind
from opinions.clocks.services import build_clock, due_values
from opinions.intake.hints import hide_id_numbers
from opinions.intake.models import KeptPhoto, Opinion, SourceChannel
from opinions.matters.models import Attachment, Matter, Reporter
from opinions.matters.services import new_link_key, reporter_draft, staff_drafts, staff_of
from opinions.matters.states import Status

CONTENT_MAX = 10_000
TITLE_MAX = 40
"""Characters of the title that is made from the content."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What somebody raised, checked by a form. `phone` has eleven digits or is empty."""

    key: UUID
    content: str
    division: Division
    street: Organisation
    district: Organisation
    channel: str = SourceChannel.QR
    title: str = ""
    place: str = ""
    position: tuple[Decimal, Decimal] | None = None
    category: Category | None = None
    reach: str = ""
    contact_point: ContactPoint | None = None
    addressed_to: Deputy | None = None
    name: str = ""
    phone: str = ""
    anonymous: bool = False
    consent_contact: bool = False
    consent_publish: bool = False
    privacy_version: str = ""
    language: str = "zh-hans"
    warnings: Sequence[str] = field(default_factory=tuple)
    tags: Sequence[str] = field(default_factory=tuple)
    source_system: str = ""
    source_number: str = ""


@dataclass(frozen=True)
class Receipt:
    """What the resident gets. `again`: this form had been received before, and nothing was written now."""

    matter: Matter
    opinion: Opinion
    reporter: Reporter
    again: bool = False


def title_from(content: str) -> str:
    """The first sentence of the content, cut to a title."""
    first = content.strip().splitlines()[0].strip() if content.strip() else ""
    for stop in "。！？!?；;":
        head = first.split(stop, 1)[0].strip()
        if len(head) >= 4:
            first = head
    return first if len(first) <= TITLE_MAX else f"{first[: TITLE_MAX - 1]}…"
