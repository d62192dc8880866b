"""接力: naming deputies above, and what each of them does. It solves nothing yet; the committee follows it (rule 1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.models import User
from deputies.roster.models import CongressLevel, Deputy
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput
from liaison.base.step import step
from liaison.base.workflow import advance
from opinions.catalog.models import Tier
from opinions.handling.models import Reply, ReplyStatus
from opinions.handling.services import call, checked_text, end_handling, news, side_of, standing_for
from opinions.matters.models import Attachment, Matter, ReplyClass
from opinions.matters.queries import open_copy
from opinions.matters.services import advance_matter, hold_row, tell_body, turn_of
from opinions.relays.access import records, refusal, speaks
from opinions.relays.models import Baton, Relay
from opinions.relays.queries import ABOVE, batons_of, candidates, names, nobody_left, running_deputies
from opinions.relays.states import BATON, BatonStatus

MOST_DEPUTIES = 20
ASKED_ABOVE = _("您反映的事项（编号 {code}）超出本区能解决的范围，已请{level}{names}接着推动，有结果会告诉您。")
TITLE_MAX = 80


@step
def relay(
    *,
    matter: Matter,
    level: str,
    deputies: Sequence[Deputy],
    reason: str,
    by: User,
    now: datetime,
    title: str = "",
    content: str = "",
    summary: str = "",
    identified: bool = False,
    consent: str = "",
    attachments: Sequence[Attachment] = (),
) -> Relay:
    """接力 to named deputies of a congress above (H4, tier 5), or to further ones when nobody took it up.

    `title` and `content` are what they read; left empty, a copy without what leads to the resident is made. Raises
    InvalidInput.
    """
    side = side_of(standing_for("relay", matter=matter, by=by, now=now))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么需要上级代表接力，居民会看到。"))
    _check_named(matter, level, deputies)
    consent = consent.strip()
    if identified and not consent:
        raise InvalidInput(_("要告知反映人姓名，请写明居民什么时候、怎样同意的。"), field="consent")
    if {one.matter_id for one in attachments} - {matter.pk}:
        raise InvalidInput(_("只能附上这件事的附件。"), field="attachments")
    advance_matter(
        matter, "relay", by=by, now=now, reason=reason, actor=side.actor,
        data={"body": names(deputies), "level": CongressLevel(level).value},
        changes={"tier": Tier.RELAY, **turn_of(organisation=matter.district)},
    )  # fmt: skip
    end_handling(matter, "relay", now=now)
    own_title, own_content = open_copy(matter)
    row = Relay.objects.create(
        matter=matter, level=level, reason=reason, title=title.strip() or own_title,
        content=content.strip() or own_content,
        summary=summary.strip(), identified=identified, consent=consent, by=by, at=now,
    )  # fmt: skip
    row.attachments.set(attachments)
    _name(row, deputies, by=by, now=now)
    news(matter, "relay", ASKED_ABOVE, now=now, level=CongressLevel(level).label, names=names(deputies))
    return row


def _check_named(matter: Matter, level: str, deputies: Sequence[Deputy]) -> None:
    if level not in ABOVE:
        raise InvalidInput(_("请选择市级以上的人大代表。"), field="level")
    if not deputies:
        raise InvalidInput(_("请选择接力的代表。"), field="deputies")
    if len(deputies) > MOST_DEPUTIES:
        raise InvalidInput(_("一次最多请 20 位代表接力。"), field="deputies")
    known = {row.pk for row in candidates(matter, level)}
    if not {one.pk for one in deputies} <= known:
        raise InvalidInput(_("只能选择这一级在任、选区覆盖事发地的代表。"), field="deputies")
    if running_deputies(matter) & {one.pk for one in deputies}:
        raise InvalidInput(_("有的代表已经在接力这件事，不用再请。"), field="deputies")


def _name(row: Relay, deputies: Sequence[Deputy], *, by: User, now: datetime) -> None:
    """A part for each deputy, who hears of it; the notice shows no word of the resident's."""
    for deputy in deputies:
        baton = Baton.objects.create(relay=row, deputy=deputy, named_at=now)
        fact = Fact(verb="relay_name", target=BatonStatus.PENDING, data={"deputy": deputy.name})
        record(baton.chain, fact, by=by, now=now, first=True)
        tell_body(
            row.matter, key=f"relay:{baton.pk}", subject=_("请您接力推动一件群众反映的事"), now=now, deputy=deputy,
            body=row.reason[:200], link=f"/desk/relays/{baton.pk}/",
        )  # fmt: skip


@step
def take(*, baton: Baton, by: User, now: datetime) -> Baton:
    """接下: the deputy takes it up; the resident hears who has it."""
    _move(baton, "relay_take", by=by, now=now, changes={"taken_at": now})
    matter = baton.relay.matter
    news(
        matter, f"relay_take{baton.pk}", _("{level}{name}已接下您反映的事项（编号 {code}），正在推动。"), now=now,
        level=baton.deputy.standing, name=baton.deputy.name,
    )  # fmt: skip
    call(
        matter,
        f"relay_take{baton.pk}",
        _("{name}代表已接下：{title}"),
        now=now,
        to=matter.district,
        name=baton.deputy.name,
    )
    return baton


@step
def decline(*, baton: Baton, reason: str, by: User, now: datetime) -> Baton:
    """不接, with a reason. When nobody is left, the committee is asked to choose others. Raises InvalidInput."""
    reason = checked_text(reason, field="reason", missing=_("请写明为什么不接，区人大会看到。"))
    _move(baton, "relay_decline", by=by, now=now, reason=reason, changes={"ended_at": now, "reason": reason})
    matter = baton.relay.matter
    left = nobody_left(batons_of(matter))
    text = _("上级代表都没有接，请另请代表：{title}") if left else _("{name}代表没有接：{title}")
    call(matter, f"relay_decline{baton.pk}", text, now=now, to=matter.district, more=reason, name=baton.deputy.name)
    return baton


@step
def answer(*, baton: Baton, text: str, reply_class: str, by: User, now: datetime) -> Reply:
    """回复结果: goes to the committee, which reports it back to the resident (反馈结果). Raises InvalidInput."""
    text = checked_text(text, field="text", missing=_("请写下推动的结果。"))
    if reply_class not in ReplyClass.values:
        raise InvalidInput(_("请选择结果是哪一类。"), field="reply_class")
    matter = baton.relay.matter
    _refuse(baton, "relay_answer", by)
    reply = Reply.objects.create(
        matter=matter, deputy=baton.deputy, round=matter.round, text=text, reply_class=reply_class,
        status=ReplyStatus.OPINION, written_by=by, written_at=now, issued_at=now,
    )  # fmt: skip
    _move(baton, "relay_answer", by=by, now=now, changes={"ended_at": now, "answer": reply})
    call(
        matter, f"relay_answer{baton.pk}", _("{name}代表已回复，请转告居民：{title}"), now=now, to=matter.district,
        name=baton.deputy.name,
    )  # fmt: skip
    return reply


@step
def withdraw(*, baton: Baton, reason: str, by: User, now: datetime) -> Baton:
    """收回 by the committee: the deputy has nothing to do with it any more. Raises InvalidInput."""
    reason = checked_text(reason, field="reason", missing=_("请写明为什么收回，代表会看到。"))
    _move(baton, "relay_withdraw", by=by, now=now, reason=reason, changes={"ended_at": now, "reason": reason})
    tell_body(
        baton.relay.matter, key=f"relay_withdraw:{baton.pk}", subject=_("这件接力已由区人大收回，不用再办"), now=now,
        deputy=baton.deputy, body=reason[:200], link=f"/desk/relays/{baton.pk}/",
    )  # fmt: skip
    return baton


def _refuse(baton: Baton, verb: str, by: User) -> None:
    """Hold the matter's row, so that all who act on it take their turn, and look whether the verb is open."""
    hold_row(baton.relay.matter)
    why = refusal(by, baton, verb)
    if why is not None:
        raise why


def _move(baton: Baton, verb: str, *, by: User, now: datetime, reason: str = "", changes: dict[str, Any]) -> None:
    """The step of one part, in its own chain and in the matter's history. Raises what `refusal` and `advance` say."""
    _refuse(baton, verb, by)
    actor = _actor(baton, by)
    advance(baton, verb, workflow=BATON, by=by, now=now, chain=baton.chain, reason=reason, actor=actor, changes=changes)
    audience = Audience.PUBLIC if BATON[verb].public else Audience.INTERNAL
    fact = Fact(verb=verb, reason=reason, data={"body": baton.deputy.name}, audience=audience)
    record(baton.relay.matter.chain, fact, by=by, now=now, actor=actor)


def _actor(baton: Baton, by: User) -> str:
    """Who acted, in words: the deputy, the helper in the deputy's name, or the committee from the deputy's letter."""
    helps = speaks(by, baton) and baton.deputy.user_id != by.pk
    with override(settings.LANGUAGE_CODE):  # the ledger keeps one language
        words = {"deputy": baton.deputy.name, "by": by.signature}
        if helps:
            return str(_("%(deputy)s（%(by)s代办）") % words)
        if records(by, baton):
            return str(_("%(deputy)s（%(by)s按来函登记）") % words)
    return by.signature
