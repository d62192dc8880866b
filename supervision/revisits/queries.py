"""Reading call-backs: whom a draw is made from, who may call, and whether a draw holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import or_

from django.db.models import Exists, OuterRef, Q

from deputies.accounts.models import User
from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import bodies, district_of, street_committees_of
from liaison.base.draws import digest, drawn
from liaison.base.workdays.arithmetic import ONE_DAY, midnight
from opinions.evaluation.models import Rating, RatingState
from opinions.evaluation.queries import in_rating_state
from opinions.handling.models import Assignment, JointStreet, Reply, ReplyStatus
from opinions.matters.models import Matter, MatterQuerySet, Reporter
from opinions.matters.states import MatterKind
from supervision.revisits.access import arranges, overseen
from supervision.revisits.models import Draw, Revisit, RevisitStatus

ASKED = (RatingState.RATED, RatingState.UNRATED, RatingState.LAPSED)
"""States of matters that were answered; the others cannot be drawn."""


def population(draw: Draw) -> MatterQuerySet:
    """The matters that fit the definition of a draw, kept or not, as they stand now."""
    start, end = (midnight(day) for day in (draw.since, draw.until + ONE_DAY))
    closed = Q(closed_at__gte=start, closed_at__lt=end)
    replied = Q(closed_at__isnull=True, first_replied_at__gte=start, first_replied_at__lt=end)
    states = [draw.state] if draw.state else ASKED
    asked = reduce(or_, map(in_rating_state, states))
    phones = Reporter.objects.filter(matter=OuterRef("pk")).exclude(phone_index="")
    rows = Matter.objects.filter(
        closed | replied, asked, Exists(phones), kind=MatterKind.OPINION, district=draw.district
    )
    if draw.street_id:
        rows = rows.filter(street=draw.street_id)
    if draw.body_id:
        handled = Assignment.objects.filter(matter=OuterRef("pk"), organisation=draw.body_id)
        rows = rows.filter(Exists(handled))
    return rows


def size_of(draw: Draw, population_size: int) -> int:
    """How many are drawn: the number, or the share rounded up; never more than there are."""
    wanted = draw.number or -(-population_size * (draw.share or 0) // 100)
    return min(wanted, population_size)


@dataclass(frozen=True)
class Verified:
    """Whether a draw holds when it is drawn again, and how far the present has moved away from it."""

    digest: bool
    rows: bool
    gone: int
    """Matters of the population that no longer fit the definition, e.g. were rated since."""
    come: int
    """Matters that fit it only now."""

    @property
    def holds(self) -> bool:
        return self.digest and self.rows


def verify(draw: Draw) -> Verified:
    """Draw again from what was kept, and compare with the rows and with the present."""
    codes = draw.drawn_from
    rows = list(draw.revisits.order_by("rank").values_list("matter__code", flat=True))
    again = drawn(codes, seed=draw.seed, most=size_of(draw, draw.population))
    present = set(population(draw).values_list("code", flat=True))
    whole = digest(codes) == draw.digest and len(codes) == draw.population
    return Verified(whole, rows == again, len(set(codes) - present), len(present - set(codes)))


def touched(matters: Sequence[Matter]) -> dict[int, set[int]]:
    """The bodies that had a hand in each matter: handlers, streets, and those of whoever answered; four statements."""
    keys = [matter.pk for matter in matters]
    found: dict[int, set[int]] = {matter.pk: {matter.street_id} for matter in matters}
    given = Assignment.objects.filter(matter__in=keys).values_list("matter", "organisation")
    joint = JointStreet.objects.filter(matter__in=keys).values_list("matter", "street")
    replies = Reply.objects.filter(matter__in=keys, status__in=(ReplyStatus.ISSUED, ReplyStatus.OPINION))
    people = ("organisation", "deputy__organisation", "written_by__organisation", "approved_by__organisation")
    wrote = replies.values_list("matter", *people)
    for matter_id, *who in chain(given, joint, wrote):
        found[matter_id].update(_with_above(who))
    return found


def _with_above(keys: Iterable[int | None]) -> Iterable[int]:
    """The bodies, a station with its street."""
    for key in keys:
        body = bodies().get(key)
        if body is not None:
            yield body.pk
            if body.kind == OrganisationKind.STATION and body.parent_id:
                yield body.parent_id


def callers_of(district: Organisation) -> list[Organisation]:
    """The bodies that can be asked to call back: the district's office, the streets, their stations."""
    streets = street_committees_of(district)
    rows = bodies().by_id.values()
    stations = [
        one for one in rows if one.active and one.kind == OrganisationKind.STATION and district_of(one) == district
    ]
    return [district, *streets, *sorted(stations, key=lambda one: one.code)]


def free_callers(district: Organisation, had: set[int]) -> list[Organisation]:
    """Those of them that had no hand in the matter; nor had the street above them."""
    return [one for one in callers_of(district) if not had & set(_with_above([one.pk]))]


def callers_for(matter: Matter) -> list[Organisation]:
    """Who may call the resident of this matter."""
    return free_callers(matter.district, touched([matter])[matter.pk])


def rating_on(matter: Matter) -> Rating | None:
    """The resident's word on the present round: the first, which moved the matter."""
    return Rating.objects.filter(matter=matter, round=matter.round).order_by("id").first()


def last_reply(matter: Matter) -> Reply | None:
    """The reply that the resident was asked about."""
    rows = matter.replies.filter(status=ReplyStatus.ISSUED).select_related("organisation", "deputy")
    return rows.order_by("-id").first()


@dataclass(frozen=True)
class About:
    """What the panel of a matter shows of call-backs."""

    revisits: list[Revisit]
    may_arrange: bool


def about(matter: Matter, user: User) -> About | None:
    """The call-backs on the matter, for its supervising side only; None for others, or when there is nothing."""
    rows = overseen(user).filter(matter=matter).select_related("caller", "draw").prefetch_related("flags")
    found = list(rows.order_by("-id"))
    waiting = any(one.status == RevisitStatus.WAITING for one in found)
    may = arranges(user, matter) and not waiting and matter.first_replied_at is not None
    return About(found, may) if found or may else None
