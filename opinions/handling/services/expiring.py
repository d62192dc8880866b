"""补充逾期 for all that are due: as a set, and each by itself where that fails."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.audit.models import Event
from liaison.base.errors import StaleState
from liaison.base.sets import all_or_each
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState
from opinions.clocks.services import resume_clocks_of
from opinions.handling.queries import waiting_too_long
from opinions.handling.services.questions import EXPIRED, expire_supply, turn_from
from opinions.matters.models import Matter
from opinions.matters.services import return_matters, tell_holders


def expire_supplies(*, now: datetime, limit: int = 2000) -> int:
    """All that are due, at most `limit`; running twice does nothing. Returns how many went on.

    Where one of them cannot go on, each goes by itself, so that it holds up no other.
    """
    return all_or_each(
        lambda: _expire_many(now=now, limit=limit),
        lambda: waiting_too_long(local_today(now)).order_by("id")[:limit],
        lambda matter: expire_supply(matter=matter, now=now),
        passing=(StaleState, WrongState),
    )


@step
def _expire_many(*, now: datetime, limit: int) -> int:
    """All of them or none, by constant many statements; rows that somebody else holds are left for the next time.

    What a deputy held who has left office meanwhile goes to the street, one by one: that is rare.
    """
    rows = waiting_too_long(local_today(now)).order_by("clocks__due_on", "id")
    matters = list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])
    turns = _turns_before(matters)
    gone = _out_of_office(turn["holder_deputy_id"] for turn in turns.values())
    for matter in (one for one in matters if turns[one.pk]["holder_deputy_id"] in gone):
        expire_supply(matter=matter, now=now)
    if staying := [one for one in matters if turns[one.pk]["holder_deputy_id"] not in gone]:
        _go_on(staying, turns, now)
    return len(matters)


def _go_on(matters: Sequence[Matter], turns: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
    return_matters(matters, "expire", turns=turns, now=now)
    resume_clocks_of(matters=matters, outcome="expire", now=now)
    tell_holders(matters, key=lambda one: f"expire:{one.version}", subject=EXPIRED, now=now)


def _turns_before(matters: Iterable[Matter]) -> dict[int, dict[str, Any]]:
    """Whose turn each was when its resident was asked, by one statement."""
    chains = {one.chain: one for one in matters}
    asked = Event.objects.filter(chain__in=list(chains), verb="ask").order_by("seq").values_list("chain", "data")
    last = dict(asked) if chains else {}
    return {one.pk: turn_from(last.get(chain), one) for chain, one in chains.items()}


def _out_of_office(deputies: Iterable[int | None]) -> set[int]:
    """Those of the deputies who are not in office."""
    keys = {key for key in deputies if key is not None}
    rows = Deputy.objects.filter(pk__in=keys).exclude(status=DeputyStatus.ACTIVE)
    return set(rows.values_list("pk", flat=True))
