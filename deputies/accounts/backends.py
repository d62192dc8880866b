"""Loading the signed-in user: with organisation and unread count, in one statement."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from deputies.accounts.models import User
from liaison.base.notices.queries import inbox
from liaison.base.web.counting import CappedCount

MOST_UNREAD = 99


class Backend(ModelBackend):
    """Django's password backend; only the loading differs."""

    def get_user(self, user_id: Any) -> User | None:
        """The active user with `organisation` loaded and `unread` counted (at most MOST_UNREAD + 1)."""
        unread = CappedCount(inbox(user_id).filter(read_at__isnull=True), MOST_UNREAD)
        users = User.objects.select_related("organisation").annotate(unread=unread)
        user = users.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
