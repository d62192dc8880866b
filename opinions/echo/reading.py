"""An echo as everybody reads it, on the wall, on its page, on a screen, in a feed and by program."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from opinions.echo.models import Echo, EchoPhoto, EchoQuerySet, Moment
from opinions.echo.queries import RELATED, Outcome, outcomes

PHOTOS = Prefetch("photos", EchoPhoto.objects.order_by("id"), to_attr="shown_photos")


@dataclass(frozen=True)
class Picture:
    """A picture with its addresses and its size, so that the page does not jump."""

    url: str
    card_url: str
    width: int
    height: int
    moment: str

    @property
    def label(self) -> str:
        return str(Moment(self.moment).label)


@dataclass(frozen=True)
class Told:
    """One echo with what came of it."""

    echo: Echo
    outcome: Outcome
    pictures: Sequence[Picture]

    @property
    def url(self) -> str:
        return reverse("echo:entry", args=[self.echo.code])

    @property
    def pair(self) -> list[Picture]:
        """For a card: the first picture before and the first after."""
        firsts = {one.moment: one for one in reversed(self.pictures)}
        return [firsts[moment] for moment in Moment.values if moment in firsts]


def whole(rows: EchoQuerySet) -> EchoQuerySet:
    """With all that `told` reads of them."""
    return rows.select_related(*RELATED).prefetch_related(PHOTOS)


def told(echoes: Iterable[Echo], today: date) -> list[Told]:
    """These echoes as they are read; they come `whole`."""
    rows = list(echoes)
    came = outcomes(rows, today)
    return [Told(row, came[row.pk], [_picture(row, one) for one in _photos(row)]) for row in rows]


def _photos(echo: Any) -> list[EchoPhoto]:
    held: list[EchoPhoto] = echo.shown_photos
    return held


def _picture(echo: Echo, photo: EchoPhoto) -> Picture:
    at = [echo.code, photo.pk]
    return Picture(
        reverse("echo:photo", args=at), reverse("echo:card", args=at), photo.width, photo.height, photo.moment
    )  # fmt: skip
