"""回访台账: about which closed matters of a half-year the resident was rung up or visited, and which are due."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.accounts.queries import streets_of
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, street_committees_of
from liaison.base.codes import grouped
from liaison.base.workdays.arithmetic import local_today, midnight
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.orders.models import NoteKind, SponsorNote
from supervision.revisits.access import guarded
from supervision.revisits.models import Contact, Means, Revisit, RevisitStatus

OFFERED = 6
"""Half-years back that can be looked at."""
MOST_ROWS = 5_000
"""Rows of a spreadsheet made while the user waits."""
ORDER = ("-closed_at", "-id")
COLUMNS = (_("事项编号"), _("标题"), _("办结"), _("电话"), _("上门"), _("情况"))


@dataclass(frozen=True, order=True)
class Half:
    """A half-year: `part` 1 from January, 2 from July."""

    year: int
    part: int

    def __str__(self) -> str:
        return f"{self.year}-{self.part}"

    @classmethod
    def of(cls, day: date) -> "Half":
        return cls(day.year, 1 if day.month <= 6 else 2)

    @classmethod
    def read(cls, text: str) -> "Half":
        """What `str` wrote."""
        year, part = text.split("-")
        return cls(int(year), int(part))

    @classmethod
    def last(cls, today: date) -> list["Half"]:
        """The present one and those before it, newest first."""
        found = [cls.of(today)]
        while len(found) < OFFERED:
            found.append(found[-1].before)
        return found

    @property
    def before(self) -> "Half":
        return Half(self.year, 1) if self.part == 2 else Half(self.year - 1, 2)

    @property
    def begin(self) -> date:
        return date(self.year, 6 * self.part - 5, 1)

    @property
    def end(self) -> date:
        """The day after its last."""
        return date(self.year, 7, 1) if self.part == 1 else date(self.year + 1, 1, 1)

    @property
    def label(self) -> str:
        part = gettext("上半年") if self.part == 1 else gettext("下半年")
        return gettext("%(year)s 年%(part)s") % {"year": self.year, "part": part}


def streets_for(user: User) -> list[Organisation]:
    """The streets whose ledger the user reads."""
    if user.role in DISTRICT_ROLES:
        return street_committees_of(user.organisation) if user.organisation else []
    return [body for pk in streets_of(user) if (body := bodies().get(pk)) is not None]


def ledger(user: User, *, street: Organisation, half: Half, state: str) -> QuerySet[Matter]:
    """The matters of the street that were closed in the half-year; `called` and `visited` say what was done since.

    A call is one of the street's own or a call-back by others that was answered, a visit one of the street's or of the
    leader who sponsored the case. `state`: all, those that lack one of them ("due"), those that lack none ("done").
    """
    rows = Matter.objects.filter(
        guarded(user), street=street, status=Status.CLOSED,
        closed_at__gte=midnight(half.begin), closed_at__lt=midnight(half.end),
    )  # fmt: skip
    mine = Contact.objects.filter(matter=OuterRef("pk"))
    answered = Revisit.objects.filter(matter=OuterRef("pk"), status=RevisitStatus.DONE)
    seen = SponsorNote.objects.filter(sponsorship__matter=OuterRef("pk"), kind=NoteKind.REVISIT)
    called = Exists(mine.filter(means=Means.CALL)) | Exists(answered)
    visited = Exists(mine.filter(means=Means.VISIT)) | Exists(seen)
    rows = rows.annotate(called=called, visited=visited)
    wanted = {"due": ~(called & visited), "done": called & visited}
    return rows.filter(wanted[state]) if state in wanted else rows


@dataclass(frozen=True, order=True)
class Touch:
    """One call or visit: when, and who."""

    day: date
    who: str

    def __str__(self) -> str:
        return f"{self.day} {self.who}"


@dataclass(frozen=True)
class Line:
    """A matter of the ledger with its calls and visits, oldest first."""

    matter: Matter
    calls: list[Touch]
    visits: list[Touch]

    @property
    def state(self) -> Any:
        """Which of the two is still due."""
        if self.calls and self.visits:
            return _("都回访了")
        if self.calls or self.visits:
            return _("还差上门") if self.calls else _("还差电话")
        return _("电话、上门都还差")


def lines(matters: Sequence[Matter]) -> list[Line]:
    """The matters with what was done about each; three statements however many there are."""
    found: dict[tuple[int, str], list[Touch]] = defaultdict(list)
    for one in Contact.objects.filter(matter__in=matters).select_related("by", "organisation"):
        found[one.matter_id, one.means].append(Touch(one.day, f"{one.organisation} {one.by.name}"))
    answered = Revisit.objects.filter(matter__in=matters, status=RevisitStatus.DONE, done_at__isnull=False)
    for call in answered.select_related("caller", "done_by"):
        who = f"{call.caller or ''} {call.done_by.name if call.done_by else ''}"
        found[call.matter_id, Means.CALL].append(Touch(local_today(call.done_at), who.strip()))  # type: ignore[arg-type]
    notes = SponsorNote.objects.filter(sponsorship__matter__in=matters, kind=NoteKind.REVISIT)
    for note in notes.select_related("by", "sponsorship"):
        found[note.sponsorship.matter_id, Means.VISIT].append(Touch(note.day, note.by.name))
    return [Line(one, sorted(found[one.pk, Means.CALL]), sorted(found[one.pk, Means.VISIT])) for one in matters]


def sheet_rows(rows: QuerySet[Matter]) -> Iterator[list[Any]]:
    """A row for each matter, in the order of COLUMNS; one more than MOST_ROWS where they go on."""
    for line in lines(list(rows.order_by(*ORDER)[: MOST_ROWS + 1])):
        matter, touched = line.matter, ("；".join(map(str, one)) for one in (line.calls, line.visits))
        day = local_today(matter.closed_at) if matter.closed_at else None
        yield [grouped(matter.code), matter.title, day, *touched, str(line.state)]
