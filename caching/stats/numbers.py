"""What was counted of one kind of value, with the sums and shares that people ask for. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


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

    # An Enum's own hash is written in Python, and every hit asks for it.
    __hash__ = str.__hash__


HITS = (Outcome.NEAR, Outcome.HIT)
MISSES = (Outcome.ABSENT, Outcome.OUTDATED, Outcome.UNDECODABLE)


class Timed(StrEnum):
    """What takes long enough to be timed: a near hit does not."""

    NETWORK = "network"
    """a hit answered by Redis"""
    COMPUTED = "computation"
    WAITED = "wait"
    """for what another caller computed"""
    AI = "ai"
    """an answer of a provider"""

    __hash__ = str.__hash__


READ = "bytes_read"
WRITTEN = "bytes_written"
_MICROSECONDS = 1_000_000
# Of a bucket's number: what is longer than a year has none.
_MOST_DIGITS = 3


def bucket_of(seconds: float) -> int:
    """Of a duration in a histogram: a quarter of an octave, from 4 µs on; below, a microsecond."""
    microseconds = max(0, int(seconds * _MICROSECONDS))
    octave = microseconds.bit_length()
    return octave * 4 + ((microseconds >> (octave - 3)) & 3) if octave > 2 else microseconds


def bounds_of(bucket: int) -> tuple[float, float]:
    """From which duration to which, in seconds: at most a quarter more than the first."""
    octave, quarter = divmod(bucket, 4)
    if octave < 3:
        low, high = bucket, bucket + 1
    else:
        low, high = (4 + quarter) << (octave - 3), (5 + quarter) << (octave - 3)
    return low / _MICROSECONDS, high / _MICROSECONDS


@dataclass(frozen=True, slots=True)
class Histogram:
    """Durations: how many fell into each bucket, and their sum."""

    counts: Mapping[int, int]
    total_seconds: float

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def buckets(self) -> list[tuple[float, int]]:
        """The upper bound in seconds, and how many were there, ascending; empty ones are left out."""
        return [(bounds_of(bucket)[1], count) for bucket, count in sorted(self.counts.items())]

    def percentile(self, share: float) -> float | None:
        """In seconds, right to an eighth: within its bucket as if all were evenly spread. None: nothing was timed."""
        wanted, passed = share * self.count, 0
        for bucket, count in sorted(self.counts.items()):
            if passed + count >= wanted and count:
                low, high = bounds_of(bucket)
                return low + (high - low) * max(0.0, wanted - passed) / count
            passed += count
        return None


class Numbers:
    """Counts of one kind, or of several added up. `counts` is as they lie in Redis: what happened, to how often."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self.counts: Counter[str] = Counter(counts or {})

    def __add__(self, other: Numbers) -> Numbers:
        together = Numbers(self.counts)
        together.counts.update(other.counts)
        return together

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and +self.counts == +other.counts

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Numbers({dict(self.counts)})"

    def of(self, *outcomes: Outcome) -> int:
        return sum(self.counts[outcome] for outcome in outcomes)

    @property
    def outcomes(self) -> dict[Outcome, int]:
        return {outcome: self.counts[outcome] for outcome in Outcome if self.counts[outcome]}

    @property
    def hits(self) -> int:
        return self.of(*HITS)

    @property
    def misses(self) -> int:
        return self.of(*MISSES)

    @property
    def bypasses(self) -> int:
        return self.of(Outcome.BYPASS)

    @property
    def computed(self) -> int:
        return self.of(Outcome.COMPUTED)

    @property
    def waited(self) -> int:
        return self.of(Outcome.WAITED)

    @property
    def requests(self) -> int:
        """Readings. Who waited had missed before."""
        return self.hits + self.misses + self.bypasses

    @property
    def avoided(self) -> int:
        """Computations that were spared."""
        return self.hits + self.waited

    @property
    def hit_ratio(self) -> float | None:
        return self.hits / self.requests if self.requests else None

    @property
    def bytes_read(self) -> int:
        """From Redis, of the values of hits as they were packed."""
        return self.counts[READ]

    @property
    def bytes_written(self) -> int:
        return self.counts[WRITTEN]

    @property
    def latencies(self) -> dict[Timed, Histogram]:
        """Of what was timed at all."""
        buckets: dict[str, dict[int, int]] = {timed: {} for timed in Timed}
        for name, count in self.counts.items():
            timed, _, bucket = name.partition(".")
            if timed in buckets and bucket.isdecimal() and len(bucket) <= _MOST_DIGITS:
                buckets[timed][int(bucket)] = count
        return {timed: self._histogram(timed, found) for timed in Timed if (found := buckets[timed])}

    def _histogram(self, timed: Timed, buckets: dict[int, int]) -> Histogram:
        return Histogram(buckets, self.counts[sum_name(timed)] / _MICROSECONDS)


@cache
def bucket_name(timed: Timed, bucket: int) -> str:
    return f"{timed}.{bucket}"


@cache
def sum_name(timed: Timed) -> str:
    """Of the count that sums up durations, in microseconds."""
    return f"{timed}.us"
