"""Redis as it says of itself, and the processes that use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client.metrics_core import Metric

from caching.connection.servers import Info
from caching.metrics import names
from caching.metrics.reading import Facts
from caching.stats.processes import Process

# By what INFO calls it.
FIELDS: Mapping[str, names.Named[Any]] = {
    "used_memory": names.REDIS_MEMORY,
    "maxmemory": names.REDIS_MEMORY_MAX,
    "connected_clients": names.REDIS_CLIENTS,
    "uptime_in_seconds": names.REDIS_UPTIME,
    "evicted_keys": names.REDIS_EVICTED,
    "expired_keys": names.REDIS_EXPIRED,
}

OF_A_PROCESS: Sequence[tuple[names.Named[Any], Callable[[Process], int]]] = (
    (names.PROCESSES, lambda process: 1),
    (names.NEAR_OPEN, lambda process: process.near_open),
    (names.NEAR_ENTRIES, lambda process: process.near_entries),
    (names.NEAR_BYTES, lambda process: process.near_bytes),
    (names.NEAR_LIMIT, lambda process: process.near_limit_bytes),
)
"""What the processes of one role have together."""


def families(facts: Facts) -> Iterator[Metric]:
    up = names.REDIS_UP.family()
    up.add_metric((), int(facts.is_up))
    yield up
    yield from _redis(facts.servers)
    yield from _processes(facts.processes)


def _redis(servers: Mapping[str, Info]) -> Iterator[Metric]:
    """What a server does not say is no series of it."""
    for field, named in FIELDS.items():
        family = named.family()
        for server, info in sorted(servers.items()):
            if info.get(field, "").isdecimal():
                family.add_metric((server,), int(info[field]))
        yield family


def _processes(processes: Iterable[Process]) -> Iterator[Metric]:
    for named, value_of in OF_A_PROCESS:
        family = named.family()
        by_role: Counter[str] = Counter()
        for process in processes:
            by_role[process.role] += value_of(process)
        for role, value in sorted(by_role.items()):
            family.add_metric((role,), value)
        yield family
