"""Whom a rung tells: the ladders in force and the people at the bodies, read once for a whole pass."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    CharField,
    DateField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from deputies.accounts.models import ADMIN_ROLES, User
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.clocks.models import Clock
from opinions.clocks.services import RESIDENTS, WINDOWS
from supervision.escalation.models import Firing, Rung
from supervision.escalation.rules import Course, Step
from supervision.escalation.states import HANDLERS, STREETS_OWN, Audience
from supervision.quality.models import QualityMark

NOBODYS = frozenset((*RESIDENTS, *WINDOWS))
"""Kinds of clocks that give no light."""


class Subject(NamedTuple):
    """A clock that runs, or a mark of quality, with the bodies and people concerned (columns in this order).

    `kind` is that of the clock, or the level of the mark, of which `due_on` is the day on which it was set.
    """

    clock: int | None
    mark: int | None
    kind: str
    warn_on: Any
    due_on: Any
    matter: int
    street: int
    district: int
    bound: int | None
    bound_deputy: int | None
    bound_helper: int | None
    holder: int | None
    holding_deputy: int | None
    holding_helper: int | None
    fired: str | None

    @property
    def cause(self) -> tuple[int | None, int | None]:
        """By which its firings are told apart."""
        return self.clock, self.mark

    @property
    def place(self) -> tuple[int | None, ...]:
        """The bodies and people concerned."""
        return self[6:-1]

    @property
    def course(self) -> Course:
        """What the ladder goes by."""
        return Course(self.kind, self.warn_on, self.due_on)


class _Joined(Aggregate):
    """Numbers as one text, with commas between them."""

    function = "group_concat"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="string_agg(%(expressions)s::text, ',')", **context)


_OF_CLOCK = Firing.objects.filter(clock=OuterRef("pk"), due_on=OuterRef("due_on"), retracted_at=None)
_OF_MARK = Firing.objects.filter(mark=OuterRef("pk"), retracted_at=None)
_NONE = Value(None, BigIntegerField())
_HOLDING = ("matter__holder", "matter__holder_deputy__user", "matter__holder_deputy__helper")


def _fired(rows: QuerySet[Firing], by: str) -> Subquery:
    """The rungs that have fired and were not taken back."""
    return Subquery(rows.order_by().values(by).annotate(all=_Joined("rung")).values("all"))


def _of_deputy(column: str) -> Case:
    """A column of the deputy who holds the matter; of the one who was asked where none holds it."""
    asked, holding = f"matter__deputy__{column}", f"matter__holder_deputy__{column}"
    return Case(When(matter__holder_deputy=None, then=asked), default=holding, output_field=BigIntegerField())


def subjects(rows: QuerySet[Clock], *more: str) -> QuerySet[Any, Any]:
    """The columns of a Subject, and `more`, of these clocks."""
    told = rows.annotate(
        none=_NONE,
        deputy=_of_deputy("user"),
        helper=_of_deputy("helper"),
        fired=_fired(_OF_CLOCK, "clock"),
    )
    return told.values_list(
        "pk", "none", "kind", "warn_on", "due_on", "matter", "matter__street", "matter__district", "organisation",
        "deputy", "helper", *_HOLDING, "fired", *more,
    )  # fmt: skip


def marked(rows: QuerySet[QualityMark], *more: str) -> QuerySet[Any, Any]:
    """The columns of a Subject, and `more`, of these marks: bound is who wrote the reply."""
    staff = Coalesce("reply__organisation", "reply__written_by__organisation", output_field=BigIntegerField())
    told = rows.annotate(
        none=_NONE,
        day=TruncDate("at", tzinfo=SHANGHAI, output_field=DateField()),
        body=Case(When(reply__deputy=None, then=staff), default="reply__organisation", output_field=BigIntegerField()),
        fired=_fired(_OF_MARK, "mark"),
    )
    return told.values_list(
        "none", "pk", "level", "day", "day", "matter", "matter__street", "matter__district", "body",
        "reply__deputy__user", "reply__deputy__helper", *_HOLDING, "fired", *more,
    )  # fmt: skip


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
        """The rungs that look at clocks of a kind: none at those that give no light."""
        return () if kind in NOBODYS else self.steps

    def rungs_for(self, level: str) -> tuple[Rung, ...]:
        """The rungs that a mark of quality of this level sets off."""
        return tuple(rung for rung in self.rungs if rung.trigger == level)

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
        key = (rung.pk, *subject.place)
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
        return person.pk == subject.bound_deputy

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
    return subject.bound, (subject.bound_deputy, subject.bound_helper)
