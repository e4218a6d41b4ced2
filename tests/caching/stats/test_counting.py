"""Counts are exact, from any number of threads, and survive the threads that made them."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

from caching import stats
from caching.stats import Counts, Outcome


def test_hits_and_misses_add_up_by_kind() -> None:
    for outcome in (Outcome.NEAR, Outcome.HIT, Outcome.ABSENT, Outcome.OUTDATED, Outcome.UNDECODABLE):
        stats.record("query", outcome)
    stats.record("other", Outcome.HIT)
    assert stats.counts("query") == Counts(hits=2, misses=3, undecodable=1)
    assert stats.counts("other") == Counts(hits=1, misses=0, undecodable=0)
    assert stats.counts("unknown") == Counts(0, 0, 0)


def test_no_count_is_lost_between_threads() -> None:
    def count() -> None:
        for _ in range(5_000):
            stats.record("query", Outcome.HIT)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(count)
    assert stats.count("query", Outcome.HIT) == 40_000


def test_counts_outlive_their_threads() -> None:
    for _ in range(50):
        thread = threading.Thread(target=stats.record, args=("query", Outcome.HIT))
        thread.start()
        thread.join()
    assert stats.count("query", Outcome.HIT) == 50


def test_a_child_counts_what_it_does_itself() -> None:
    stats.record("query", Outcome.HIT)
    child = os.fork()
    if child == 0:
        stats.record("query", Outcome.HIT)
        os._exit(stats.count("query", Outcome.HIT))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert stats.count("query", Outcome.HIT) == 1
