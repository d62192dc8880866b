"""Reviewing replies: marking, lifting a mark, and the checklist that comes with the product."""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.phrases import listing
from liaison.base.workdays.arithmetic import Light, local_today
from opinions.handling.models import Reply, ReplyStatus
from opinions.handling.services import call, checked_text
from opinions.handling.services.common import lock
from opinions.matters.models import Matter, Quality
from supervision.quality.access import reviews
from supervision.quality.models import ChecklistItem, Level, QualityMark

name_verbs({"mark_quality": _("评办理质量"), "lift_quality": _("撤销质量标记")})
CHECKLIST = Path(__file__).with_name("checklist.toml")
NOTE_MAX = 60


class AlreadyMarked(DomainError):
    """One review of a reply holds at a time."""

    message = _("这份答复已经评过质量。要改结论，请先撤销原来的标记并说明理由。")
    status_code = 409


class NoLongerMarked(DomainError):
    """The mark was lifted before."""

    message = _("这个标记已经撤销了。")
    status_code = 409


@transaction.atomic
def mark_reply(
    *, reply: Reply, items: Sequence[ChecklistItem], reason: str, by: User, now: datetime, level: str = ""
) -> QualityMark:
    """评办理质量: keep what was found and light the matter at once. Without a level it is the worst that the items
    imply, and 未发现问题 without items.

    Raises NotAllowed (recusal, another's matter), InvalidInput, AlreadyMarked, StaleState.
    """
    if not reviews(by, reply) or by.organisation is None:
        raise NotAllowed
    reason = checked_text(reason, field="reason", missing=_("请用一两句话写明理由。"))
    level = level or implied(items)
    _check(level, items)
    matter = reply.matter
    lock(matter)
    mark = QualityMark(
        matter=matter, reply=reply, level=level, reason=reason, by=by, organisation=by.organisation, at=now
    )
    try:
        with transaction.atomic():
            mark.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyMarked from error
    mark.items.set(items)
    _settle(matter, now)
    record(matter.chain, _fact("mark_quality", mark, reason, items), by=by, now=now)
    if level != Level.GOOD:
        _tell_writer(mark, now=now)
    return mark


def implied(items: Sequence[ChecklistItem]) -> str:
    """The level that these findings have by default: the worst that one of them implies."""
    worst = Light.worst(*(Quality(item.implies).light for item in items))
    return {Light.GREEN: Level.GOOD, Light.YELLOW: Level.LOW, Light.RED: Level.POOR}[worst].value


def _check(level: str, items: Sequence[ChecklistItem]) -> None:
    if level not in Level.values:
        raise InvalidInput(_("请选择结论。"), field="level")
    if level == Level.GOOD and items:
        raise InvalidInput(_("选了清单里的问题，结论就不能是“未发现问题”。"), field="level")
    if level != Level.GOOD and not items:
        raise InvalidInput(_("请在清单里选出发现的问题。"), field="items")


@transaction.atomic
def lift_mark(*, mark: QualityMark, reason: str, by: User, now: datetime) -> QualityMark:
    """撤销: the mark lights no more; it stays on record with why. Raises NotAllowed, InvalidInput, NoLongerMarked."""
    if not reviews(by, mark.reply):
        raise NotAllowed
    reason = checked_text(reason, field="reason", missing=_("请写明为什么撤销。"))
    matter = mark.matter
    lock(matter)
    changes = {"lifted_at": now, "lifted_by": by, "lift_reason": reason, "next_on": local_today(now)}
    if not QualityMark.objects.filter(pk=mark.pk, lifted_at__isnull=True).update(**changes):
        raise NoLongerMarked
    for name, value in changes.items():
        setattr(mark, name, value)
    _settle(matter, now)
    record(matter.chain, _fact("lift_quality", mark, reason), by=by, now=now)
    return mark


@override(settings.LANGUAGE_CODE)
def _fact(verb: str, mark: QualityMark, reason: str, items: Sequence[ChecklistItem] = ()) -> Fact:
    """What the history keeps; it is read among bodies only."""
    data = {"level": mark.level, "reply": mark.reply_id, "body": writer_of(mark.reply)}
    found = f"：{listing(item.name for item in items)}" if items else ""
    words = f"{Level(mark.level).label}{found}。{reason}"
    return Fact(verb=verb, reason=words, data=data)


def writer_of(reply: Reply) -> str:
    """The body or the deputy by whom the reply is, by name."""
    return str(reply.organisation or reply.deputy or "")


def _settle(matter: Matter, now: datetime) -> None:
    """Let the matter carry the worst live mark on the replies of its newest round, and have the next sweep look at
    the marks of that level; the caller holds the matter's row."""
    newest = matter.replies.filter(status=ReplyStatus.ISSUED).aggregate(last=Max("round"))["last"]
    live = QualityMark.objects.filter(matter=matter, lifted_at__isnull=True, reply__round=newest)
    marks = live.exclude(level=Level.GOOD).prefetch_related("items")
    worst = max(marks, key=lambda mark: Quality(mark.level).light.severity, default=None)
    names = "、".join(item.name for item in worst.items.all()) if worst else ""
    changes: dict[str, Any] = {"quality": worst.level if worst else None, "quality_note": names[:NOTE_MAX]}
    held = Matter.objects.filter(pk=matter.pk, version=matter.version)
    if not held.update(version=F("version") + 1, **changes):
        raise StaleState
    for name, value in {**changes, "version": matter.version + 1}.items():
        setattr(matter, name, value)
    if worst:
        live.filter(level=worst.level).update(next_on=local_today(now))


def _tell_writer(mark: QualityMark, *, now: datetime) -> None:
    """One notice to the body, or to the deputy, whose reply it is."""
    reply, body = mark.reply, mark.reply.organisation
    if body is None and reply.deputy is None and reply.written_by is not None:
        body = reply.written_by.organisation
    call(
        mark.matter, f"quality:{mark.pk}", _("答复被评为“{level}”，请看理由并改进：{title}"), now=now, to=body,
        deputy=reply.deputy, more=mark.reason, level=Level(mark.level).label,
    )  # fmt: skip


def load_checklist() -> int:
    """Add the items of the product that are missing; what staff changed stays. Returns how many were added."""
    rows = tomllib.loads(CHECKLIST.read_text("utf-8"))
    known = set(ChecklistItem.objects.values_list("code", flat=True))
    fresh = [
        ChecklistItem(code=code, order=n, **row) for n, (code, row) in enumerate(rows.items(), 1) if code not in known
    ]
    return len(ChecklistItem.objects.bulk_create(fresh))
