"""Firing: every rung that is due, once for each clock and due date, in batches of constant many statements.

One range read over `Clock.next_on` finds what is to be looked at; nothing that is already red is read again before its
next rung. The rows are held meanwhile and skipped where somebody else holds them, so two passes at once share the work.
A clock that raises is set aside, and holds up no other.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from liaison.base.audit.services import Fact, record_many
from liaison.base.audit.verbs import name_verbs
from liaison.base.sets import insert_rows
from liaison.base.updates import update_each
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.hours import Moments
from liaison.base.workdays.queries import current_calendar
from opinions.clocks.models import Clock
from opinions.matters.models import Matter
from supervision.escalation.directory import Directory, Subject, Told, subjects
from supervision.escalation.models import Alert, Firing, Rung, Setback
from supervision.escalation.rules import Course, DayAfter, Verdict, day_after, judge

logger = logging.getLogger(__name__)
BATCH = 2000
name_verbs({"light": gettext_lazy("亮灯督办")})


@dataclass
class Fired:
    """What one pass did."""

    looked_at: int = 0
    fired: int = 0
    set_aside: int = 0


@dataclass
class Pass:
    """What a pass knows throughout: the day, the ladders, the people, and sums already made."""

    now: datetime
    directory: Directory
    today: date
    moments: Moments
    after: DayAfter
    set_aside: set[int]
    known: dict[tuple[int, Course], Verdict] = field(default_factory=dict)

    @classmethod
    def begin(cls, now: datetime) -> "Pass":
        """At `now`, by the present calendar, ladders and people."""
        calendar = current_calendar()
        set_aside = set(Setback.objects.values_list("clock", flat=True))
        return cls(now, Directory.load(), local_today(now), Moments(calendar, now), day_after(calendar), set_aside)

    def forgive(self, keys: Iterable[int]) -> None:
        """What had been set aside and has gone well this time is forgotten."""
        if well := self.set_aside.intersection(keys):
            Setback.objects.filter(clock__in=well).delete()

    def judged(self, subject: Subject) -> Verdict:
        """What is due for a clock, and when it is to be looked at again."""
        ladder, course = self.directory.ladder(subject), subject.course
        key = id(ladder), course
        if key not in self.known:
            self.known[key] = judge(ladder.steps_for(course.kind), course, self.today, self.after)
        return self.known[key]


def due(today: date) -> QuerySet[Clock]:
    """The clocks that are to be looked at, by the index `clock_next`."""
    return Clock.objects.filter(stopped_at=None, paused_on=None, next_on__lte=today).order_by("next_on", "id")


def fire_due(*, now: datetime, batch: int = BATCH) -> Fired:
    """Fire what is due, batch by batch, until nothing is left. Nothing to do costs one look into the index."""
    done, today = Fired(), local_today(now)
    if not due(today).exists():
        return done
    begun = Pass.begin(now)
    while keys := _batch(begun, done, batch):
        if keys.failed:
            _one_by_one(begun, done, keys.failed)
    return done


@dataclass
class _Looked:
    """A batch that was looked at; `failed` are its clocks where it could not be done as a whole."""

    failed: list[int] = field(default_factory=list)


def _batch(begun: Pass, done: Fired, size: int) -> _Looked | None:
    """One batch in one transaction; None when nothing was left."""
    keys: list[int] = []
    try:
        with transaction.atomic():
            rows = _held(due(begun.today)[:size])
            keys += [one.clock for one in rows if one.clock]
            done.fired += _fire(begun, rows)
    except OperationalError:
        raise
    except Exception:
        if not keys:
            raise
        logger.exception("a batch of %s clocks could not be swept at once; it is taken apart", len(keys))
        return _Looked(keys)
    done.looked_at += len(keys)
    return _Looked() if keys else None


def _one_by_one(begun: Pass, done: Fired, keys: Sequence[int]) -> None:
    """Halve a batch that fails until only what is wrong is left, and set that aside until tomorrow."""
    try:
        with transaction.atomic():
            rows = _held(due(begun.today).filter(pk__in=keys))
            done.fired += _fire(begun, rows)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one clock, the others go on
        if len(keys) == 1:
            _set_aside(keys[0], error, begun)
            done.set_aside += 1
            return
        middle = len(keys) // 2
        _one_by_one(begun, done, keys[:middle])
        _one_by_one(begun, done, keys[middle:])
    else:
        done.looked_at += len(rows)


@transaction.atomic
def _set_aside(key: int, error: Exception, begun: Pass) -> None:
    logger.error("clock %s is set aside until tomorrow: %s", key, error)
    Clock.objects.filter(pk=key).update(next_on=begun.today + timedelta(days=1))
    told = f"{type(error).__name__}: {error}"[:300]
    known = Setback.objects.filter(clock=key).update(error=told, tries=F("tries") + 1)
    if not known:
        Setback.objects.create(clock_id=key, error=told, since=begun.now)


def _held(rows: QuerySet[Clock]) -> list[Subject]:
    """The clocks as `hold` gives them."""
    return [Subject(*row) for row in hold(subjects(rows), Clock)]


def hold(wanted: QuerySet[Any, Any], model: type[Model]) -> list[tuple[Any, ...]]:
    """The rows, held until the end of the transaction with their matters; those that others hold are left out.

    Django cannot hold joined rows of which it reads single columns.
    """
    if not connection.features.has_select_for_update_skip_locked:
        return list(wanted)
    sql, parameters = wanted.query.sql_with_params()
    tables = ", ".join(connection.ops.quote_name(one._meta.db_table) for one in (model, Matter))
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} FOR NO KEY UPDATE OF {tables} SKIP LOCKED", parameters)
        return list(cursor.fetchall())


class New(NamedTuple):
    """A rung that is due for a clock or a mark and has not fired for it yet."""

    subject: Subject
    rung: Rung
    day: date
    told: Told

    @property
    def passed_to(self) -> Rung | None:
        """The rung above whose people are told in place of its own."""
        return self.told.rung if self.told.rung is not self.rung else None

    @property
    def columns(self) -> tuple[Any, ...]:
        """Values of FIRED."""
        row, above = self.subject, self.passed_to
        acts = self.rung.acts or bool(above and above.acts)
        root = above.root_id if above else None
        return *row.cause, row.matter, self.rung.root_id, row.due_on, self.day, self.rung.trigger, acts, root


FIRED = ("clock", "mark", "matter", "rung", "due_on", "day", "trigger", "acts", "told_by", "fired_at", "done")
ALERT = ("firing", "person", "due_at")


def _fire(begun: Pass, rows: Sequence[Subject]) -> int:
    """Keep, record and address what is due for these clocks; says how many rungs were new."""
    if not rows:
        return 0
    verdicts = {row.clock: begun.judged(row) for row in rows}
    fired = keep(begun, [one for row in rows for one in _due_now(begun, row, verdicts[row.clock])])
    update_each(Clock, ("next_on",), [(pk, verdict.next_on) for pk, verdict in verdicts.items()])
    begun.forgive(pk for pk in verdicts if pk)
    return fired


def keep(begun: Pass, made: Sequence[New]) -> int:
    """Write down what is due, with its lines in the histories and who is to hear of it; says how much was new."""
    kept = insert_rows(
        Firing, FIRED, [(*one.columns, begun.now, "") for one in made], giving=("id", "clock", "mark", "rung")
    )
    keys = {((clock, mark), rung): pk for pk, clock, mark, rung in kept}
    new = [(pk, one) for one in made if (pk := keys.get((one.subject.cause, one.rung.root_id)))]
    _record(begun, [one for _pk, one in new])
    insert_rows(Alert, ALERT, [alert for pk, one in new for alert in alerts_of(begun, pk, one)])
    return len(new)


def _due_now(begun: Pass, row: Subject, verdict: Verdict) -> list[New]:
    """What is due for one clock and has not fired for its due date."""
    rungs = begun.directory.ladder(row).by_root
    return not_fired(begun, row, ((rungs[step.root], day) for step, day in verdict.due))


def not_fired(begun: Pass, row: Subject, rungs: Iterable[tuple[Rung, date]]) -> list[New]:
    """Those rungs with their days that have not fired for this clock or mark."""
    fired = {int(root) for root in row.fired.split(",")} if row.fired else frozenset()
    return [New(row, rung, day, begun.directory.told(rung, row)) for rung, day in rungs if rung.root_id not in fired]


def alerts_of(begun: Pass, pk: int, one: New) -> Iterator[tuple[int, int, datetime]]:
    """Who is to hear of the firing `pk`, and from when on."""
    if one.told.rung is not None:
        due_at = begun.moments.at(one.told.rung.hours)
        for person in one.told.people:
            yield pk, person, due_at


def _record(begun: Pass, new: Sequence[New]) -> None:
    chains: dict[str, list[Fact]] = {}
    with override(settings.LANGUAGE_CODE):
        for one in new:
            chains.setdefault(f"matter:{one.subject.matter}", []).append(_fact(one))
    record_many(chains, by=None, now=begun.now)


def _fact(one: New) -> Fact:
    """What the history says: which rung, of which clock and due date, on what day, and who stepped aside."""
    data: dict[str, Any] = {
        "body": one.rung.name, "clock": one.subject.kind if one.subject.clock else "", "light": one.rung.trigger,
        "due": one.subject.due_on.isoformat(), "day": one.day.isoformat(),
    }  # fmt: skip
    if one.passed_to is None:
        return Fact(verb="light", data=data, reason="" if one.told.rung else _("上面没有可以督办的人"))
    above = one.passed_to.name
    return Fact(verb="light", data=data | {"told": above}, reason=_("本级不便督办或无人，转由上一级：%s") % above)


@dataclass(frozen=True)
class Planned:
    """What a pass would fire, and why: by which kind of limit or level of a mark."""

    code: str
    kind: str
    rung: str
    day: date
    due_on: date


def plan_firing(*, now: datetime) -> Iterator[Planned]:
    """What `fire_due` would fire now; writes nothing and holds nothing."""
    begun, last = Pass.begin(now), 0
    rows = due(begun.today).order_by("pk")
    while part := list(subjects(rows.filter(pk__gt=last), "matter__code")[:BATCH]):
        for *columns, code in part:
            subject = Subject(*columns)
            for one in _due_now(begun, subject, begun.judged(subject)):
                yield Planned(code, subject.kind, one.rung.name, one.day, subject.due_on)
            last = subject.clock or last
