"""A million near reads, each judged, while rows change: none is stale, however late the server's pushes come."""

from tests.caching.stress.arena import SCALE, Arena, Result
from tests.caching.stress.trouble import pushes_delayed

NEAR_READS = 1_000_000 * SCALE
READERS = 2
ONLY_SHARED = (1, 0, 0, 0, 3)


def run(
    arena: Arena, reads: int, *, readers_redis_url: str | None = None, faults: tuple[str, ...] = ()
) -> Result:
    readers = [
        arena.reader(index, near_reads=reads // READERS, faults=list(faults)) for index in range(READERS)
    ]
    writers = [
        arena.writer(index, writes=10**9, pause_seconds=0.02, weights=ONLY_SHARED, reads_own=False)
        for index in range(2)
    ]
    return arena.run([*readers, *writers], readers_redis_url=readers_redis_url)


def assert_never_stale(result: Result, reads: int) -> None:
    assert (result.stale, result.never_committed) == (0, 0), str(result)
    assert result.reads >= reads
    assert result.served["near"] > 0.9 * reads, str(result)
    assert result.writes > 10 * SCALE, "the rows must change meanwhile"


def test_a_million_near_reads(arena: Arena) -> None:
    assert_never_stale(run(arena, NEAR_READS), NEAR_READS)


def test_near_reads_from_a_server_with_io_threads(arena: Arena, threaded_valkey_url: str) -> None:
    arena.redis_url = threaded_valkey_url
    assert_never_stale(run(arena, NEAR_READS), NEAR_READS)


def test_near_reads_while_pushes_are_delayed(arena: Arena, threaded_valkey_url: str) -> None:
    arena.redis_url = threaded_valkey_url
    with pushes_delayed(arena.redis_url, seconds=0.02) as slow:
        assert_never_stale(run(arena, NEAR_READS, readers_redis_url=slow), NEAR_READS)
