"""Where replies lead: the resident is invited to rate; the matter closes, lapses or is handled again.

答复, 解决 and 满意 are three facts (rule 1): a reply only asks for the resident's word, and silence stays silence.
"""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.roster.states import DeputyStatus
from liaison.base.audit.services import Fact
from liaison.base.audit.verbs import name_verbs
from liaison.base.step import step
from liaison.base.workdays.arithmetic import Unit, compute_due, local_today
from liaison.base.workdays.queries import current_calendar
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.services import start_clock, stop_clocks, stop_clocks_of
from opinions.handling.models import ReplyStatus
from opinions.handling.queries import unrated_too_long
from opinions.handling.services.common import call, call_holder, free_liable, news
from opinions.invitations.services import invite_reporters
from opinions.matters.models import Matter, Satisfaction
from opinions.matters.services import advance_matter, end_matters, turn_of
from opinions.matters.states import Status

name_verbs({"quality_ended": _("有了新答复，原质量标记不再亮灯")})
RATE_WORKDAYS = 10
"""Working days for rating where no policy rules it (domain.md §4)."""


def become_replied(
    matter: Matter, verb: str, *, by: User, actor: str, now: datetime, reply_class: str, data: dict[str, Any],
    changes: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Move to replied by `verb`: every duty ends, the time for rating begins, every reporter gets a one-time link.

    A word given on an earlier round stays with that round: the matter waits for a new one.
    """
    values = {
        **turn_of(),
        "first_replied_at": matter.first_replied_at or now,
        "reply_class": reply_class,
        "satisfaction": "",
        **(changes or {}),
    }
    ended = _mark_ended(matter)
    values |= {"quality": None, "quality_note": ""} if ended else {}
    advance_matter(matter, verb, by=by, now=now, actor=actor, data=data, changes=values, also=ended)
    stop_clocks(matter=matter, outcome=verb, now=now)
    free_liable(matter)
    links = invite(matter, now=now)
    news(matter, verb, _("您反映的事项（编号 {code}）已答复，请查看并评价："), now=now, links=links)
    call(matter, verb, _("已答复：{title}"), now=now, to=matter.street)
    if matter.deputy is not None and matter.deputy.status == DeputyStatus.ACTIVE:
        call(matter, verb, _("您跟踪的事项已答复：{title}"), now=now, deputy=matter.deputy)


def _mark_ended(matter: Matter) -> list[Fact]:
    """That a new reply ends the mark of quality on the one before. It stays beside another reply of the same round
    (separate handlers), which may be the one that carries it."""
    if matter.quality is None or matter.replies.filter(round=matter.round, status=ReplyStatus.ISSUED).exists():
        return []
    data = {"level": matter.quality, "note": matter.quality_note}
    return [Fact(verb="quality_ended", data=data, system=True)]


def invite(matter: Matter, *, now: datetime) -> dict[int, str]:
    """Start the time for rating and invite all reporters; gives each reporter's link by id."""
    running = matter.clocks.filter(kind=ClockKind.RATE, stopped_at__isnull=True).first()
    clock = running or start_clock(matter=matter, kind=ClockKind.RATE, now=now)
    expires_on = clock.due_on if clock else _rate_by_default(local_today(now))
    return invite_reporters(matter=matter, expires_on=expires_on, now=now)


def _rate_by_default(today: date) -> date:
    return compute_due(current_calendar(), today, RATE_WORKDAYS, Unit.WORKING_DAYS).due


@step
def close_rated(
    *,
    matter: Matter,
    satisfaction: str,
    now: datetime,
    actor: str,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> Matter:
    """验单: the resident's word closes the matter. Called by evaluation, which keeps the rating itself."""
    advance_matter(
        matter, "rate", by=None, now=now, actor=actor, reason=reason, target=Status.CLOSED, data=data,
        changes={"satisfaction": satisfaction, **turn_of()},
    )  # fmt: skip
    stop_clocks(matter=matter, outcome="rate", now=now)
    call(matter, "rate", _("居民已评价，事项办结：{title}"), now=now, to=matter.street)
    return matter


@step
def send_to_rework(
    *, matter: Matter, now: datetime, actor: str, reason: str = "", data: dict[str, Any] | None = None
) -> Matter:
    """An unsatisfied resident sends the matter back: a new round.

    The street holds it, or the deputy who answered. Called by evaluation while rounds are left.
    """
    deputy = matter.deputy if matter.tier == Tier.DEPUTY else None
    by_deputy = deputy is not None and deputy.status == DeputyStatus.ACTIVE
    turn = turn_of(deputy=deputy) if by_deputy else turn_of(organisation=matter.street)
    advance_matter(
        matter, "rate", by=None, now=now, actor=actor, reason=reason, target=Status.REWORK, data=data,
        changes={"satisfaction": Satisfaction.UNSATISFIED, "round": matter.round + 1, **turn},
    )  # fmt: skip
    stop_clocks(matter=matter, outcome="rate", now=now)
    start_clock(matter=matter, kind=ClockKind.TAKE, now=now, organisation=matter.holder)
    call_holder(matter, "rework", _("居民不满意，需要重新办理：{title}"), now=now, more=reason)
    return matter


@step
def lapse(*, matter: Matter, now: datetime) -> Matter:
    """到期未评价: closed, and unrated: silence is never counted as satisfaction. Raises WrongState too early."""
    due = matter.clocks.filter(kind=ClockKind.RATE, stopped_at__isnull=True, due_on__lt=local_today(now))
    if not due.exists():
        raise WrongState
    advance_matter(matter, "lapse", by=None, now=now)
    stop_clocks(matter=matter, outcome="lapse", now=now)
    return matter


@step
def lapse_many(*, now: datetime, limit: int = 2000) -> int:
    """到期未评价 for all that are due, at most `limit` at a time: all of them or none, by constant many statements.

    Rows that somebody else holds are left for the next time. Returns how many were closed.
    """
    rows = unrated_too_long(local_today(now)).order_by("clocks__due_on", "id")
    matters = list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])
    if matters:
        end_matters(matters, "lapse", now=now)
        stop_clocks_of(matters=matters, outcome="lapse", now=now)
    return len(matters)
