"""A clock that all processes of a run share, and that can be set: an offset in a file, added to the machine's own."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SharedClock:
    """Reads and sets the time that the programs of a run go by."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def set(self, moment: datetime) -> None:
        """From now on it is `moment`, and goes on from there."""
        ahead = moment - datetime.now(UTC)
        new = self.path.with_suffix(".new")
        new.write_text(str(ahead.total_seconds()))
        os.replace(new, self.path)

    def now(self) -> datetime:
        """What django.utils.timezone.now says in these programs."""
        return datetime.now(UTC) + timedelta(seconds=float(self.path.read_text()))
