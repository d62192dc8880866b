"""Delivering the outbox: claim a row, hand it over, note what came of it.

A row is claimed by compare-and-set, so any number of workers may deliver at once. A worker that dies between
hand-over and note leaves its row claimed; when the lease is over, a channel that drops repetitions is tried
again, and for any other the row is set to `uncertain` for a person to judge: nothing is lost, nothing goes twice.
The same holds where the line breaks after the notice was sent. A notice with hours goes out within them only.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from liaison.base.notices.channels import Refused, Unclear, sender
from liaison.base.notices.models import Notice, NoticeStatus
from liaison.base.workdays.hours import Hours, allowed
from liaison.base.workdays.queries import current_calendar

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=settings.NOTICE_LEASE)
"""How long a claimed row is left to its worker; longer than any gateway may take to answer."""
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440)]
BATCH = 200


def due(now: datetime) -> list[Notice]:
    """Rows to deliver: pending and due, or claimed by a worker whose lease is over."""
    states = (NoticeStatus.PENDING, NoticeStatus.SENDING)
    return list(Notice.objects.filter(status__in=states, due_at__lte=now).order_by("due_at", "id")[:BATCH])


def deliver(notice: Notice, now: datetime) -> bool:
    """Try to deliver one row; False when another worker has it, its hours are closed, or it must not be tried again."""
    abandoned = notice.status == NoticeStatus.SENDING
    if abandoned and not sender(notice.channel).idempotent:
        _settle(notice, NoticeStatus.UNCERTAIN, error="the worker died while sending")
        return False
    if _put_off(notice, now) or not _claim(notice, now):
        return False
    try:
        sender(notice.channel).send(notice)
    except Refused as error:
        return not _settle(notice, NoticeStatus.FAILED, error=str(error))
    except Unclear as error:
        return not _unclear(notice, now, str(error))
    except Exception as error:  # noqa: BLE001 - whatever a gateway does, the row must be settled and the rest go on
        logger.warning("notice %s not delivered: %s", notice.key, error)
        return not _again(notice, now, str(error) or type(error).__name__)
    _settle(notice, NoticeStatus.SENT, sent_at=now)
    return True


def _put_off(notice: Notice, now: datetime) -> bool:
    """Let it wait until its hours open: what failed in the evening is not tried again at night."""
    opens = allowed(current_calendar(), now, Hours.read(notice.hours)) if notice.hours else now
    if opens > now:
        Notice.objects.filter(pk=notice.pk, status=notice.status, attempts=notice.attempts).update(due_at=opens)
    return opens > now


def _claim(notice: Notice, now: datetime) -> bool:
    held = Notice.objects.filter(pk=notice.pk, status=notice.status, attempts=notice.attempts)
    claimed = held.update(status=NoticeStatus.SENDING, attempts=F("attempts") + 1, due_at=now + LEASE)
    notice.attempts += 1
    return bool(claimed)


def _settle(notice: Notice, status: NoticeStatus, *, error: str = "", sent_at: datetime | None = None) -> bool:
    held = Notice.objects.filter(pk=notice.pk, status=NoticeStatus.SENDING, attempts=notice.attempts)
    return bool(held.update(status=status, error=error[:300], sent_at=sent_at))


def _unclear(notice: Notice, now: datetime, error: str) -> bool:
    """Try again where the receiver drops a repetition; else leave it to a person."""
    if sender(notice.channel).idempotent:
        return _again(notice, now, error)
    return _settle(notice, NoticeStatus.UNCERTAIN, error=error)


def _again(notice: Notice, now: datetime, error: str) -> bool:
    if notice.attempts > len(BACK_OFF):
        return _settle(notice, NoticeStatus.FAILED, error=error)
    held = Notice.objects.filter(pk=notice.pk, status=NoticeStatus.SENDING, attempts=notice.attempts)
    due_at = now + BACK_OFF[notice.attempts - 1]
    return bool(held.update(status=NoticeStatus.PENDING, due_at=due_at, error=error[:300]))
