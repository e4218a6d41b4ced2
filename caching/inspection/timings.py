"""How long the cache takes for each kind of value: a hit that Redis answered, a computation, a wait, an answer of the AI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from caching.stats.cells import MOST_KINDS
from caching.stats.numbers import Numbers, Timed
from caching.stats.series import Series

ALL = "all"
WORDS: Mapping[Timed, str] = {
    Timed.NETWORK: "hit in Redis",
    Timed.COMPUTED: "computation",
    Timed.WAITED: "wait for another's computation",
    Timed.AI: "answer of a provider",
}


@dataclass(frozen=True, slots=True)
class Timing:
    kind: str
    what: str
    count: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None


def by_kind(of: Series) -> list[Timing]:
    """What was timed at all: first of all kinds together, then kind by kind. Of more than we ever count, those that were asked
    for most: no page is as long as somebody makes it in Redis."""
    together = _timings(ALL, of.whole)
    busiest = sorted(of.by_kind, key=lambda kind: -of.by_kind[kind].requests)[:MOST_KINDS]
    return together + [timing for kind in sorted(busiest) for timing in _timings(kind, of.by_kind[kind])]


def _timings(kind: str, numbers: Numbers) -> list[Timing]:
    return [
        Timing(kind, WORDS[timed], histogram.count, *histogram.percentiles(0.5, 0.95, 0.99))
        for timed, histogram in numbers.latencies.items()
    ]
