"""What was counted of one kind of value, with the sums and shares that people ask for. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate


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


BUCKETS = bucket_of(366 * 86_400) + 1
"""So many there are: nothing takes longer than a year."""


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
        return self.percentiles(share)[0]

    def percentiles(self, *shares: float) -> list[float | None]:
        """In seconds, right to an eighth: within a bucket as if all were evenly spread. None: nothing was timed."""
        filled = [(bucket, count) for bucket, count in sorted(self.counts.items()) if count]
        if not filled:
            return [None] * len(shares)
        upto = list(accumulate(count for _, count in filled))
        return [_at(share * upto[-1], filled, upto) for share in shares]


def _at(wanted: float, filled: Sequence[tuple[int, int]], upto: Sequence[int]) -> float:
    """How long the shortest so many took at most."""
    place = bisect_left(upto, wanted)
    bucket, count = filled[place]
    low, high = bounds_of(bucket)
    return low + (high - low) * (wanted - upto[place] + count) / count


class Numbers:
    """Counts of one kind, or of several added up. `counts` is as they lie in Redis: what happened, to how often."""

    __slots__ = ("counts",)

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        """Keeps them as they are: hundreds of kinds are read at once."""
        self.counts: Mapping[str, int] = {} if counts is None else counts

    def __add__(self, other: Numbers) -> Numbers:
        return total((self, other))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and _without_zeros(self) == _without_zeros(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Numbers({dict(self.counts)})"

    def of(self, *outcomes: Outcome) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in outcomes)

    @property
    def outcomes(self) -> dict[Outcome, int]:
        return {outcome: count for outcome in Outcome if (count := self.counts.get(outcome, 0))}

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
        return self.counts.get(READ, 0)

    @property
    def bytes_written(self) -> int:
        return self.counts.get(WRITTEN, 0)

    @property
    def latencies(self) -> dict[Timed, Histogram]:
        """Of what was timed at all."""
        buckets: dict[Timed, dict[int, int]] = {timed: {} for timed in Timed}
        for name, count in self.counts.items():
            if (of := _BUCKETS.get(name)) is not None:
                timed, bucket = of
                buckets[timed][bucket] = count
        return {timed: self._histogram(timed, found) for timed, found in buckets.items() if found}

    def _histogram(self, timed: Timed, buckets: dict[int, int]) -> Histogram:
        return Histogram(buckets, self.counts.get(sum_name(timed), 0) / _MICROSECONDS)


def add(sums: dict[str, int], more: Mapping[str, int]) -> None:
    """A loop, as a Counter takes twice as long: a week of hundreds of kinds is half a million counts."""
    before = sums.get
    for what, count in more.items():
        sums[what] = before(what, 0) + count


def total(numbers: Iterable[Numbers]) -> Numbers:
    sums: dict[str, int] = {}
    for each in numbers:
        add(sums, each.counts)
    return Numbers(sums)


def _without_zeros(numbers: Numbers) -> dict[str, int]:
    return {what: count for what, count in numbers.counts.items() if count}


@cache
def bucket_name(timed: Timed, bucket: int) -> str:
    return f"{timed}.{bucket}"


@cache
def sum_name(timed: Timed) -> str:
    """Of the count that sums up durations, in microseconds."""
    return f"{timed}.us"


_BUCKETS: Mapping[str, tuple[Timed, int]] = {
    f"{timed}.{bucket}": (timed, bucket) for timed in Timed for bucket in range(BUCKETS)
}
"""By name."""
