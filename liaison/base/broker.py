"""The broker of the embedded default: kombu's folder of files, with messages that appear whole or not at all.

Kombu opens a message's file under its final name and writes afterwards. A worker that looks in between moves an empty
file away, cannot read it, and ends. The same holds for the file that says which queues an exchange feeds.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Messages are written aside and renamed; the table of an exchange is read and written under one lock."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # its two bases differ too
        """Add `payload` to `queue`. Raises ChannelError when the folder takes nothing."""
        name = Path(self.data_folder_out, f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg")
        aside = name.with_name(f"{name.name}.part")
        try:
            aside.write_bytes(str_to_bytes(dumps(payload)))
            os.replace(aside, name)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise ChannelError(f"cannot add {name.name}: {error}") from error

    def get_table(self, exchange: str) -> list[Any]:
        with self._locked(filesystem.LOCK_SH):
            return list(super().get_table(exchange))

    def _queue_bind(self, *args: Any, **kwargs: Any) -> None:
        with self._locked(filesystem.LOCK_EX):
            super()._queue_bind(*args, **kwargs)

    def _delete(self, *args: Any, **kwargs: Any) -> None:
        with self._locked(filesystem.LOCK_EX):
            super()._delete(*args, **kwargs)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with (self.control_folder / "lock").open("ab") as file:
            filesystem.lock(file, how)
            yield


class Transport(filesystem.Transport):
    """Named by `CELERY_BROKER_TRANSPORT`."""

    Channel = Channel
