"""Whom a rung tells: the ladders in force and the people at the bodies, read once for a whole pass."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Aggregate, BigIntegerField, Case, CharField, F, OuterRef, QuerySet, Subquery, When

from deputies.accounts.models import ADMIN_ROLES, User
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services import RESIDENTS, WINDOWS
from opinions.handling.models import Reply, ReplyStatus
from supervision.escalation.models import Firing, Rung
from supervision.escalation.rules import Course, Step
from supervision.escalation.states import BY_QUALITY, HANDLERS, STREETS_OWN, Audience

NOBODYS = frozenset((*RESIDENTS, *WINDOWS))
"""Kinds of clocks that give no light of their own. While the resident is asked, a mark of quality goes by the clock of
the rating: no other runs."""


class Subject(NamedTuple):
    """A clock that runs, with what its matter says of bodies and people (columns of SUBJECT, in this order)."""

    pk: int
    kind: str
    warn_on: Any
    due_on: Any
    bound: int | None
    matter: int
    quality: str | None
    tightest: str
    holder: int | None
    street: int
    district: int
    deputy: int | None
    helper: int | None
    holding_deputy: int | None
    holding_helper: int | None
    fired: str | None

    @property
    def course(self) -> Course:
        """What the ladder goes by: the mark of quality counts on one clock only."""
        marked = self.kind == (self.tightest or ClockKind.RATE)
        return Course(self.kind, self.warn_on, self.due_on, (self.quality or "") if marked else "")


class _Joined(Aggregate):
    """Numbers as one text, with commas between them."""

    function = "group_concat"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="string_agg(%(expressions)s::text, ',')", **context)


_STANDING = Firing.objects.filter(clock=OuterRef("pk"), due_on=OuterRef("due_on"), retracted_at=None)
_FIRED = _STANDING.order_by().values("clock")
"""The rungs that have fired for the clock and its due date, and were not taken back."""
_WRITER = Reply.objects.filter(matter=OuterRef("matter"), status=ReplyStatus.ISSUED).order_by("-round", "-id")
_BOUND = Case(
    When(kind=ClockKind.RATE, then=Subquery(_WRITER.values("organisation")[:1])), default=F("organisation"),
    output_field=BigIntegerField(),
)  # fmt: skip
"""Whom the limit binds; where the resident is asked, who wrote the reply that may be marked."""
SUBJECT = (
    "pk", "kind", "warn_on", "due_on", "bound", "matter", "matter__quality", "matter__due_clock",
    "matter__holder", "matter__street", "matter__district", "matter__deputy__user", "matter__deputy__helper",
    "matter__holder_deputy__user", "matter__holder_deputy__helper", "fired",
)  # fmt: skip


def subjects(rows: QuerySet[Clock], *more: str) -> QuerySet[Any, Any]:
    """The columns of SUBJECT, and `more`, of these clocks."""
    return rows.annotate(bound=_BOUND, fired=Subquery(_FIRED.annotate(all=_Joined("rung")).values("all"))).values_list(
        *SUBJECT, *more
    )


class Person(NamedTuple):
    """Somebody who works, and where."""

    pk: int
    role: str
    body: int | None


class Told(NamedTuple):
    """The rung whose people are told (none where nobody is above), and those people."""

    rung: Rung | None
    people: list[int]


@dataclass(frozen=True)
class Ladder:
    """The rungs in force for the matters of a street, lowest first; `by_root` finds one by what its firings carry."""

    rungs: tuple[Rung, ...]
    steps: tuple[Step, ...]
    by_root: dict[int, Rung]
    above: dict[int, tuple[Rung, ...]]
    """For each rung (by its own number) itself and those above it that supervise."""

    def steps_for(self, kind: str) -> tuple[Step, ...]:
        """The rungs that look at clocks of a kind: of those that give no light only the ones of quality."""
        return tuple(step for step in self.steps if kind not in NOBODYS or step.trigger in BY_QUALITY)

    @classmethod
    def of(cls, rungs: Iterable[Rung]) -> "Ladder":
        """A ladder of these rungs, put in order."""
        ordered = sorted(rungs, key=_height)
        supervising = [one for one in ordered if one.audience not in HANDLERS]
        above = {one.pk: (one, *(other for other in supervising if _height(other) > _height(one))) for one in ordered}
        roots = {one.root_id: one for one in ordered}
        return cls(tuple(ordered), tuple(_step(one) for one in ordered), roots, above)


def _height(rung: Rung) -> tuple[int, int, int]:
    return {"yellow": 0, "low": 0, "red": 1, "poor": 1}[rung.trigger], rung.after, rung.pk


def _step(rung: Rung) -> Step:
    return Step(rung.root_id, rung.trigger, rung.after, frozenset(rung.kinds))


def joined_ladder(own: Iterable[Rung], district: Iterable[Rung]) -> Ladder:
    """A street's own rungs in place of the district's for the street; what the district hears stays the district's."""
    own, district = list(own), list(district)
    kept = [rung for rung in district if not own or rung.audience not in STREETS_OWN]
    return Ladder.of([*own, *kept])


@dataclass
class Directory:
    """Everything about rungs and people that a pass asks, by three statements."""

    rungs: dict[int, list[Rung]] = field(default_factory=lambda: defaultdict(list))
    staff: dict[int | None, list[Person]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, Person] = field(default_factory=dict)
    _ladders: dict[tuple[int, int], Ladder] = field(default_factory=dict)
    _told: dict[tuple[Any, ...], "Told"] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Directory":
        """As things stand."""
        made = cls()
        for rung in Rung.objects.filter(active=True).prefetch_related("people").order_by("id"):
            made.rungs[rung.organisation_id].append(rung)
        active = User.objects.filter(is_active=True).exclude(role__in=ADMIN_ROLES).order_by("id")
        for person in active.values_list("pk", "role", "organisation").iterator():
            one = made.people[person[0]] = Person(*person)
            made.staff[one.body].append(one)
        return made

    def ladder(self, subject: Subject) -> Ladder:
        """The ladder that holds for a matter."""
        key = subject.street, subject.district
        if key not in self._ladders:
            self._ladders[key] = joined_ladder(*(self.rungs.get(one, []) for one in key))
        return self._ladders[key]

    def told(self, rung: Rung, subject: Subject) -> "Told":
        """Whom the rung tells; worked out once for all matters that lie with the same bodies and people."""
        key = (rung.pk, subject.bound, *subject[8:-1])
        if key not in self._told:
            self._told[key] = self._find(rung, subject)
        return self._told[key]

    def _find(self, rung: Rung, subject: Subject) -> "Told":
        """Nobody supervises the own body: then, or where nobody is there, it is the next rung up, if there is one."""
        if rung.audience in HANDLERS:
            return Told(rung, [one.pk for one in self._at(rung, subject)])
        for one in self.ladder(subject).above[rung.pk]:
            found = [person.pk for person in self._at(one, subject) if not self._own(person, subject)]
            if found:
                return Told(one, found)
        return Told(None, [])

    def _own(self, person: Person, subject: Subject) -> bool:
        """Whether the person belongs to whoever the limit binds."""
        if subject.bound is not None:
            return person.body == subject.bound
        return person.pk in (subject.deputy, subject.holding_deputy)

    def _at(self, rung: Rung, subject: Subject) -> list[Person]:
        if rung.audience == Audience.NAMED:
            return self._known(*(person.pk for person in rung.people.all()))
        body, people = _place(rung.audience, subject)
        if body is None:
            return self._known(*people)
        roles = rung.roles
        return [one for one in self.staff.get(body, ()) if (one.role in roles if roles else one.role != "deputy")]

    def _known(self, *keys: int | None) -> list[Person]:
        return [self.people[key] for key in dict.fromkeys(keys) if key in self.people]


def _place(audience: str, subject: Subject) -> tuple[int | None, tuple[int | None, ...]]:
    """The body at which the people of an audience are; for a deputy the people themselves."""
    if audience == Audience.STREET:
        return subject.street, ()
    if audience == Audience.DISTRICT:
        return subject.district, ()
    if audience == Audience.HOLDER:
        return subject.holder, (subject.holding_deputy, subject.holding_helper)
    people = (subject.holding_deputy or subject.deputy, subject.holding_helper or subject.helper)
    return subject.bound, people
