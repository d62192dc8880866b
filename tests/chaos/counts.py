"""What must have happened by the end of a run, by the pure rules, against what the tables say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Channel, Notice, NoticeStatus
from liaison.base.workdays.arithmetic import ONE_DAY, local_today
from liaison.base.workdays.hours import Hours, Moments
from liaison.base.workdays.queries import current_calendar
from opinions.clocks.models import Clock
from opinions.handling.queries import unrated_too_long, waiting_too_long
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.escalation.directory import Directory, Subject, subjects
from supervision.escalation.models import Alert, Digest, Firing, Rung, Setback
from supervision.escalation.queries import NOBODYS, waiting
from supervision.escalation.rules import Course, Step, day_after, judge
from supervision.escalation.services.firing import due

UNSENT = (NoticeStatus.PENDING, NoticeStatus.SENDING)


@dataclass(frozen=True)
class Compared:
    """One line of the table: how often each thing must have happened, and how often it did."""

    name: str
    expected: Counter[Any]
    found: Counter[Any]

    @property
    def missing(self) -> int:
        return (self.expected - self.found).total()

    @property
    def extra(self) -> int:
        return (self.found - self.expected).total()

    def __str__(self) -> str:
        mark = "✗" if self.missing or self.extra else "✓"
        counts = (self.expected.total(), self.found.total(), self.missing, self.extra)
        return f"{mark} {self.name:<44}" + "".join(f"{count:>9}" for count in counts)


HEADING = f"  {'':<44}" + "".join(f"{name:>9}" for name in ("expected", "found", "missing", "extra"))


def unsettled(now: datetime) -> dict[str, int]:
    """What is still to be done at `now`."""
    today = local_today(now)
    left = {
        "clocks to look at": due(today).count(),
        "alerts to tell": waiting(now).count(),
        "notices to deliver": Notice.objects.filter(status__in=UNSENT, due_at__lte=now).count(),
        "ratings to lapse": unrated_too_long(today).count(),
        "supplies to expire": waiting_too_long(today).count(),
    }
    return {name: count for name, count in left.items() if count}


@dataclass(frozen=True)
class Due:
    """A rung that must have fired for a clock: what the rules and the ladder say of it."""

    subject: Subject
    step: Step
    people: tuple[int, ...]

    @property
    def key(self) -> tuple[Any, ...]:
        return self.subject.clock, self.step.root, self.subject.due_on


def compare(began: datetime, now: datetime, asked: Mapping[str, set[int]]) -> Iterator[Compared]:
    """The table of a run from `began` to `now`; `asked` are the matters that waited at its beginning, by status."""
    wanted, next_days = _wanted(now)
    yield Compared(
        "rungs fired, by clock and due date",
        Counter(one.key for one in wanted),
        Counter(Firing.objects.values_list("clock", "rung", "due_on")),
    )
    yield Compared("lines about them in the histories", *_lines(wanted))
    yield Compared(
        "people told of them",
        Counter((*one.key, person) for one in wanted for person in one.people),
        Counter(
            Alert.objects.exclude(digest=None).values_list("firing__clock", "firing__rung", "firing__due_on", "person")
        ),
    )
    yield _messages()
    yield from _ended(asked)
    yield Compared(
        "clocks armed for the next rung",
        Counter(next_days),
        Counter(Clock.objects.filter(pk__in=dict(next_days)).values_list("pk", "next_on")),
    )
    yield from _nothing(began, now)


def _wanted(now: datetime) -> tuple[list[Due], list[tuple[Any, Any]]]:
    """All rungs that are due by `now`, and for each running clock the day on which it is looked at next."""
    steps = [Step(one.pk, one.trigger, one.after, frozenset(one.kinds)) for one in Rung.objects.filter(active=True)]
    directory, after, rungs = Directory.load(), day_after(current_calendar()), Rung.objects.in_bulk()
    running = Clock.objects.filter(stopped_at=None, paused_on=None).exclude(kind__in=NOBODYS)
    found, next_days = [], []
    for subject in (Subject(*row) for row in subjects(running)):
        course = Course(subject.kind, subject.warn_on, subject.due_on)
        verdict = judge(steps, course, local_today(now), after)
        next_days.append((subject.clock, verdict.next_on))
        for step, _day in verdict.due:
            found.append(Due(subject, step, tuple(directory.told(rungs[step.root], subject).people)))
    return found, next_days


def _lines(wanted: Iterable[Due]) -> tuple[Counter[Any], Counter[Any]]:
    names = dict(Rung.objects.values_list("pk", "name"))
    expected = Counter(
        (f"matter:{one.subject.matter}", names[one.step.root], one.subject.kind, one.subject.due_on.isoformat())
        for one in wanted
    )
    events = Event.objects.filter(verb="light").values_list("chain", "data")
    return expected, Counter((chain, data["body"], data["clock"], data["due"]) for chain, data in events)


def _messages() -> Compared:
    """Each digest is one message in the bell; both carry the moment and the person."""
    told = Notice.objects.filter(channel=Channel.IN_APP, key__startswith="ladder:")
    return Compared(
        "messages, one for each digest",
        Counter(Digest.objects.values_list("person", "at")),
        Counter(told.values_list("recipient", "created_at")),
    )


def _ended(asked: Mapping[str, set[int]]) -> Iterator[Compared]:
    """What was not rated, and what the resident did not supply, has gone on once."""
    for status, verb, name in (
        (Status.REPLIED, "lapse", "matters closed unrated"),
        (Status.WAITING, "expire", "matters gone on without the resident"),
    ):
        chains = Event.objects.filter(verb=verb).values_list("chain", flat=True)
        yield Compared(name, Counter(f"matter:{pk}" for pk in asked[status]), Counter(chains))


def _nothing(began: datetime, now: datetime) -> Iterator[Compared]:
    """What must not have happened at all."""
    fired, told = Firing.objects.values_list("fired_at", flat=True), Digest.objects.values_list("at", flat=True)
    wrong = [at for at in (*fired, *told) if not began <= at <= now + ONE_DAY]
    ended = Matter.objects.filter(closed_at__gt=now).values_list("pk", flat=True)
    yield Compared("messages at night or on days off", Counter(), Counter(at for at in told if not _in_hours(at)))
    yield Compared("done by a clock that was wrong", Counter(), Counter([*wrong, *ended]))
    yield Compared("alerts dropped or left", Counter(), Counter(Alert.objects.filter(digest=None).values_list("pk")))
    yield Compared("clocks set aside", Counter(), Counter(Setback.objects.values_list("clock")))
    yield Compared("broken chains of the ledger", Counter(), Counter(one.chain for one in verify()))


def _in_hours(at: datetime) -> bool:
    return Moments(current_calendar(), at).at(Hours()) == at
