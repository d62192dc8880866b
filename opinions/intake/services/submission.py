"""Submitting an opinion: one transaction, one commit, a bounded number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deputies.accounts.models import Role, User
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import Deputy
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.codes import grouped, new_code
from liaison.base.errors import InvalidInput
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.notices.services import Draft, queue
from liaison.base.prepared import insert
from liaison.base.privacy import blind_index, hide_id_numbers
from liaison.base.stamps import reading
from liaison.base.words import index_words
from opinions.catalog.models import Category, ClockKind, SourceChannel
from opinions.clocks.models import Clock
from opinions.clocks.services import build_clock, due_values
from opinions.intake.models import KeptPhoto, Opinion
from opinions.intake.queries import first_reporter, opinion_by_key, source_exists
from opinions.matters.models import RESIDENT, Matter, Reporter
from opinions.matters.services import attach, new_link_key, reporter_draft, staff_drafts, staff_of
from opinions.matters.states import Status
from opinions.routing.services import Plan, Raised, carry_out, plan, settle
from opinions.similar.services import index_soon
from opinions.suggestion.services import suggest_soon

CONTENT_MAX = 10_000
TITLE_MAX = 40
"""Characters of the title that is made from the content."""
SHORTEST_TITLE, LONGEST_TITLE = 4, 80
CALLED = (Role.STREET_STAFF, Role.LIAISON_OFFICER, Role.DISTRICT_STAFF)
"""Who is told of a new opinion at a body: those who distribute, not its heads."""
_ATTEMPTS = 3


class DuplicateSource(InvalidInput):
    """The other system's number has been taken in before."""

    message = _lazy("这个来源编号已经登记过，不用重复登记。")
    status_code = 409


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
    wish: str = ""
    contact_point_id: int | None = None
    electoral_district: Division | None = None
    addressed_to: Deputy | None = None
    name: str = ""
    phone: str = ""
    anonymous: bool = False
    consent_contact: bool = False
    consent_publish: bool = False
    privacy_version: str = ""
    language: str = "zh-hans"
    warnings: Sequence[str] = ()
    tags: Sequence[str] = ()
    source_system: str = ""
    source_number: str = ""
    campaign: int | None = None
    """The announced activity whose page led here."""
    raised_at: datetime | None = None
    """When it was first raised, for entries that come from elsewhere."""


@dataclass(frozen=True)
class Receipt:
    """What the resident gets. `again`: this form had been received before, and nothing was written now."""

    matter: Matter
    opinion: Opinion
    reporter: Reporter
    again: bool = False


@dataclass
class Rows:
    """Everything that one opinion writes, built but not saved."""

    matter: Matter
    opinion: Opinion
    reporter: Reporter
    plan: Plan
    clock: Clock | None
    facts: list[Fact] = field(default_factory=list)

    def bind(self) -> None:
        """Tell the rows the key that their matter got when it was saved."""
        self.opinion.matter = self.matter
        self.reporter.matter = self.matter
        if self.clock is not None:
            self.clock.matter = self.matter


def submit(
    *,
    entry: Entry,
    by: User | None,
    now: datetime,
    photos: Sequence[StoredFile] = (),
    kept: Sequence[KeptPhoto] = (),
    client_hash: str = "",
) -> Receipt:
    """Take in what `entry` says: at most 10 statements and one commit; a form sent again gives the first receipt.

    `by` is the officer who enters it for a resident, or None. `photos` are prepared and not saved yet, `kept` came
    with an earlier attempt. Of two sendings at the same moment the unique key lets one through; the other gets its
    receipt. Raises DuplicateSource.
    """
    with reading():
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return _write(entry, by, now, photos, kept, client_hash)
            except IntegrityError:
                first = receipt_of(entry.key)
                if first is not None:
                    return first
                _refuse_duplicate(entry)
                if attempt == _ATTEMPTS:
                    raise
    raise AssertionError("unreachable")


def _refuse_duplicate(entry: Entry) -> None:
    if entry.source_number and source_exists(entry.source_system, entry.source_number):
        raise DuplicateSource(field="source_number")


def receipt_of(key: UUID) -> Receipt | None:
    """The receipt of the opinion that a form with this submission key has made, if any."""
    opinion = opinion_by_key(key)
    return Receipt(opinion.matter, opinion, first_reporter(opinion.pk), again=True) if opinion else None


@transaction.atomic
def _write(
    entry: Entry,
    by: User | None,
    now: datetime,
    photos: Sequence[StoredFile],
    kept: Sequence[KeptPhoto],
    client_hash: str,
) -> Receipt:
    rows = build_rows(entry, by=by, now=now, client_hash=client_hash)
    matter = rows.matter
    insert([matter])
    rows.bind()
    insert([rows.opinion])
    insert([rows.reporter])
    if rows.clock is not None:
        insert([rows.clock])
    settle(rows.plan, matter=matter)
    record(matter.chain, *rows.facts, by=by, actor=actor_of(by), now=now, first=True)
    _attach(matter, photos, kept, now)
    queue(_drafts(rows, entry), now=now)
    carry_out(rows.plan, matter=matter, now=now)
    suggest_soon(district_id=entry.district.pk)
    index_soon()
    return Receipt(matter, rows.opinion, rows.reporter)


def actor_of(by: User | None) -> str:
    """The ledger's word for who submitted."""
    return "" if by else RESIDENT


def _attach(matter: Matter, photos: Sequence[StoredFile], kept: Sequence[KeptPhoto], now: datetime) -> None:
    """Save and attach the photos. They are the resident's, also when an officer sends them for the resident."""
    stored = [*(one.stored for one in kept), *save_prepared(photos)]
    if stored:
        attach(matter=matter, stored=stored, audience=Audience.INTERNAL, by=None, now=now)
    if kept:
        KeptPhoto.objects.filter(pk__in=[one.pk for one in kept]).delete()


def build_rows(entry: Entry, *, by: User | None, now: datetime, client_hash: str = "") -> Rows:
    """All rows of one opinion, decided, timed and unsaved. Inside `stamps.reading()` it asks the database nothing
    more than routing does."""
    entry = _without_id_numbers(entry)
    made = plan(_raised(entry, entry.raised_at or now), now=now)
    matter = _matter(entry, made, now)
    clock = build_clock(matter=matter, kind=ClockKind.TAKE, now=now, organisation=made.holder)
    for name, value in due_values([clock] if clock else []).items():
        setattr(matter, name, value)
    return Rows(matter, _opinion(entry, by), _reporter(entry, client_hash, now), made, clock, _facts(entry, made))


def _without_id_numbers(entry: Entry) -> Entry:
    """The entry as it may be stored, with a title."""
    content = hide_id_numbers(entry.content)
    return replace(
        entry, content=content, title=hide_id_numbers(entry.title)[:LONGEST_TITLE] or title_from(content),
        place=hide_id_numbers(entry.place), name=hide_id_numbers(entry.name),
    )  # fmt: skip


def _raised(entry: Entry, at: datetime) -> Raised:
    return Raised(
        division=entry.division, street=entry.street, district=entry.district, channel=entry.channel,
        text=f"{entry.title}\n{entry.content}", category=entry.category, deputy=entry.addressed_to,
        electoral_district=entry.electoral_district, reach=entry.reach, wish=entry.wish, place=entry.place,
        position=entry.position, at=at,
    )  # fmt: skip


def _matter(entry: Entry, made: Plan, now: datetime) -> Matter:
    code = new_code()
    words = index_words(code, entry.title, entry.content, entry.place, entry.source_number)
    return Matter(
        code=code, title=entry.title, status=Status.SUBMITTED, category=entry.category, division=entry.division,
        street=entry.street, district=entry.district, opened_at=entry.raised_at or now,
        tags=made.tags_with(entry.tags), search_text=words, **({"deputy": entry.addressed_to} | made.changes),
    )  # fmt: skip


def _opinion(entry: Entry, by: User | None) -> Opinion:
    latitude, longitude = entry.position or (None, None)
    return Opinion(
        channel=entry.channel, content=entry.content, place=entry.place, latitude=latitude,
        longitude=longitude, reach=entry.reach, wish=entry.wish, contact_point_id=entry.contact_point_id,
        addressed_to=entry.addressed_to, anonymous=entry.anonymous, privacy_version=entry.privacy_version,
        consent_contact=entry.consent_contact, consent_publish=entry.consent_publish, submission_key=entry.key,
        source_system=entry.source_system, source_number=entry.source_number, assisted_by=by,
        warnings=list(entry.warnings), campaign=entry.campaign,
    )  # fmt: skip


def _reporter(entry: Entry, client_hash: str, now: datetime) -> Reporter:
    return Reporter(
        name=entry.name, phone=entry.phone, phone_index=blind_index(entry.phone),
        link_key=new_link_key(), client_hash=client_hash, language=entry.language, created_at=now,
    )  # fmt: skip


def _facts(entry: Entry, made: Plan) -> list[Fact]:
    whom = made.holder_deputy or made.holder
    submitted = {"channel": entry.channel, **({"raised_at": entry.raised_at} if entry.raised_at else {})}
    routed = {"tier": made.tier, "rule": made.decision.rule_name, "problem": made.problem, "body": str(whom or "")}
    return [
        Fact(verb="submit", target=Status.SUBMITTED, data=submitted, audience=Audience.PUBLIC),
        Fact(verb="route", data=routed, system=True),
    ]


def _drafts(rows: Rows, entry: Entry) -> Iterable[Draft]:
    """What is told at once: to whom it went, and to the resident who left a number."""
    subject = _told_staff(rows.matter)
    yield from staff_drafts(rows.matter, _people(rows.plan), key="submit", subject=subject)
    if entry.phone:
        with translation.override(entry.language):
            told = _("您反映的事已收到，编号 %(code)s。查进度：") % {"code": grouped(rows.matter.code)}
        yield reporter_draft(rows.matter, rows.reporter, code=rows.matter.code, key="submit", subject=told)


def _told_staff(matter: Matter) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("有一件新的民情民意，请接单：%(title)s") % {"title": matter.title}


def _people(made: Plan) -> list[User]:
    """The deputy with the paired helper, whom the entrance has loaded already, or those who distribute at the body."""
    deputy = made.holder_deputy
    if deputy is not None:
        return [person for person in (deputy.user, deputy.helper) if person is not None and person.is_active]
    return staff_of(organisation=made.holder, roles=CALLED)


def title_from(content: str) -> str:
    """The first sentence of the content, cut to a title."""
    first = next((line.strip() for line in content.splitlines() if line.strip()), "")
    for stop in "。！？!?；;，,":
        head = first.split(stop, 1)[0].strip()
        if len(first) > TITLE_MAX and len(head) >= SHORTEST_TITLE:
            first = head
    return first if len(first) <= TITLE_MAX else f"{first[: TITLE_MAX - 1]}…"
