"""Reading lights and what the ladder fired."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from deputies.accounts.models import User
from liaison.base.phrases import listing
from liaison.base.workdays.arithmetic import Light, local_today, midnight
from liaison.base.workdays.hours import Moments
from liaison.base.workdays.queries import current_calendar
from opinions.clocks.models import Clock
from opinions.clocks.queries import light_of, running_clocks
from opinions.matters.models import Matter
from supervision.escalation.directory import NOBODYS, Directory, Subject, marked, subjects
from supervision.escalation.models import Alert, Digest, Firing, Rung, Setback
from supervision.escalation.rules import DayAfter, day_after, day_of
from supervision.escalation.states import BY_QUALITY, NOBODY_HEARD, OUT_OF_USE, Trigger
from supervision.quality.queries import lighting

TRIGGERS = {light: [one for one in Trigger if one.light == light] for light in (Light.YELLOW, Light.RED)}


RELATED = ("rung", "clock__organisation", "mark__reply__organisation", "mark__reply__deputy")
"""What a firing tells of its cause."""

_STREETS = Rung.objects.filter(
    organisation=OuterRef("firing__matter__street"),
    copied_from=Coalesce(OuterRef("firing__told_by"), OuterRef("firing__rung")),
)
TELLER = Coalesce(
    Subquery(_STREETS.order_by().values("pk")[:1]), "firing__told_by", "firing__rung", output_field=BigIntegerField()
)
"""The rung whose people are told: the street's own, where it has taken over the one that firings carry."""


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
    """All that fired for the matter, newest first; `called` says whether the user is to act on it, `unheard` why nobody
    was told of what still holds, nor will be."""
    rows = matter.firings.select_related(*RELATED, "told_by", "done_by")
    heard = Exists(Alert.objects.filter(firing=OuterRef("pk")).exclude(digest=None, dropped_at__isnull=False))
    used = Exists(Rung.objects.filter(pk=OuterRef("own"), active=True))
    streets = Rung.objects.filter(organisation=OuterRef("matter__street"), copied_from=OuterRef("rung")).order_by()
    rows = rows.annotate(called=_called(user), heard=heard, own=Coalesce(Subquery(streets.values("pk")[:1]), "rung"))
    found: list[Firing] = list(rows.annotate(used=used).order_by("-id"))
    for one in found:
        one.unheard = "" if one.heard or not one.stands else (NOBODY_HEARD if one.used else OUT_OF_USE)  # type: ignore[attr-defined]
    return found


def about(matter: Matter, user: User) -> About | None:
    """Lights and firings of the matter; None when there is nothing to tell."""
    clocks, firings = lit(matter, local_today(timezone.now())), fired_for(matter, user)
    return About(clocks, firings) if clocks or firings else None


def standing() -> QuerySet[Firing]:
    """What fired and is still so: the clock runs, with that due date; a mark of quality lights its matter."""
    runs = ~Q(trigger__in=BY_QUALITY) & Q(clock__isnull=False, clock__stopped_at=None, clock__due_on=F("due_on"))
    marked = Q(mark__isnull=False) & Exists(lighting().filter(pk=OuterRef("mark")))
    return Firing.objects.filter(runs | marked, retracted_at=None)


def waiting(now: datetime) -> QuerySet[Alert]:
    """What may be told by now, by the index `alert_waiting`."""
    return Alert.objects.filter(digest=None, dropped_at=None, due_at__lte=now).order_by()


def to_act(user: User, *, mine: bool = False) -> QuerySet[Firing]:
    """督办待办: what calls on somebody to act and was not acted on yet, within the user's scope; `called` says whether
    it calls on this user, `mine` leaves out all else. Of one limit or mark only the worst is shown: what calls on the
    user gives way to what calls on the user too, done or not; the rest gives way to what still waits for anybody."""
    rows = standing().filter(acts=True, done_at=None, matter__in=Matter.objects.visible_to(user))
    rows = rows.filter(_called(user)) if mine else rows
    worse = _worse()
    hidden = Exists(worse.filter(_called(user))) | (~_called(user) & Exists(worse.filter(done_at=None)))
    return (
        rows.filter(~hidden)
        .annotate(called=_called(user))
        .select_related(*RELATED, "matter__street", "matter__holder_deputy")
    )


def _worse() -> QuerySet[Firing]:
    """What went further up for the same limit or mark than the firing it is asked for: red before yellow, then what
    came later."""
    same = Q(clock=OuterRef("clock"), due_on=OuterRef("due_on")) | Q(mark=OuterRef("mark"))
    redder = Q(trigger=Trigger.RED) & ~Q(trigger=OuterRef("trigger"))
    later = Q(trigger=OuterRef("trigger"), pk__gt=OuterRef("pk"))
    return Firing.objects.filter(same, redder | later, acts=True, retracted_at=None)


def _called(user: User) -> Exists:
    return Exists(Alert.objects.filter(firing=OuterRef("pk"), person=user))


def digest_of(user: User, pk: int) -> Digest:
    """A digest of the user's own. Raises Digest.DoesNotExist."""
    return Digest.objects.get(pk=pk, person=user)


def told_in(digest: Digest) -> QuerySet[Matter]:
    """The matters that a digest tells of, whatever has become of them since, with what fired in `told`; `first` is the
    earliest of their days."""
    fired = Firing.objects.filter(alerts__digest=digest).select_related(*RELATED).order_by("due_on", "id")
    rows = Matter.objects.filter(firings__alerts__digest=digest).annotate(first=Min("firings__due_on"))
    return rows.prefetch_related(Prefetch("firings", fired, to_attr="told"))


def rungs_of(organisation_id: int | None) -> list[Rung]:
    """The rungs of a body, those out of use last, lowest first."""
    rows = Rung.objects.filter(organisation=organisation_id).prefetch_related("people")
    return sorted(rows, key=lambda one: (not one.active, one.light.severity, one.after, one.pk))


@dataclass(frozen=True)
class Foreseen:
    """What a rung does for one clock, or (none) for a mark of quality: on which day, when it may be told, to whom."""

    rung: Rung
    clock: Clock | None
    day: date
    told_at: datetime
    told_by: Rung | None
    people: list[User]
    fired: bool

    @property
    def names(self) -> str:
        return listing(self.people)


def foresee(matter: Matter, *, now: datetime) -> list[Foreseen]:
    """What the ladder will fire (or has fired) for the running clocks and the mark of a matter, if nothing changes."""
    directory, calendar = Directory.load(), current_calendar()
    names = User.objects.filter(is_active=True).in_bulk()
    clocks = {clock.pk: clock for clock in running_clocks(matter)}
    found = []
    running = Clock.objects.filter(pk__in=clocks, paused_on=None)
    for subject, rung, day in _coming(matter, running, directory, day_after(calendar)):
        told_by, people = directory.told(rung, subject)
        told_at = Moments(calendar, max(midnight(day), now)).at((told_by or rung).hours)
        fired = str(rung.root_id) in (subject.fired or "").split(",")
        passed = told_by if told_by is not rung else None
        clock = clocks[subject.clock] if subject.clock else None
        found.append(Foreseen(rung, clock, day, told_at, passed, _named(names, people), fired))
    return sorted(found, key=lambda one: (one.day, one.rung.pk))


def _coming(
    matter: Matter, running: QuerySet[Clock], directory: Directory, after: DayAfter
) -> Iterator[tuple[Subject, Rung, date]]:
    """Each rung that applies to a running clock or to the mark of the matter, and its day."""
    for subject in (Subject(*row) for row in subjects(running)):
        ladder = directory.ladder(subject)
        for step in ladder.steps_for(subject.kind):
            if (day := day_of(step, subject.course, after)) is not None:
                yield subject, ladder.by_root[step.root], day
    for subject in (Subject(*row) for row in marked(lighting().filter(matter=matter))):
        for rung in directory.ladder(subject).rungs_for(subject.kind):
            yield subject, rung, subject.due_on


def _named(names: dict[int, User], keys: Iterable[int]) -> list[User]:
    return [names[key] for key in keys]


def set_aside(user: User) -> QuerySet[Setback]:
    """Clocks of the user's scope that the sweep could not deal with, newest first."""
    rows = Setback.objects.filter(clock__matter__in=Matter.objects.visible_to(user))
    return rows.select_related("clock__matter").order_by("-id")[:50]
