"""Reading ratings, and which matters have one: the one place that says so (issue: never mixed)."""

from django.db.models import Case, CharField, Q, Value, When

from liaison.base.joined import joined
from opinions.evaluation.models import Rating, RatingState
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.states import Status

_CONDITIONS = {
    RatingState.RATED: Q(status=Status.CLOSED) & ~Q(satisfaction=""),
    RatingState.LAPSED: Q(status=Status.CLOSED, satisfaction=""),
    RatingState.UNRATED: Q(status=Status.REPLIED),
}


def in_rating_state(state: str) -> Q:
    """Condition on Matter. A word on an earlier round is not one on the present: what is handled again was not asked;
    what was declined, withdrawn or merged never will be."""
    asked = Q(status__in=(Status.CLOSED, Status.REPLIED))
    return _CONDITIONS.get(RatingState(state), ~asked)


def with_rating_state(matters: MatterQuerySet) -> MatterQuerySet:
    """The matters with `rating_state`; no join, so that it can be counted and grouped."""
    cases = [When(condition, then=Value(state.value)) for state, condition in _CONDITIONS.items()]
    shown = Case(*cases, default=Value(RatingState.NOT_ASKED.value), output_field=CharField())
    return matters.annotate(rating_state=shown)


def rating_state_of(matter: Matter) -> RatingState:
    """The same of a matter at hand."""
    if matter.status == Status.CLOSED:
        return RatingState.RATED if matter.satisfaction else RatingState.LAPSED
    return RatingState.UNRATED if matter.status == Status.REPLIED else RatingState.NOT_ASKED


def ratings_of(matter: Matter) -> list[Rating]:
    """All words on a matter, oldest first, each with its reasons in `chosen`; one statement."""
    return joined(Rating.objects.filter(matter=matter), "reasons", to="chosen", order=("id",))


def rating_by(matter_id: int, reporter_id: int, round_: int) -> Rating | None:
    """What a resident said on one round."""
    return Rating.objects.filter(matter=matter_id, reporter=reporter_id, round=round_).first()
