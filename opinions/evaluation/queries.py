"""Reading ratings."""

from opinions.evaluation.models import Rating
from opinions.matters.models import Matter


def ratings_of(matter: Matter) -> list[Rating]:
    """All words on a matter, oldest first, with their reasons."""
    return list(Rating.objects.filter(matter=matter).prefetch_related("reasons").order_by("id"))


def rating_by(matter_id: int, reporter_id: int, round_: int) -> Rating | None:
    """What a resident said on one round."""
    return Rating.objects.filter(matter=matter_id, reporter=reporter_id, round=round_).first()
