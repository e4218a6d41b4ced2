"""What Prometheus reads: the totals of all processes, as Redis holds them, so that it does not matter which process is asked.

    names      every metric there is            reading    what one scrape asks Redis for
    cached     counts of cached values          generative requests to an AI, tokens and money
    servers    Redis itself, and who uses it    histograms durations in the buckets of Prometheus

A count only grows while Redis keeps its memory, whoever restarts meanwhile. When Redis loses it all counts begin again at
zero together, which Prometheus takes for the reset of a counter. Labels are few: kinds, operations and models that the
program names, and never anything of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics

from caching.metrics import cached, generative, reading, servers
from caching.metrics.reading import Facts

TEXT = CONTENT_TYPE_PLAIN_0_0_4
OPENMETRICS = openmetrics.CONTENT_TYPE_LATEST
# Names of metrics and labels are ours and need no escaping. The client library leaves them alone in a way of escaping that it
# does not know; in those that it knows it examines each name again on every line, which takes half as long as all the rest.
# What labels say is always escaped.
AS_THEY_ARE = "as they are"


def exposition(content_type: str, also: Iterable[Metric] = ()) -> bytes:
    """All metrics in one of the two formats, with those of the caller. Redis out of reach is one of the metrics."""
    # The two functions take the same, but only one of them says so.
    generate: Any = openmetrics.generate_latest if content_type == OPENMETRICS else generate_latest
    written: bytes = generate(_Scrape(reading.read(), also), escaping=AS_THEY_ARE)
    return written


class _Scrape:
    """What the client library takes for a registry: made of one look at the facts, so that all numbers belong together."""

    def __init__(self, facts: Facts, also: Iterable[Metric]) -> None:
        self._facts = facts
        self._also = also

    def collect(self) -> Iterator[Metric]:
        yield from self._also
        yield from servers.families(self._facts)
        yield from cached.families(self._facts)
        yield from generative.families(self._facts)
