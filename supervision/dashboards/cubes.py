"""The sums: what each table of sums counts, said once, as a GROUP BY over the facts.

The same conditions choose the rows behind a number (`MEASURES`), so that a number and its rows cannot part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, Count, F, Q, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Cast

from opinions.evaluation.models import RatingState, Solved
from opinions.matters.models import ReplyClass, Satisfaction
from opinions.matters.states import Status
from opinions.promises.states import PromiseStatus
from supervision.dashboards.models import (
    DIMENSIONS,
    LIGHT,
    NEVER,
    Fact,
    Intake,
    Outcome,
    PromiseFact,
    PromiseSum,
    Span,
    Stage,
    Stock,
    Sum,
)

CLOSED = Q(status=Status.CLOSED)
ENDED: dict[str, Q] = {
    "n": Q(open=False),
    "closed": CLOSED,
    "declined": Q(status=Status.DECLINED),
    "merged": Q(status=Status.MERGED),
    "withdrawn": Q(status=Status.WITHDRAWN),
    "satisfied": CLOSED & Q(rating=Satisfaction.SATISFIED),
    "mostly": CLOSED & Q(rating=Satisfaction.MOSTLY),
    "unsatisfied": CLOSED & Q(rating=Satisfaction.UNSATISFIED),
    "lapsed": CLOSED & Q(rating=RatingState.LAPSED),
    "solved": CLOSED & Q(solved=Solved.YES),
    "partly": CLOSED & Q(solved=Solved.PARTLY),
    "unsolved": CLOSED & Q(solved=Solved.NO),
    "class_a": CLOSED & Q(reply_class=ReplyClass.SOLVED),
    "class_b": CLOSED & Q(reply_class=ReplyClass.BEING_SOLVED),
    "class_c": CLOSED & Q(reply_class=ReplyClass.PLANNED),
    "class_d": CLOSED & Q(reply_class=ReplyClass.EXPLAINED),
    "returned": CLOSED & Q(returned=True),
    "reworked": CLOSED & Q(reworked=True),
    "in_time": CLOSED & Q(late=0),
    "late": CLOSED & Q(late=1),
}
"""What is counted of those that came to an end in a month."""
OPEN = {
    "n": Q(open=True),
    "waiting": Q(open=True, rating=RatingState.UNRATED),
    "proposed": Q(open=True, status=Status.PROPOSED),
    "relayed": Q(open=True, status=Status.RELAYED),
}
"""What is counted of those that are open."""
UNSETTLED = Q(settled_month=NEVER)
PROMISED: dict[str, Q] = {
    "n": Q(promise__gt=0),
    "kept": Q(status=PromiseStatus.KEPT),
    "not_kept": Q(status=PromiseStatus.NOT_KEPT),
    "withdrawn": Q(status=PromiseStatus.WITHDRAWN),
}
"""What is counted of promises."""
DAYS = {Stage.TAKE: "take_days", Stage.REPLY: "reply_days", Stage.SOLVE: "solve_days"}


@dataclass(frozen=True)
class Cube:
    """One GROUP BY over the facts: which of them, by what, and what is counted. `number` marks its rows in the table.

    `key` are the columns besides district and dimensions, as expressions over facts.
    """

    model: type[Sum]
    number: int
    where: Q
    dimensions: tuple[str, ...]
    key: Mapping[str, Any]
    counts: Mapping[str, Q]
    facts: type[Fact | PromiseFact] = Fact

    @property
    def by(self) -> list[str]:
        """The columns that tell one row of the table from another."""
        return ["cube", "district", *DIMENSIONS, *self.key]

    @property
    def columns(self) -> list[str]:
        return [*self.by, *self.counts]

    @property
    def mine(self) -> Q:
        """Which rows of the table belong to it."""
        stage = {"stage": self.key["stage"].value} if "stage" in self.key else {}
        return Q(cube=self.number, **stage)

    def live(self, which: Q | None = None) -> QuerySet[Any]:
        """The sums over the facts (those of `which`), as rows of `columns`."""
        facts: QuerySet[Any] = self.facts._default_manager.filter(self.where)
        gone_by = {name: F(name) if name in self.dimensions else _none(name) for name in DIMENSIONS}
        key = {"cube": Cast(Value(self.number), SmallIntegerField()), "district": F("district"), **gone_by, **self.key}
        named = {f"key_{name}": expression for name, expression in key.items()}
        counted = {f"count_{name}": Count("pk", filter=condition) for name, condition in self.counts.items()}
        rows = (facts.filter(which) if which is not None else facts).annotate(**named).values(*named)
        return rows.annotate(**counted).order_by().values_list(*named, *counted)


def _none(name: str) -> Cast:
    """What stands in a column that a cube does not go by."""
    return Cast(Value(""), CharField()) if name == "channel" else Cast(Value(0), BigIntegerField())


_BY = (("street", "top", "tier", "body"), ("street", "deputy"), ("street", "top", "category"))
_CAME_BY = ("street", "channel", "point")
_SPAN_BY = (("street", "top"), ("street", "tier"), ("street", "top", "body"))


def _all(
    model: type[Sum], where: Q, key: Mapping[str, Any], counts: Mapping[str, Q], facts: type[Fact | PromiseFact] = Fact,
    *also: tuple[str, ...],
) -> list[Cube]:  # fmt: skip
    return [Cube(model, number, where, by, key, counts, facts) for number, by in enumerate((*_BY, *also))]


def _spans(stage: Stage) -> list[Cube]:
    key = {"month": F("closed_month"), "stage": Value(str(stage)), "days": F(DAYS[stage])}
    where = CLOSED & Q(**{f"{DAYS[stage]}__gte": 0})
    return [Cube(Span, number, where, by, key, {"n": Q(open=False)}) for number, by in enumerate(_SPAN_BY)]


CUBES = (
    *_all(Intake, Q(), {"month": F("opened_month")}, {"n": Q(matter__gt=0)}, Fact, _CAME_BY),
    *_all(Outcome, Q(open=False), {"month": F("closed_month")}, ENDED, Fact, _CAME_BY),
    *_all(Stock, Q(open=True), {name: F(name) for name in LIGHT}, OPEN),
    *(cube for stage in Stage for cube in _spans(stage)),
    *_all(PromiseSum, Q(), {"month": F("settled_month"), "due_on": F("due_on")}, PROMISED, PromiseFact),
)
MODELS = (Intake, Outcome, Stock, Span, PromiseSum)


def cube_for(model: type[Sum], needed: set[str]) -> Cube | None:
    """The sums that go by all that is needed; None where only the facts do."""
    return next((cube for cube in CUBES if cube.model is model and needed <= set(cube.dimensions)), None)
