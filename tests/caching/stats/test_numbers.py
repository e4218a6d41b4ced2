"""Sums, shares and percentiles of what was counted."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caching.stats.numbers import Histogram, Numbers, Timed, bounds_of, bucket_of

DURATIONS = st.floats(min_value=0, max_value=3600)


@given(DURATIONS)
def test_a_duration_lies_within_its_bucket(seconds: float) -> None:
    low, high = bounds_of(bucket_of(seconds))
    microseconds = int(seconds * 1_000_000) / 1_000_000
    assert low <= microseconds < high


@given(DURATIONS, DURATIONS)
def test_a_longer_one_is_in_no_lower_bucket(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert bucket_of(low) <= bucket_of(high)


def test_buckets_follow_one_another_without_a_gap() -> None:
    used = sorted({bucket_of(microseconds / 1_000_000) for microseconds in range(5000)})
    edges = [bounds_of(bucket) for bucket in used]
    assert all(before[1] == after[0] for before, after in pairwise(edges))


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_percentiles_are_right_to_an_eighth(share: float) -> None:
    drawn = random.Random(7)
    durations = sorted(drawn.lognormvariate(-7, 1) for _ in range(20_000))
    counts: dict[int, int] = {}
    for seconds in durations:
        counts[bucket_of(seconds)] = counts.get(bucket_of(seconds), 0) + 1
    exact = durations[int(share * len(durations))]
    assert Histogram(counts, sum(durations)).percentile(share) == pytest.approx(exact, rel=0.125)


def test_buckets_without_a_count_say_nothing() -> None:
    both = Histogram({10: 0, 20: 4, 30: 0}, 0)
    assert both.percentiles(0.0, 0.5, 1.0) == Histogram({20: 4}, 0).percentiles(0.0, 0.5, 1.0)
    assert Histogram({20: 0}, 0).percentiles(0.5, 0.95) == [None, None]


def test_nothing_timed_has_no_percentile() -> None:
    assert Histogram({}, 0).percentile(0.5) is None


def test_shares() -> None:
    numbers = Numbers({"near": 6, "hit": 2, "absent": 1, "bypass": 1, "waited": 3, "computed": 1})
    assert (numbers.requests, numbers.hits, numbers.misses, numbers.bypasses) == (10, 8, 1, 1)
    assert numbers.hit_ratio == 0.8
    assert numbers.avoided == 11
    assert Numbers().hit_ratio is None


def test_sums_of_two_kinds() -> None:
    first = Numbers({"near": 1, "network.5": 2, "network.us": 10})
    second = Numbers({"near": 2, "network.5": 1, "network.us": 5})
    together = first + second
    assert together.outcomes == {"near": 3}
    assert together.latencies[Timed.NETWORK].count == 3
    assert together.latencies[Timed.NETWORK].total_seconds == pytest.approx(15e-6)
