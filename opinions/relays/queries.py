"""Reading relays: who can be named, what waits for whom, and how each one stands."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Division, DivisionLevel
from deputies.organisations.queries import division_tree
from deputies.roster.models import LEVELS_UPWARD, CongressLevel, Deputy, Identity
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.relays.models import Baton, BatonQuerySet, Relay
from opinions.relays.states import RUNNING, BatonStatus

ABOVE = LEVELS_UPWARD[LEVELS_UPWARD.index(CongressLevel.COUNTY) + 1 :]
"""The levels to which a district's committee relays, the nearest first."""
RELATED = ("deputy", "relay__matter__district", "relay__matter__street", "relay__matter__opinion")
STATES = (
    ("waiting", _("等代表接下")),
    ("taken", _("已有代表接下")),
    ("answered", _("代表已回复，待转告居民")),
    ("nobody", _("都没有接，请另请代表")),
    ("over", _("已结束")),
)
"""How a relay stands as a whole."""


def covers(deputy: Deputy, place: int) -> bool:
    """Whether the deputy was elected where `place` (a division's id) lies: by the electoral district, or, where the
    roster names none, by the area of the congress itself."""
    tree = division_tree()
    above = {one.pk for one in tree.ancestors(place, include_self=True)}
    seat = _area(tree.get(deputy.electoral_district_id) or tree.get(deputy.term.division_id if deputy.term else None))
    return seat is not None and seat in above


def _area(seat: Division | None) -> int | None:
    """An electoral district is drawn beside streets and communities: what it lies in stands for it."""
    if seat is None:
        return None
    return seat.parent_id if seat.level == DivisionLevel.ELECTORAL else seat.pk


def candidates(matter: Matter, level: str) -> list[Deputy]:
    """Deputies in office of `level` whose area covers the matter's place, by name; none of a level below."""
    if level not in ABOVE:
        return []
    rows = Deputy.objects.active().filter(level=level, identity=Identity.DEPUTY).select_related("term", "organisation")
    return [row for row in rows.order_by("pinyin", "pk") if covers(row, matter.division_id)]


def levels_for(matter: Matter) -> list[tuple[CongressLevel, int]]:
    """The levels above with the number of deputies who can be named at each, the nearest first."""
    return [(level, len(candidates(matter, level))) for level in ABOVE]


def batons_of(matter: Matter) -> list[Baton]:
    """All parts in the matter's relays, the earliest first."""
    rows = Baton.objects.filter(relay__matter=matter).select_related(*RELATED, "answer")
    return list(rows.order_by("id"))


def running_deputies(matter: Matter) -> set[int]:
    """The deputies of whom something is still to come, by id."""
    rows = Baton.objects.filter(relay__matter=matter, status__in=RUNNING)
    return set(rows.values_list("deputy_id", flat=True))


def nobody_left(batons: Iterable[Baton]) -> bool:
    """Whether all who were named have declined or were let go, so that the committee must ask others."""
    rows = list(batons)
    return bool(rows) and all(row.status in (BatonStatus.DECLINED, BatonStatus.WITHDRAWN) for row in rows)


def my_batons(user: User) -> BatonQuerySet:
    """接力给我的: the parts of the deputy whom the user is or helps."""
    return Baton.objects.named_to(user)


def waiting_for(user: User) -> BatonQuerySet:
    """Of these, those of whom something is still to come."""
    return my_batons(user).running()


def relays_for(user: User) -> QuerySet[Relay, Relay]:
    """The relays of the committee's (or the street's) matters, counted by how their deputies stand."""
    seen = Baton.objects.visible_to(user).filter(relay=OuterRef("pk"))
    rows = Relay.objects.filter(Exists(seen)).select_related("matter")
    counted = {one.value: Count("batons", filter=Q(batons__status=one), distinct=True) for one in BatonStatus}
    return rows.annotate(
        **{f"n_{name}": count for name, count in counted.items()}, named=Count("batons", distinct=True)
    )


def in_state(rows: Any, state: str) -> QuerySet[Relay, Relay]:
    """The relays (counted by `relays_for`) that stand so, see STATES; all for anything else."""
    live = rows.filter(matter__status=Status.RELAYED)
    ways: dict[str, Any] = {
        "waiting": lambda: live.filter(n_taken=0, n_answered=0, n_pending__gt=0),
        "taken": lambda: live.filter(n_taken__gt=0, n_answered=0),
        "answered": lambda: live.filter(n_answered__gt=0),
        "nobody": lambda: live.filter(n_taken=0, n_answered=0, n_pending=0),
        "over": lambda: rows.exclude(matter__status=Status.RELAYED),
    }
    return ways[state]() if state in ways else rows


def state_of(relay: Any) -> tuple[str, Any]:
    """How an annotated relay stands: key and words."""
    if relay.matter.status != Status.RELAYED:
        key = "over"
    elif relay.n_answered:
        key = "answered"
    elif relay.n_taken:
        key = "taken"
    else:
        key = "waiting" if relay.n_pending else "nobody"
    return key, dict(STATES)[key]


def names(deputies: Sequence[Deputy]) -> str:
    """The deputies as the ledger and residents read them."""
    return "、".join(one.name for one in deputies)
