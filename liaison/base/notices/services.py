"""Queueing notices. Delivery is in tasks.py; the outbox row is the truth, the broker only a nudge."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from liaison.base.notices.models import Channel, Notice, NoticeStatus
from liaison.base.nudge import Nudge
from liaison.base.prepared import insert
from liaison.base.workdays.hours import Hours

DELIVER = Nudge("notices.deliver_due", gather=0.5)
_DELIVERED = {"status": NoticeStatus.SENT}
"""An in-app notice needs no delivery: the row is the message."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A notice to be queued. `key` names the fact: the same key is queued once, ever; without `hours` it may be sent at
    any time."""

    key: str
    channel: Channel
    subject: str
    body: str = ""
    link: str = ""
    about: str = ""
    recipient: Any = None
    address: str = ""
    hours: Hours | None = None


def queue(drafts: Iterable[Draft], *, now: datetime) -> None:
    """Write `drafts` to the outbox in the caller's transaction and nudge the worker once it has committed."""
    rows = [
        Notice(
            key=draft.key[:120],
            channel=draft.channel,
            recipient=draft.recipient,
            address=draft.address,
            subject=draft.subject[:200],
            body=draft.body,
            link=draft.link,
            about=draft.about,
            due_at=now,
            hours=str(draft.hours or ""),
            created_at=now,
            **(_DELIVERED if draft.channel == Channel.IN_APP else {}),
        )
        for draft in drafts
    ]
    insert(rows, skip_known=True)
    if any(row.status == NoticeStatus.PENDING for row in rows):
        transaction.on_commit(DELIVER, robust=True)


def mark_read(*, user_id: int, now: datetime, notice_id: int | None = None) -> int:
    """Mark one or all of a user's in-app notices as read; returns how many were unread."""
    unread = Notice.objects.filter(recipient=user_id, channel=Channel.IN_APP, read_at__isnull=True)
    return unread.filter(**({"pk": notice_id} if notice_id else {})).update(read_at=now)
