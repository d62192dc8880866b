"""The inbox behind the bell."""

from django.db.models import QuerySet

from liaison.base.notices.models import Channel, Notice


def inbox(user_id: int | None) -> QuerySet[Notice]:
    """A user's in-app notices, newest first."""
    return Notice.objects.filter(recipient=user_id, channel=Channel.IN_APP).order_by("-id")


def unread_count(user_id: int | None, most: int = 100) -> int:
    """How many are unread, counted up to `most`."""
    return inbox(user_id).filter(read_at__isnull=True)[:most].count()
