"""责任轨迹 (Z11): who was responsible in each round, until when, with what result, and why it was done again.

Read from assignments, replies, measures done again and letters sent back: no second record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies
from liaison.base.audit.models import Event
from opinions.handling.models import Assignment, AssignmentStatus, Part
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.plans.models import Redo
from supervision.orders.access import overseen_by
from supervision.orders.models import LetterAnswer

ANSWERING = (Part.LEAD, Part.SEPARATE)
KINDS = {
    "redone": _("答复后重办"),
    "returned": _("退回"),
    "measures": _("措施不达标重做"),
    "letters": _("督办回复未认可"),
}
"""What is counted of a body."""
NEXT_ROUND = Q(verb="rate", target=Status.REWORK) | Q(verb="reopen")
"""Events that begin another round."""


@dataclass(frozen=True)
class Turn:
    """One body's or deputy's responsibility: since when, until when, what came of it, and why it was done again."""

    round: int
    who: str
    part: Any
    person: str
    since: datetime
    until: datetime | None
    result: Any
    why: str
    again: bool


def trail_of(matter: Matter) -> list[Turn]:
    """The turns of a matter, oldest first; five statements."""
    why = _why_rounds(matter)
    turns = [
        *_of_assignments(matter, why),
        *_of_deputies(matter, why),
        *_of_measures(matter),
        *_of_letters(matter),
    ]
    return sorted(turns, key=lambda one: (one.since, one.who))


def _why_rounds(matter: Matter) -> dict[int, str]:
    """Why each round ended with another one, by the number of the round."""
    events = Event.objects.filter(NEXT_ROUND, chain=matter.chain).order_by("seq")
    return dict(enumerate(events.values_list("reason", flat=True), start=1))


def _of_assignments(matter: Matter, why: dict[int, str]) -> list[Turn]:
    rows = matter.assignments.select_related("organisation", "return_reason")
    turns = []
    for row in rows:
        again = row.status == AssignmentStatus.REPLIED and row.round < matter.round and row.part in ANSWERING
        returned = f"{row.return_reason or ''} {row.return_text}".strip() if row.returned_at else ""
        turns.append(
            Turn(
                row.round, row.organisation.name, row.get_part_display(), row.person, row.assigned_at,
                row.returned_at or row.finished_at, AssignmentStatus(row.status).label,
                why.get(row.round, "") if again else returned, again,
            )
        )  # fmt: skip
    return turns


def _of_deputies(matter: Matter, why: dict[int, str]) -> list[Turn]:
    rows = matter.replies.filter(deputy__isnull=False, issued_at__isnull=False).select_related("deputy")
    return [
        Turn(
            row.round, row.deputy.name if row.deputy else "", _("代表"), "", row.written_at, row.issued_at,
            _("已答复"), why.get(row.round, ""), row.round < matter.round,
        )
        for row in rows
    ]  # fmt: skip


def _of_measures(matter: Matter) -> list[Turn]:
    rows = Redo.objects.filter(measure__plan__matter=matter).select_related("body", "measure__plan")
    return [
        Turn(
            matter.round, row.body.name, row.measure.text, row.person, row.measure.plan.made_at, row.at,
            _("不达标重做"), row.reason, True,
        )
        for row in rows
    ]  # fmt: skip


def _of_letters(matter: Matter) -> list[Turn]:
    rows = LetterAnswer.objects.filter(letter__rows__matter=matter).exclude(refused="")
    return [
        Turn(
            matter.round, row.letter.addressee.name, row.letter.reference, row.signed_name,
            row.letter.issued_at or row.written_at, row.signed_at, _("督办回复未认可"), row.refused, True,
        )
        for row in rows.select_related("letter__addressee", "signed_by")
    ]  # fmt: skip


def _rows(user: User, kind: str) -> QuerySet[Any]:
    """What is counted, of the matters in the user's care; each row leads to its body by `BODY`, to its matter by
    `MATTER`."""
    cared = Matter.objects.filter(overseen_by(user)).order_by().values("pk")
    answered = Assignment.objects.filter(matter__in=cared, part__in=ANSWERING)
    found: dict[str, QuerySet[Any]] = {
        "redone": answered.filter(status=AssignmentStatus.REPLIED, round__lt=F("matter__round")),
        "returned": answered.filter(returned_at__isnull=False),
        "measures": Redo.objects.filter(measure__plan__matter__in=cared),
        "letters": LetterAnswer.objects.exclude(refused="").filter(letter__rows__matter__in=cared).distinct(),
    }
    return found[kind].order_by()


BODY = {"redone": "organisation", "returned": "organisation", "measures": "body", "letters": "letter__addressee"}
MATTER = {
    "redone": "matter",
    "returned": "matter",
    "measures": "measure__plan__matter",
    "letters": "letter__rows__matter",
}


@dataclass(frozen=True)
class BodyCount:
    """How often a body had to do its work again, by kind."""

    body: Organisation
    counts: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        return sum(count for _kind, count in self.counts)


def by_body(user: User) -> list[BodyCount]:
    """All bodies that had to do something again, those who had to most often first; a statement for each kind."""
    found: dict[int, dict[str, int]] = {}
    for kind, field in BODY.items():
        rows = _rows(user, kind).values(field).annotate(many=Count("pk", distinct=True))
        for row in rows:
            found.setdefault(row[field], {})[kind] = row["many"]
    held = bodies()
    counted = [
        BodyCount(body, [(kind, counts.get(kind, 0)) for kind in KINDS])
        for key, counts in found.items()
        if (body := held.get(key)) is not None
    ]
    return sorted(counted, key=lambda one: (-one.total, one.body.code))


def matters_of(user: User, body: Organisation, kind: str) -> QuerySet[Matter]:
    """The matters behind a count."""
    rows = _rows(user, kind).filter(**{BODY[kind]: body})
    return Matter.objects.filter(pk__in=rows.values(MATTER[kind]))
