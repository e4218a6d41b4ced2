"""The counts of cached values. Kinds are those of the program; should there be very many, the last of them are one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import Metric

from caching.metrics import histograms, names
from caching.metrics.reading import Facts
from caching.stats.numbers import Numbers, Outcome

MOST_KINDS = 200
OTHER = "other"

RESULTS = (
    *(Outcome.NEAR, Outcome.HIT),
    *(Outcome.ABSENT, Outcome.OUTDATED, Outcome.UNDECODABLE),
    Outcome.BYPASS,
)
HOWS = (Outcome.COMPUTED, Outcome.WAITED, Outcome.EARLY, Outcome.UNSTORED)


def families(facts: Facts) -> Iterator[Metric]:
    requests, computations = names.REQUESTS.family(), names.COMPUTATIONS.family()
    read, written = names.READ_BYTES.family(), names.WRITTEN_BYTES.family()
    latency = names.LATENCY.family()
    for kind, numbers in bounded(facts.totals).items():
        outcomes = numbers.outcomes
        for outcome in RESULTS:
            requests.add_metric((kind, outcome.value), outcomes.get(outcome, 0))
        for outcome in HOWS:
            computations.add_metric((kind, outcome.value), outcomes.get(outcome, 0))
        read.add_metric((kind,), numbers.bytes_read)
        written.add_metric((kind,), numbers.bytes_written)
        for timed, histogram in numbers.latencies.items():
            found = histograms.buckets((histogram,), histograms.CACHE_BOUNDS)
            latency.add_metric((kind, timed.value), found, histogram.total_seconds)
    yield from (requests, computations, read, written, latency)


def bounded(by_kind: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """By name, so that which kinds have series of their own does not change with what is busy at the moment."""
    kinds = sorted(by_kind)
    shown = {kind: by_kind[kind] for kind in kinds[:MOST_KINDS]}
    for kind in kinds[MOST_KINDS:]:
        shown[OTHER] = shown.get(OTHER, Numbers()) + by_kind[kind]
    return shown
