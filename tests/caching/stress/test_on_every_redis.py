"""The never-stale run in short, on the Redis that `TEST_REDIS` names."""

import os

from tests.caching.stress.arena import SCALE, Arena
from tests.caching.stress.test_never_stale import PAUSE_SECONDS, assert_never_stale

WRITES = 40 * SCALE


def test_nothing_stale_is_seen_while_everything_is_written(arena: Arena) -> None:
    arena.redis_url = os.environ["REDIS_URL"]
    writers = [arena.writer(index, writes=WRITES, pause_seconds=PAUSE_SECONDS) for index in range(2)]
    result = arena.run([arena.reader(0), arena.reader(1), *writers], caching={"QUARANTINE_SECONDS": 0})
    assert_never_stale(result)
    assert result.writes == 2 * WRITES
