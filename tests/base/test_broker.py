"""The embedded broker: whoever looks while another writes sees a whole message, or none."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from threading import Event, Thread
from typing import Any

import pytest
from django.conf import settings
from kombu import Connection
from kombu.exceptions import ChannelError
from kombu.transport import filesystem

from liaison.base import broker
from liaison.celery import app

QUEUE = "celery"
WHILE = 5.0
"""Seconds that a step of a race waits for the other side at most."""
LOOK = 0.5
"""Seconds that a reader has for its look while the writer stands still."""


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    folders = {name: tmp_path / name for name in ("queue", "control")}
    for folder in folders.values():
        folder.mkdir()
    return {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "control_folder": str(folders["control"]),
    }


@pytest.fixture
def connect(options: dict[str, str]) -> Iterator[Callable[[type[filesystem.Transport]], Any]]:
    opened: list[Connection] = []

    def channel(transport: type[filesystem.Transport]) -> Any:
        connection = Connection("filesystem://", transport=transport, transport_options=options)
        opened.append(connection)
        return connection.channel()

    yield channel
    for connection in opened:
        connection.release()


class Paused:
    """A step of a writer that waits until the reader has looked."""

    def __init__(self, step: Callable[..., Any], only: Callable[..., bool] = lambda *_: True) -> None:
        self.reached, self.go_on = Event(), Event()
        self.step, self.only = step, only

    def __call__(self, *args: Any) -> Any:
        if self.only(*args):
            self.reached.set()
            assert self.go_on.wait(WHILE)
        return self.step(*args)


def meanwhile(writes: Callable[[], Any], reads: Callable[[], Any], paused: Paused) -> Any:
    """What `reads` gives, or raises, when it begins while `writes` stands in its paused step."""
    found: list[Any] = []

    def look() -> None:
        try:
            found.append(reads())
        except (Empty, ValueError) as error:
            found.append(error)

    writing, reading = Thread(target=writes), Thread(target=look)
    writing.start()
    assert paused.reached.wait(WHILE)
    reading.start()
    reading.join(LOOK)
    paused.go_on.set()
    writing.join()
    reading.join()
    return found[0]


@pytest.fixture
def before_the_lock(monkeypatch: pytest.MonkeyPatch) -> Paused:
    """Kombu has made a message's or a table's file, and has written nothing yet."""
    own = (".msg", ".exchange")
    paused = Paused(filesystem.lock, lambda file, how: how == filesystem.LOCK_EX and str(file.name).endswith(own))
    monkeypatch.setattr(filesystem, "lock", paused)
    return paused


def test_kombu_alone_shows_a_message_before_it_is_written(connect: Callable[..., Any], before_the_lock: Paused) -> None:
    """Why there is a transport of our own; when this fails, kombu has mended it and ours can go."""
    writer, reader = connect(filesystem.Transport), connect(filesystem.Transport)
    seen = meanwhile(lambda: writer._put(QUEUE, {}), lambda: reader._get(QUEUE), before_the_lock)
    assert isinstance(seen, ValueError)


def test_message_that_is_half_written_is_not_seen(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = connect(broker.Transport), connect(broker.Transport)
    written = Paused(os.replace)
    monkeypatch.setattr(os, "replace", written)
    seen = meanwhile(lambda: writer._put(QUEUE, {"n": 1}), lambda: reader._get(QUEUE), written)
    assert isinstance(seen, Empty)
    assert reader._get(QUEUE) == {"n": 1}


def test_table_that_is_half_written_is_waited_for(connect: Callable[..., Any], before_the_lock: Paused) -> None:
    writer, reader = connect(broker.Transport), connect(broker.Transport)
    table = meanwhile(
        lambda: writer._queue_bind("all", "", "", "one"), lambda: reader.get_table("all"), before_the_lock
    )
    assert [row.queue for row in table] == ["one"]


def test_nothing_is_lost_or_read_twice_between_writers_and_a_reader(connect: Callable[..., Any]) -> None:
    each, writers = 50, [connect(broker.Transport) for _ in range(3)]
    threads = [
        Thread(target=lambda one=channel, n=n: [one._put(QUEUE, [n, i]) for i in range(each)])
        for n, channel in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    reader, found = connect(broker.Transport), []
    while any(thread.is_alive() for thread in threads) or reader._size(QUEUE):
        try:
            found.append(tuple(reader._get(QUEUE)))
        except Empty:
            continue
    assert sorted(found) == [(n, i) for n in range(len(writers)) for i in range(each)]


def test_unbound_queue_gets_no_more(connect: Callable[..., Any]) -> None:
    channel = connect(broker.Transport)
    for queue in ("one", "other"):
        channel._queue_bind("all", "", "", queue)
    channel._delete("one", "all", "", "")
    assert [row.queue for row in channel.get_table("all")] == ["other"]


def test_folder_that_takes_nothing_is_told_and_leaves_no_part(
    connect: Callable[..., Any], options: dict[str, str]
) -> None:
    channel = connect(broker.Transport)
    Path(options["data_folder_out"]).rmdir()
    with pytest.raises(ChannelError, match="cannot add"):
        channel._put(QUEUE, {})


@pytest.mark.sqlite
def test_program_writes_through_it() -> None:
    assert settings.CELERY_BROKER_URL.startswith("filesystem")
    with app.connection_for_write() as connection:
        assert type(connection.transport) is broker.Transport
