"""A few kills of what `python -m tests.chaos` does a hundred times."""

from pathlib import Path
from random import Random

import pytest

from tests.chaos.counts import HEADING
from tests.chaos.run import Chaos
from tests.chaos.world import build
from tests.support.servers import RedisServer

pytestmark = [
    pytest.mark.redis, pytest.mark.postgresql, pytest.mark.real_clock, pytest.mark.django_db(transaction=True)
]  # fmt: skip
MATTERS, KILLS, SEED = 48, 5, 7


def test_every_rung_fires_once_whatever_is_killed(
    redis_server: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(SEED)
    build(MATTERS, chance)
    chaos = Chaos(tmp_path, redis_server, KILLS, chance)
    table = chaos.go()
    with capsys.disabled():
        print("\n".join(["", HEADING, *map(str, table)]))
    assert table[0].expected.total() > MATTERS
    assert [line.name for line in table if line.missing or line.extra] == []
    assert chaos.told["redis killed"] == chaos.told["clock jumped ahead, wrongly"] == 1
