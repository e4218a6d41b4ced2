"""Hits and misses of this process, by kind of value. Counting costs no round trip."""

import threading
from collections import Counter
from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    HIT = "hit"
    ABSENT = "absent"
    UNDECODABLE = "undecodable"


@dataclass(frozen=True, slots=True)
class Counts:
    """`misses` includes the undecodable ones."""

    hits: int
    misses: int
    undecodable: int


_lock = threading.Lock()
_outcomes: Counter[tuple[str, Outcome]] = Counter()


def record(kind: str, outcome: Outcome) -> None:
    with _lock:
        _outcomes[kind, outcome] += 1


def counts(kind: str) -> Counts:
    with _lock:
        undecodable = _outcomes[kind, Outcome.UNDECODABLE]
        absent = _outcomes[kind, Outcome.ABSENT]
        return Counts(_outcomes[kind, Outcome.HIT], absent + undecodable, undecodable)


def reset() -> None:
    with _lock:
        _outcomes.clear()
