"""The bell at the desk: the row itself is the message."""

from liaison.base.notices.models import Notice


class InApp:
    """Nothing leaves the system."""

    idempotent = True

    def send(self, notice: Notice) -> None:
        """The row is what the recipient reads."""
