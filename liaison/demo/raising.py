"""Raising one opinion of the demo, as a resident or an officer would."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from deputies.organisations.models import Division, Organisation
from deputies.roster.models import Deputy
from liaison.base.files.models import StoredFile
from liaison.demo.cast import Cast, estate_of
from liaison.demo.pictures import place_photo
from liaison.demo.store import prepared_image
from opinions.catalog.models import Category, SourceChannel
from opinions.intake.privacy import NOTICE_VERSION
from opinions.intake.services.submission import Entry, submit
from opinions.matters.models import Matter

C = SourceChannel
CHANNELS = (
    (C.QR, 9),
    (C.WEB, 3),
    (C.STATION, 3),
    (C.WECHAT, 2),
    (C.PHONE, 2),
    (C.VISIT, 2),
    (C.GRID, 3),
    (C.PETITION, 1),
)
BY_RESIDENTS = (C.QR, C.WEB)


@dataclass
class Seed:
    """What is to be raised: by which text, where, to whom, when."""

    issue: dict[str, Any]
    committee: Organisation
    division: Division
    opened_at: datetime
    deputy: Deputy | None = None

    @property
    def place(self) -> str:
        return estate_of(self.division)

    def words(self, key: str) -> str:
        """A text of the issue with its places filled in."""
        text: str = self.issue[key]
        return text.replace("{spot}", self.issue.get("spot", "")).replace("{place}", self.place)


class Raiser:
    """Raises one opinion after another."""

    def __init__(self, cast: Cast, names: Iterator[str], phones: Iterator[str], rng: random.Random) -> None:
        self._cast, self._names, self._phones, self._rng = cast, names, phones, rng
        self._categories = Category.objects.in_bulk(field_name="code")

    def raise_(self, seed: Seed) -> Matter:
        """Submit it; returns the matter as the service left it."""
        channel = self._channel(seed)
        by = None if channel in BY_RESIDENTS else self._cast.officer(seed.committee)
        receipt = submit(
            entry=self._entry(seed, channel), by=by, now=seed.opened_at, photos=self._photos(seed),
        )  # fmt: skip
        return receipt.matter

    def _channel(self, seed: Seed) -> SourceChannel:
        if seed.deputy is not None:
            return C.QR
        return self._rng.choices([channel for channel, _n in CHANNELS], [weight for _channel, weight in CHANNELS])[0]

    def _entry(self, seed: Seed, channel: SourceChannel) -> Entry:
        rng = self._rng
        points = self._cast.points(seed.committee)
        point = rng.choice(points) if channel in (C.QR, C.STATION) else None
        anonymous = rng.random() < 0.2
        phone = next(self._phones)
        return Entry(
            key=UUID(int=rng.getrandbits(128), version=4), content=seed.words("text"), division=seed.division,
            street=seed.committee, district=self._cast.congress, channel=channel,
            place=f"{seed.place}{seed.issue.get('spot', '')}"[:160],
            category=self._categories.get(seed.issue.get("category", "")), reach=seed.issue.get("reach", ""),
            contact_point_id=point.pk if point else None,
            electoral_district=point.electoral_district if point else None, addressed_to=seed.deputy,
            name="" if anonymous else next(self._names), phone="" if rng.random() < 0.12 else phone,
            anonymous=anonymous, consent_contact=True, consent_publish=rng.random() < 0.6,
            privacy_version=NOTICE_VERSION,
        )  # fmt: skip

    def _photos(self, seed: Seed) -> list[StoredFile]:
        caption = seed.issue.get("photo")
        if not caption:
            return []
        jpeg = place_photo(f"{seed.place} {caption}", self._rng)
        return [prepared_image(jpeg, name=f"{caption}.jpg", now=seed.opened_at)]
