"""What happened to one matter of a load: its course from a status backwards, told as rows that fit together."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.demo.load.world import HOUSES, Resident, Street, Text, World
from opinions.catalog.models import SourceChannel, Tier
from opinions.matters.models import Quality, ReplyClass, Satisfaction
from opinions.matters.states import Status

S = Status
HOUR, DAY = 3600, 86400
OPENING = 1095
"""Days over which matters that have ended were raised."""
PROMISES_KEPT = 0.75


class Share(NamedTuple):
    """How often a status occurs, and how many days ago such matters were raised: at least, at most, mostly."""

    weight: int
    least: float
    most: float
    mode: float


OPEN_SHARES = {
    S.SUBMITTED: Share(14, 0, 5, 0.5),
    S.TAKEN: Share(10, 0.5, 9, 2),
    S.WAITING: Share(5, 2, 12, 5),
    S.HANDLING: Share(46, 0.5, 25, 4),
    S.RETURNED: Share(4, 2, 9, 4),
    S.REPLIED: Share(16, 5, 24, 10),
    S.REWORK: Share(5, 10, 40, 15),
}
FINAL_SHARES = {S.CLOSED: 88, S.DECLINED: 8, S.WITHDRAWN: 4}
PATHS: dict[tuple[str, bool], tuple[str, ...]] = {
    (S.SUBMITTED, False): (),
    (S.TAKEN, False): ("take",),
    (S.WAITING, False): ("take", "ask"),
    (S.HANDLING, False): ("assign",),
    (S.RETURNED, False): ("assign", "return"),
    (S.REPLIED, True): ("take", "answer"),
    (S.REPLIED, False): ("assign", "sign", "reply"),
    (S.REWORK, True): ("take", "answer", "rate"),
    (S.REWORK, False): ("assign", "sign", "reply", "rate"),
    (S.CLOSED, True): ("take", "answer", "rate"),
    (S.CLOSED, False): ("assign", "sign", "reply", "rate"),
    (S.DECLINED, False): ("decline",),
    (S.WITHDRAWN, False): ("withdraw",),
}
"""The steps that lead to a status, for the answer of a deputy (True) and everything else."""
BY_DEPUTY = {status for status, by_deputy in PATHS if by_deputy}
AT = {
    "take": 0.05, "ask": 0.3, "assign": 0.08, "sign": 0.16, "return": 0.4, "answer": 0.5, "reply": 0.7, "rate": 0.95,
    "decline": 1.0, "withdraw": 1.0,
}  # fmt: skip
"""How far into its course each step comes."""


@dataclass(slots=True)
class Course:
    """A matter and its steps; instants are seconds since 1970."""

    number: int
    status: str
    street: Street
    text: Text
    place: int
    tier: Tier
    opened: int
    span: int
    channel: str
    resident: Resident
    kept: bool
    """Whether what was promised was done."""
    deputy: Deputy | None = None
    body: Organisation | None = None
    co: Organisation | None = None
    reply_class: str = ""
    satisfaction: str = ""
    quality: str | None = None
    signed: bool = False
    drafted: str = ""
    """Status of a reply that is not issued yet."""
    steps: dict[str, int] = field(default_factory=dict)

    @property
    def by_deputy(self) -> bool:
        return self.tier == Tier.DEPUTY


def _cumulated(weights: list[int]) -> list[int]:
    return list(accumulate(weights))


OPEN_STATUSES, OPEN_WEIGHTS = list(OPEN_SHARES), _cumulated([one.weight for one in OPEN_SHARES.values()])
FINAL_STATUSES, FINAL_WEIGHTS = list(FINAL_SHARES), _cumulated(list(FINAL_SHARES.values()))
TIERS, TIER_WEIGHTS = (Tier.DEPUTY, Tier.STREET, Tier.DEPARTMENT), _cumulated([25, 30, 45])
CHANNELS = [
    one.value
    for one in (
        SourceChannel.QR, SourceChannel.WEB, SourceChannel.STATION, SourceChannel.PHONE, SourceChannel.VISIT,
    )
]  # fmt: skip
CHANNEL_WEIGHTS = _cumulated([50, 20, 12, 10, 8])
CLASSES, CLASS_WEIGHTS = [one.value for one in ReplyClass], _cumulated([60, 18, 8, 14])
WORDS, WORD_WEIGHTS = [one.value for one in Satisfaction], _cumulated([62, 26, 12])
DRAFTS, DRAFT_WEIGHTS = ("", "draft", "pending", "sent_back"), _cumulated([70, 12, 14, 4])


class Courses:
    """Courses without end, the same for the same seed; memory stays what it is."""

    def __init__(self, world: World, seed: int, open_share: float) -> None:
        self.world, self.open_share = world, open_share
        self.dice = random.Random(seed)  # noqa: S311 - invented matters, no secret
        self.now = int(world.now.timestamp())
        count = len(world.streets)
        self.street_weights = _cumulated([3 * count - 2 * place for place in range(count)])

    def draw(self, number: int) -> Course:
        """The course of the matter with this key."""
        dice, world = self.dice, self.world
        status, opened, span = self._times()
        street = dice.choices(world.streets, cum_weights=self.street_weights)[0]
        place, house = dice.choice(street.communities), dice.randrange(HOUSES)
        course = Course(
            number=number, status=status, street=street, place=place.pk, tier=self._tier(status, street),
            text=world.text(dice.randrange(len(world.issues)), place, house), opened=opened, span=span,
            channel=dice.choices(CHANNELS, cum_weights=CHANNEL_WEIGHTS)[0], resident=dice.choice(world.residents),
            kept=dice.random() < PROMISES_KEPT,
        )  # fmt: skip
        if street.deputies and (course.by_deputy or dice.random() < 0.4):
            course.deputy = dice.choice(street.deputies)
        path = PATHS[status, course.by_deputy and status in BY_DEPUTY]
        course.steps = {verb: opened + int(span * AT[verb]) for verb in path}
        self._handled(course)
        self._ended(course)
        return course

    def _times(self) -> tuple[str, int, int]:
        """Status, when it was raised, and how many seconds its course has taken."""
        dice = self.dice
        if dice.random() < self.open_share:
            status: str = dice.choices(OPEN_STATUSES, cum_weights=OPEN_WEIGHTS)[0]
            share = OPEN_SHARES[S(status)]
            span = int(DAY * dice.triangular(share.least, share.most, share.mode))
            return status, self.now - span, span
        span = int(DAY * dice.triangular(1, 60, 12))
        status = dice.choices(FINAL_STATUSES, cum_weights=FINAL_WEIGHTS)[0]
        return status, self.now - span - dice.randrange(OPENING * DAY), span

    def _tier(self, status: str, street: Street) -> Tier:
        tier = self.dice.choices(TIERS, cum_weights=TIER_WEIGHTS)[0]
        impossible = status in (S.HANDLING, S.RETURNED) or not street.deputies
        return Tier.DEPARTMENT if tier == Tier.DEPUTY and impossible else tier

    def _handled(self, course: Course) -> None:
        """To whom it was given, and whether it was signed."""
        if "assign" not in course.steps:
            return
        dice, world = self.dice, self.world
        course.body = world.body_for(course.text.category, course.street, local=course.tier == Tier.STREET)
        if dice.random() < 0.15:
            other = world.body_for(dice.choice(world.issues)[1], course.street, local=False)
            course.co = other if other != course.body else None
        course.signed = "sign" in course.steps
        if course.status == S.HANDLING and dice.random() < 0.7:
            course.signed = True
            course.steps["sign"] = course.opened + int(course.span * AT["sign"])
            course.drafted = dice.choices(DRAFTS, cum_weights=DRAFT_WEIGHTS)[0]

    def _ended(self, course: Course) -> None:
        """How it was answered, and what the resident said; a third of those who could say something did not."""
        if not course.steps.keys() & {"answer", "reply"}:
            return
        dice = self.dice
        course.reply_class = dice.choices(CLASSES, cum_weights=CLASS_WEIGHTS)[0]
        if course.by_deputy and course.reply_class in "BC":
            course.reply_class = ReplyClass.EXPLAINED
        course.quality = dice.choices((None, Quality.LOW.value, Quality.POOR.value), cum_weights=(95, 98, 100))[0]
        if course.status == S.REWORK:
            course.satisfaction = Satisfaction.UNSATISFIED
        elif course.status == S.CLOSED and dice.random() < 0.65:
            course.satisfaction = dice.choices(WORDS, cum_weights=WORD_WEIGHTS)[0]


EPOCH = date(1970, 1, 1)
CLOCK = [f"{hour:02}:{minute:02}:{second:02}" for hour in range(24) for minute in range(60) for second in range(60)]


@cache
def day_text(day: int) -> str:
    """The ISO text of a day since 1970; kept, since a load has few days and many instants."""
    return (EPOCH + timedelta(days=day)).isoformat()


def instant(seconds: int) -> str:
    """An instant as both databases take it, in UTC."""
    day, rest = divmod(seconds, DAY)
    return f"{day_text(day)} {CLOCK[rest]}"


def instant_of_ledger(seconds: int) -> str:
    """The same, as the hash of an event has it."""
    day, rest = divmod(seconds, DAY)
    return f"{day_text(day)}T{CLOCK[rest]}.000000+00:00"
