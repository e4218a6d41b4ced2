"""Durations in the buckets of Prometheus: a dozen instead of the hundred in which they are counted. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from typing import Final

from caching.stats.numbers import BUCKETS, Histogram, bounds_of

Bounds = tuple[float, ...]
Buckets = list[tuple[str, int]]

CACHE_BOUNDS: Final[Bounds] = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0)
# Those that the conventions for generative AI want.
AI_BOUNDS: Final[Bounds] = (
    *(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64),
    *(1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
)


def buckets(histograms: Iterable[Histogram], bounds: Bounds) -> Buckets:
    """How many durations of all histograms were at most as long as each bound, and how many there are.

    A fine bucket that a bound cuts counts in part, as if its durations were evenly spread: so the numbers still only grow.
    """
    placed, names = _placed(bounds), _names(bounds)
    whole = [0] * len(names)
    cut = [0.0] * len(bounds)
    for histogram in histograms:
        for bucket, count in histogram.counts.items():
            place, share = placed[bucket]
            whole[place] += count
            if share:
                cut[place - 1] += count * share
    upto = [*accumulate(whole)]
    inner = [int(all_of + part) for all_of, part in zip(upto, cut, strict=False)]
    return [*zip(names, [*inner, upto[-1]], strict=True)]


@cache
def _names(bounds: Bounds) -> tuple[str, ...]:
    return (*map(str, bounds), "+Inf")


@cache
def _placed(bounds: Bounds) -> tuple[tuple[int, float], ...]:
    """Of each fine bucket the first bound that it lies wholly below, and the share of it below the bound before. A table, as
    hundreds of kinds have tens of thousands of fine buckets."""
    return tuple(_place(bucket, bounds) for bucket in range(BUCKETS))


def _place(bucket: int, bounds: Bounds) -> tuple[int, float]:
    low, high = bounds_of(bucket)
    place = bisect_left(bounds, high)
    if place and bounds[place - 1] > low:
        return place, (bounds[place - 1] - low) / (high - low)
    return place, 0.0
