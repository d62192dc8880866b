"""请补充: asking the resident, the answer, and what happens when none comes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.roster.states import DeputyStatus
from liaison.base.audit.models import Audience, Event
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind
from opinions.clocks.services import pause_clocks, resume_clocks, start_clock, stop_clocks
from opinions.handling.services.common import call_holder, news, side_of, standing_for
from opinions.handling.services.vacancies import carry_out_hand_over
from opinions.matters.models import RESIDENT, Matter, Reporter
from opinions.matters.services import add_line, advance_matter, attach, checked_text, turn_of
from opinions.matters.states import Status

EXPIRED = _("居民逾期没有补充，请继续办理：{title}")


@step
def ask(*, matter: Matter, question: str, by: User, now: datetime) -> Matter:
    """Ask the resident. The limits of the bodies pause, the resident's begins; the matter waits."""
    side = side_of(standing_for("ask", matter=matter, by=by, now=now))
    question = checked_text(question, field="question", missing=_("请写明要居民补充什么。"))
    turn = {"holder": matter.holder_id, "holder_deputy": matter.holder_deputy_id}
    advance_matter(
        matter, "ask", by=by, now=now, reason=question, actor=side.actor, data={"body": side.name, "turn": turn},
        changes={"resume_status": matter.status, **turn_of()},
    )  # fmt: skip
    add_line(matter=matter, body=question, audience=Audience.PUBLIC, by=by, now=now, author=side.name)
    pause_clocks(matter=matter, now=now)
    start_clock(matter=matter, kind=ClockKind.SUPPLY, now=now)
    news(matter, "ask", _("您反映的事项（编号 {code}）需要您补充情况：{question}"), now=now, question=question[:80])
    return matter


@step
def supply(
    *, matter: Matter, reporter: Reporter, text: str = "", stored: Iterable[StoredFile] = (), now: datetime
) -> Matter:
    """The resident adds to the report: what was asked for, or something of their own accord while the matter is open.

    The caller has checked the resident's key. Raises WrongState, InvalidInput, NotAllowed for another's reporter.
    """
    if matter.pk not in (reporter.matter_id, reporter.matter.merged_into_id):
        raise NotAllowed
    if not matter.is_open:
        raise WrongState(_("这件事已经结束，不能再补充。有新情况请重新提交。"))
    files = list(stored)
    if not text.strip() and not files:
        raise InvalidInput(_("请写下要补充的情况，或者选择照片。"), field="text")
    waited = matter.status == Status.WAITING
    if waited:
        go_on(matter, "supply", actor=RESIDENT, now=now)
    if text.strip():
        add_line(
            matter=matter,
            body=text,
            audience=Audience.PUBLIC,
            by=None,
            now=now,
            author=RESIDENT,
            reporter=reporter,
        )
    attach(matter=reporter.matter, stored=files, audience=Audience.INTERNAL, by=None, now=now)
    told = _("居民已补充：{title}") if waited else _("居民有新的补充：{title}")
    call_holder(matter, f"supply:{int(now.timestamp())}", told, now=now)
    return matter


def go_on(matter: Matter, verb: str, *, actor: str, now: datetime) -> None:
    """Leave waiting: back to the status and the holder from before the question; paused limits run on.

    A deputy who has left office meanwhile does not get the matter back: the street does.
    """
    changes = {"resume_status": "", **_turn_before(matter)}
    advance_matter(matter, verb, by=None, now=now, actor=actor, target=matter.resume_status, changes=changes)
    stop_clocks(matter=matter, outcome=verb, now=now, kinds=[ClockKind.SUPPLY])
    resume_clocks(matter=matter, now=now)
    if matter.holder_deputy is not None and matter.holder_deputy.status != DeputyStatus.ACTIVE:
        carry_out_hand_over(matter, now=now)


def _turn_before(matter: Matter) -> dict[str, Any]:
    """Whose turn it was when the resident was asked, as the ledger has it; the street's where that says nothing."""
    asked = Event.objects.filter(chain=matter.chain, verb="ask").order_by("-seq").only("data").first()
    return turn_from(asked.data if asked else None, matter)


def turn_from(data: dict[str, Any] | None, matter: Matter) -> dict[str, Any]:
    """The same from the data of the event with which the resident was asked."""
    turn: dict[str, Any] = (data or {}).get("turn") or {"holder": matter.street_id, "holder_deputy": None}
    return {f"{name}_id": held for name, held in turn.items()}


@step
def expire_supply(*, matter: Matter, now: datetime) -> Matter:
    """补充逾期: the resident did not supply in time; the matter goes on as it was. Raises WrongState too early."""
    due = matter.clocks.filter(kind=ClockKind.SUPPLY, stopped_at__isnull=True, due_on__lt=local_today(now))
    if not due.exists():
        raise WrongState
    go_on(matter, "expire", actor="", now=now)
    call_holder(matter, "expire", EXPIRED, now=now)
    return matter
