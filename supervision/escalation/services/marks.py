"""Marks of quality on the ladder: each fires the rungs of its level once, whether a limit runs or the matter is closed,
and a mark that is lifted takes back what it fired.

Marks are looked at by the index `quality_mark_next`: when one is set, lifted or comes to be the worst of its matter.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.base.workdays.arithmetic import local_today
from supervision.escalation.directory import Subject, marked
from supervision.escalation.models import Firing
from supervision.escalation.services.firing import New, Pass, Planned, hold, keep, not_fired
from supervision.escalation.services.taking_back import retract
from supervision.quality.models import QualityMark
from supervision.quality.queries import lighting

logger = logging.getLogger(__name__)
LIFTED = _("质量标记已撤销。")


class _Mark(NamedTuple):
    """A mark to look at, and whether its matter is lit by it now."""

    subject: Subject
    lights: bool
    lifted: bool


def marks_due(today: date) -> QuerySet[QualityMark]:
    """The marks that are to be looked at."""
    return QualityMark.objects.filter(next_on__lte=today).order_by("next_on", "id")


def _wanted(rows: QuerySet[QualityMark], *more: str) -> QuerySet[Any, Any]:
    lights = Exists(lighting().filter(pk=OuterRef("pk")))
    return marked(rows.annotate(lights=lights), "lights", "lifted_at", *more)


def fire_marks(*, now: datetime, limit: int) -> int:
    """Fire and take back what at most `limit` marks bring about; returns how many were settled.

    Where a batch fails each is done by itself, and what is wrong is put off until tomorrow.
    """
    keys = list(marks_due(local_today(now)).values_list("pk", flat=True)[:limit])
    if not keys:
        return 0
    begun = Pass.begin(now)
    try:
        return _settle(begun, keys)
    except OperationalError:
        raise
    except Exception:
        logger.exception("a batch of %s marks could not be swept at once; each is done by itself", len(keys))
    return sum(_settle_one(begun, key) for key in keys)


def _settle_one(begun: Pass, key: int) -> int:
    try:
        return _settle(begun, [key])
    except OperationalError:
        raise
    except Exception:
        logger.exception("mark %s is put off until tomorrow", key)
        return QualityMark.objects.filter(pk=key).update(next_on=begun.today + timedelta(days=1))


@transaction.atomic
def _settle(begun: Pass, keys: Sequence[int]) -> int:
    """What comes of these marks, by a constant number of statements; those that others hold are left to them."""
    rows = hold(_wanted(marks_due(begun.today).filter(pk__in=keys)), QualityMark)
    marks = [_Mark(Subject(*columns), lights, lifted is not None) for *columns, lights, lifted in rows]
    keep(begun, [new for one in marks if one.lights for new in _new(begun, one.subject)])
    _take_back(begun, [one.subject.mark for one in marks if one.lifted])
    return QualityMark.objects.filter(pk__in=[one.subject.mark for one in marks]).update(next_on=None)


def _new(begun: Pass, subject: Subject) -> list[New]:
    """The rungs of its level that a mark has not set off yet."""
    rungs = begun.directory.ladder(subject).rungs_for(subject.kind)
    return not_fired(begun, subject, ((rung, subject.due_on) for rung in rungs))


def _take_back(begun: Pass, lifted: Sequence[int | None]) -> None:
    """What lifted marks had fired."""
    if lifted:
        rows = Firing.objects.filter(mark__in=lifted, retracted_at=None).select_related("matter", "rung")
        retract(list(rows.order_by("pk")), why=LIFTED, now=begun.now)


def plan_marks(*, now: datetime) -> Iterator[Planned]:
    """What `fire_marks` would fire now; writes nothing and holds nothing."""
    begun = Pass.begin(now)
    for *columns, lights, _lifted, code in _wanted(marks_due(begun.today), "matter__code"):
        subject = Subject(*columns)
        for one in _new(begun, subject) if lights else ():
            yield Planned(code, subject.kind, one.rung.name, one.day, subject.due_on)
