"""What this process did, by kind of value: hits, misses, computations, waits. Counting costs no round trip and no lock.

Each thread counts for itself, so no count is lost; the sum is made when somebody asks.
"""

import os
import threading
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from weakref import ref


class Outcome(StrEnum):
    """How one reading ended."""

    NEAR = "near"
    """a hit in this process"""
    HIT = "hit"
    """a hit in Redis"""
    ABSENT = "absent"
    OUTDATED = "outdated"
    """something that the value rests on has changed"""
    UNDECODABLE = "undecodable"
    BYPASS = "bypass"
    """a writer was about to commit, or this transaction has itself written what it reads"""

    COMPUTED = "computed"
    WAITED = "waited"
    """got what another caller computed meanwhile"""
    EARLY = "early"
    """computed anew before the entry expired"""
    UNSTORED = "unstored"
    """computed, but not stored"""


HITS = (Outcome.NEAR, Outcome.HIT)
MISSES = (Outcome.ABSENT, Outcome.OUTDATED, Outcome.UNDECODABLE)


@dataclass(frozen=True, slots=True)
class Counts:
    """`misses` includes the undecodable ones."""

    hits: int
    misses: int
    undecodable: int


Tally = Counter[tuple[str, Outcome]]

_lock = threading.Lock()
_finished: Tally = Counter()
_running: list[tuple[ref[threading.Thread], Tally]] = []


class _Thread(threading.local):
    """The tally of one thread. Those of threads that have ended are added up when a new thread begins to count."""

    def __init__(self) -> None:
        self.tally: Tally = Counter()
        with _lock:
            _gather_finished()
            _running.append((ref(threading.current_thread()), self.tally))


def _gather_finished() -> None:
    alive = []
    for thread, tally in _running:
        if (owner := thread()) is not None and owner.is_alive():
            alive.append((thread, tally))
        else:
            _finished.update(tally)
    _running[:] = alive


_thread = _Thread()


def record(kind: str, outcome: Outcome) -> None:
    _thread.tally[kind, outcome] += 1


def total() -> Tally:
    """Everything that this process has counted so far."""
    with _lock:
        tallies = [_finished, *(tally for _, tally in _running)]
        # A copy is made at once; adding up goes over keys while other threads may add some.
        return sum((Counter(dict(tally)) for tally in tallies), Counter())


def count(kind: str, *outcomes: Outcome) -> int:
    tally = total()
    return sum(tally[kind, outcome] for outcome in outcomes)


def counts(kind: str) -> Counts:
    return Counts(count(kind, *HITS), count(kind, *MISSES), count(kind, Outcome.UNDECODABLE))


def reset() -> None:
    with _lock:
        for tally in (_finished, *(tally for _, tally in _running)):
            tally.clear()


def _begin_anew_after_fork() -> None:
    """The child has done nothing yet, and another thread may have held the lock when it was copied."""
    global _lock, _thread  # noqa: PLW0603
    _lock = threading.Lock()
    _finished.clear()
    _running.clear()
    _thread = _Thread()


os.register_at_fork(after_in_child=_begin_anew_after_fork)
