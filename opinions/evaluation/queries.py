"""Reading ratings."""

from liaison.base.joined import joined
from opinions.evaluation.models import Rating
from opinions.matters.models import Matter


def ratings_of(matter: Matter) -> list[Rating]:
    """All words on a matter, oldest first, each with its reasons in `chosen`; one statement."""
    return joined(Rating.objects.filter(matter=matter), "reasons", to="chosen", order=("id",))


def rating_by(matter_id: int, reporter_id: int, round_: int) -> Rating | None:
    """What a resident said on one round."""
    return Rating.objects.filter(matter=matter_id, reporter=reporter_id, round=round_).first()
