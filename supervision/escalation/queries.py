"""Reading lights and what the ladder fired."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from liaison.base.workdays.hours import Moments

from deputies.accounts.models import User
from liaison.base.phrases import listing
from liaison.base.workdays.arithmetic import SHANGHAI, Light, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.clocks.models import Clock
from opinions.clocks.queries import light_of, running_clocks
from opinions.matters.models import Matter
from supervision.escalation.directory import NOBODYS, Directory, Subject, subjects
from supervision.escalation.models import Alert, Digest, Firing, Rung, Setback
from supervision.escalation.rules import day_after, day_of
from supervision.escalation.states import BY_QUALITY, Trigger

TRIGGERS = {
    Light.YELLOW: (Trigger.YELLOW, Trigger.LOW),
    Light.RED: (Trigger.RED, Trigger.POOR),
}  # fmt: skip


@dataclass(frozen=True)
class Lit:
    """A clock with its light."""

    clock: Clock
    light: Light


@dataclass(frozen=True)
class About:
    """What the panel of a matter shows: lights that burn, and what fired, newest first."""

    clocks: list[Lit]
    firings: list[Firing]


def lit(matter: Matter, today: date) -> list[Lit]:
    """The duties that run for the matter, each with its light, the worst first."""
    duties = (clock for clock in running_clocks(matter) if clock.kind not in NOBODYS)
    found = [Lit(clock, light) for clock in duties if (light := light_of(clock, today))]
    return sorted(found, key=lambda one: (-one.light.severity, one.clock.due_on))


def fired_for(matter: Matter, user: User) -> list[Firing]:
    """All that fired for the matter, newest first; `called` says whether the user is to act on it."""
    rows = matter.firings.select_related("clock", "rung", "told_by", "done_by")
    return list(rows.annotate(called=_called(user)).order_by("-id"))


def about(matter: Matter, user: User) -> About | None:
    """Lights and firings of the matter; None when there is nothing to tell."""
    clocks, firings = lit(matter, local_today(timezone.now())), fired_for(matter, user)
    return About(clocks, firings) if clocks or firings else None


def standing() -> QuerySet[Firing]:
    """What fired and is still so: the clock runs, with that due date; a mark of quality holds until it is lifted."""
    marked = ~Q(trigger__in=BY_QUALITY) | Q(trigger=F("matter__quality"))
    return Firing.objects.filter(marked, retracted_at=None, clock__stopped_at=None, clock__due_on=F("due_on"))


def to_act(user: User, *, mine: bool = False) -> QuerySet[Firing]:
    """督办待办: what calls on somebody to act and was not acted on yet, within the user's scope; `called` says whether
    it calls on this user, `mine` leaves out all else."""
    rows = standing().filter(acts=True, done_at=None, matter__in=Matter.objects.visible_to(user))
    rows = rows.filter(_called(user)) if mine else rows
    return rows.annotate(called=_called(user)).select_related(
        "rung", "clock__organisation", "matter__street", "matter__holder", "matter__holder_deputy"
    )


def _called(user: User) -> Exists:
    return Exists(Alert.objects.filter(firing=OuterRef("pk"), person=user))


def digest_of(user: User, pk: int) -> Digest:
    """A digest of the user's own. Raises Digest.DoesNotExist."""
    return Digest.objects.get(pk=pk, person=user)


def told_in(digest: Digest) -> QuerySet[Alert]:
    """What a digest tells of, whatever has become of it since."""
    return digest.alerts.select_related("firing__matter", "firing__rung", "firing__clock")


def rungs_of(organisation_id: int | None) -> list[Rung]:
    """The rungs of a body, those out of use last, lowest first."""
    rows = Rung.objects.filter(organisation=organisation_id).prefetch_related("people")
    heights = {"yellow": 0, "low": 0, "red": 1, "poor": 1}
    return sorted(rows, key=lambda one: (not one.active, heights[one.trigger], one.after, one.pk))


@dataclass(frozen=True)
class Foreseen:
    """What a rung does for one clock: on which day, when it may be told, and to whom."""

    rung: Rung
    clock: Clock
    day: date
    told_at: datetime
    told_by: Rung | None
    people: list[User]
    fired: bool

    @property
    def names(self) -> str:
        return listing(self.people)


def foresee(matter: Matter, *, now: datetime) -> list[Foreseen]:
    """What the ladder will fire (or has fired) for the running clocks of a matter, if nothing changes."""
    directory, calendar, today = Directory.load(), current_calendar(), local_today(now)
    after, names = day_after(calendar), User.objects.filter(is_active=True).in_bulk()
    clocks = {clock.pk: clock for clock in running_clocks(matter)}
    found = []
    for row in subjects(Clock.objects.filter(pk__in=clocks, paused_on=None)):
        subject = Subject(*row)
        ladder = directory.ladder(subject)
        for step in ladder.steps_for(subject.kind):
            rung, day = ladder.by_root[step.root], day_of(step, subject.course, today, after)
            if day is None:
                continue
            told_by, people = directory.told(rung, subject)
            morning = datetime.combine(day, datetime.min.time(), SHANGHAI)
            told_at = Moments(calendar, max(morning, now)).at((told_by or rung).hours)
            fired = str(step.root) in (subject.fired or "").split(",")
            passed = told_by if told_by is not rung else None
            found.append(Foreseen(rung, clocks[subject.pk], day, told_at, passed, _named(names, people), fired))
    return sorted(found, key=lambda one: (one.day, one.rung.pk))


def _named(names: dict[int, User], keys: Iterable[int]) -> list[User]:
    return [names[key] for key in keys]


def set_aside(user: User) -> QuerySet[Setback]:
    """Clocks of the user's scope that the sweep could not deal with, newest first."""
    rows = Setback.objects.filter(clock__matter__in=Matter.objects.visible_to(user))
    return rows.select_related("clock__matter").order_by("-id")[:50]
