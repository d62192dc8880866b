"""调研记录: written once, linked with the matters it is about, and carried into a proposal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.accounts.queries import street_of
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, district_of
from deputies.roster.models import Deputy
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.queries import deputies_of
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import hold_row
from opinions.proposals.access import may_write
from opinions.proposals.models import ResearchFile, ResearchNote

TITLE_MAX, PLACE_MAX, STAFF_MAX, MOST_MATTERS = 80, 160, 200, 200


@dataclass(frozen=True, kw_only=True)
class NoteContent:
    """A research note as it is written."""

    title: str
    held_on: date
    place: str
    findings: str
    deputies: Sequence[Deputy] = ()
    bodies: Sequence[Organisation] = ()
    staff: str = ""
    matters: Sequence[Matter] = ()


@step
def write_note(*, content: NoteContent, by: User, now: datetime, photos: Sequence[StoredFile] = ()) -> ResearchNote:
    """Keep a new note; each matter it is about says so in its history. `photos` are prepared and not saved yet.

    Raises NotAllowed, InvalidInput.
    """
    check(by, Permission.RESEARCH_EDIT)
    body = _own_body(by)
    values = _checked(content, body, by, now)
    note = ResearchNote.objects.create(organisation=body, created_by=by, created_at=now, **values)
    record(note.chain, Fact(verb="write_note", data={"body": note.title}), by=by, now=now, first=True)
    _join(note, content, by=by, now=now)
    _keep(note, photos, now)
    return note


@step
def change_note(
    *,
    note: ResearchNote,
    version: int,
    content: NoteContent,
    by: User,
    now: datetime,
    photos: Sequence[StoredFile] = (),
) -> ResearchNote:
    """Change the note that the user has read as `version`; photos are added. Raises StaleState, NotAllowed."""
    if not may_write(by, note):
        raise NotAllowed
    values = _checked(content, note.organisation, by, now, kept=note.matters.all())
    as_read = ResearchNote.objects.filter(pk=note.pk, version=version)
    if not as_read.update(version=version + 1, **values):
        raise StaleState
    note.refresh_from_db()
    record(note.chain, Fact(verb="edit_note", data={"body": note.title}), by=by, now=now)
    _join(note, content, by=by, now=now)
    _keep(note, photos, now)
    return note


def _own_body(by: User) -> Organisation:
    """The body for which the user writes: a station's people for their street."""
    body = bodies().get(street_of(by))
    if body is None:
        raise NotAllowed
    return body


def _checked(
    content: NoteContent, body: Organisation, by: User, now: datetime, *, kept: Iterable[Matter] = ()
) -> dict[str, object]:
    """The plain values. Raises InvalidInput at the field that is wrong."""
    texts = {
        "title": (content.title, TITLE_MAX, _("请写调研的主题。")),
        "place": (content.place, PLACE_MAX, _("请写调研的地点。")),
        "findings": (content.findings, None, _("请写下调研发现了什么。")),
    }
    values: dict[str, object] = {"held_on": content.held_on, "staff": content.staff.strip()[:STAFF_MAX]}
    for field, (text, most, missing) in texts.items():
        values[field] = checked_text(text, field=field, missing=missing)
        if most is not None and len(text.strip()) > most:
            raise InvalidInput(_("内容太长，请写短一些。"), field=field)
    if content.held_on > local_today(now):
        raise InvalidInput(_("调研日期不能晚于今天。"), field="held_on")
    _check_circle(content, body, by, kept)
    return values


def _check_circle(content: NoteContent, body: Organisation, by: User, kept: Iterable[Matter]) -> None:
    """Only people and bodies of the district, only matters in the user's scope (or linked before)."""
    district = district_of(body)
    held = {one.pk for one in content.deputies}
    if held and (district is None or deputies_of(district).filter(pk__in=held).count() != len(held)):
        raise InvalidInput(_("只能选择本区在任的代表。"), field="deputies")
    if any(district_of(one) != district for one in content.bodies):
        raise InvalidInput(_("只能选择本区的单位。"), field="bodies")
    wanted = {one.pk for one in content.matters} - {one.pk for one in kept}
    if len(content.matters) > MOST_MATTERS:
        raise InvalidInput(_("一份调研记录最多关联 200 件意见。"), field="codes")
    if wanted and Matter.objects.visible_to(by).filter(pk__in=wanted).count() != len(wanted):
        raise InvalidInput(_("没有找到这个编号的事项，或者它不在您的范围内。"), field="codes")


def _join(note: ResearchNote, content: NoteContent, *, by: User, now: datetime) -> None:
    """Who took part and what it is about; a matter that is new to the note hears of it in its history."""
    note.deputies.set(content.deputies)
    note.bodies.set(content.bodies)
    before = set(note.matters.values_list("pk", flat=True))
    note.matters.set(content.matters)
    fact = Fact(verb="research", data={"body": note.title, "note": note.pk, "day": note.held_on.isoformat()})
    for matter in sorted(content.matters, key=lambda one: one.pk):
        if matter.pk not in before:
            hold_row(matter)
            record(matter.chain, fact, by=by, now=now)


def _keep(note: ResearchNote, photos: Sequence[StoredFile], now: datetime) -> None:
    rows = [ResearchFile(note=note, stored=one, at=now) for one in save_prepared(photos)]
    ResearchFile.objects.bulk_create(rows)
