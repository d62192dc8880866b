"""代表离岗: what a deputy held who is suspended or has left office goes to the street.

The roster (a floor below) ends an office and knows no matters. The sweep finds what such a deputy still holds; a matter
that waits for its resident is handed over when it goes on.
"""

import logging
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.roster.states import DeputyStatus
from liaison.base.errors import StaleState
from liaison.base.step import step
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind
from opinions.clocks.services import start_clock, stop_clocks
from opinions.handling.queries import held_by_nobody_in_office
from opinions.handling.services.common import call, lock, news
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, turn_of
from opinions.matters.states import Status

logger = logging.getLogger(__name__)

GOES_TO = {Status.REWORK: Status.REWORK, Status.PROPOSED: Status.PROPOSED}
"""Where a matter is afterwards. What the deputy had only received or taken is for the street to take in anew."""


@step
def hand_over(*, matter: Matter, now: datetime) -> Matter:
    """Give the matter of a deputy out of office to its street. Raises WrongState when the holder is in office."""
    lock(matter)
    if matter.holder_deputy is None or matter.holder_deputy.status == DeputyStatus.ACTIVE:
        raise WrongState
    carry_out_hand_over(matter, now=now)
    return matter


def carry_out_hand_over(matter: Matter, *, now: datetime) -> None:
    """The step itself, in the caller's transaction: history, a fresh limit, notices to the street and the residents."""
    deputy, street = matter.holder_deputy, matter.street
    assert deputy is not None  # noqa: S101 - the caller looked
    after = GOES_TO.get(Status(matter.status), Status.SUBMITTED)
    data = {"body": street.name, "from": deputy.name}
    advance_matter(matter, "vacate", by=None, now=now, target=after, data=data, changes=turn_of(organisation=street))
    stop_clocks(matter=matter, outcome="vacate", now=now)
    if after != Status.PROPOSED:
        start_clock(matter=matter, kind=ClockKind.TAKE, now=now, organisation=street)
    call(matter, "vacate", _("{name}代表离岗，请接着办：{title}"), now=now, to=street, name=deputy.name)
    news(
        matter, "vacate", _("您反映的事项（编号 {code}）原来由{name}代表办理，现在改由{body}接着办。"), now=now,
        name=deputy.name, body=street.name,
    )  # fmt: skip


def hand_over_vacant(*, now: datetime, limit: int = 500) -> int:
    """All matters held by deputies out of office, each in its own transaction; running twice does nothing.

    Returns how many went to their streets.
    """
    done = 0
    rows = held_by_nobody_in_office().select_related("holder_deputy", "street")
    for matter in rows.order_by("id")[:limit]:
        try:
            hand_over(matter=matter, now=now)
        except (StaleState, WrongState):
            continue
        except Exception:
            logger.exception("matter %s is left as it is; the others go on", matter.code)
            continue
        done += 1
    return done
