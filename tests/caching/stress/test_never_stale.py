"""Readers and writers of all kinds at once, with everything that may go wrong beside them. Nothing stale is ever seen."""

from tests.caching.stress.arena import SCALE, Arena, Result

WRITES = 300 * SCALE


def assert_never_stale(result: Result) -> None:
    assert (result.stale, result.never_committed) == (0, 0), str(result)
    assert result.reads > WRITES
    # Else nothing was shown: the answers must have come out of the cache.
    assert result.computations < result.reads, str(result)


def test_all_kinds_of_writes_and_reads_at_once(arena: Arena) -> None:
    plans = [arena.reader(0), arena.reader(1), *(arena.writer(index, writes=WRITES) for index in range(3))]
    assert_never_stale(arena.run(plans))
