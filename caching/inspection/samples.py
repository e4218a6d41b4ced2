"""Kinds of keys at a glance, from a sample: how many there are of each, what they take, how long they live.

A small Redis is counted. Of a large one, random keys are asked about, from each primary as many as its part of all keys;
what is said of all of them has a 95 % error (stratified sampling with replacement: Cochran, Sampling Techniques, ch. 5).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from caching.connection import raising_cache_unavailable
from caching.inspection import names
from caching.inspection.facts import NEVER, SAMPLED_ELEMENTS
from caching.inspection.namespaces import Namespace
from caching.inspection.primaries import Primary, known, pipelined, primaries

COUNTED_KEYS = 2000
SAMPLED_KEYS = 500
KEYS_A_STEP = 125
SECONDS = 0.1
TWO_SIDED_95 = 1.96


@dataclass(frozen=True, slots=True)
class NamespaceShare:
    """Of one kind of keys; `namespace` None: foreign ones. Errors are 95 % and 0 where all keys were counted.

    `bytes` is None where Redis does not say. `median_ttl` is in seconds, of those that expire.
    """

    namespace: Namespace | None
    keys: int
    keys_error: int
    bytes: int | None
    bytes_error: int
    without_ttl: int
    median_ttl: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """`complete`: every key was looked at. The largest kind comes first."""

    keys_total: int
    looked_at: int
    namespaces: tuple[NamespaceShare, ...]
    complete: bool


class _Key(NamedTuple):
    kind: Namespace | None
    bytes: int | None
    ttl_ms: int | None


@dataclass(slots=True)
class _Stratum:
    """What was looked at of one primary, which has `size` keys."""

    size: int
    keys: list[_Key]


def sample() -> Sample:
    """Raises CacheUnavailable."""
    servers = primaries()
    total = sum(server.keys for server in servers)
    is_small = total <= COUNTED_KEYS
    with raising_cache_unavailable():
        strata = [_counted(server) for server in servers] if is_small else _sampled(servers, total)
    looked_at = sum(len(stratum.keys) for stratum in strata)
    # A sample of nothing says nothing: its share of the keys is missing from the sums, and looked_at shows it.
    strata = [stratum for stratum in strata if stratum.keys]
    kinds = {key.kind for stratum in strata for key in stratum.keys}
    shares = [_share(kind, strata, is_exact=is_small) for kind in kinds]
    shares.sort(key=lambda share: share.keys, reverse=True)
    return Sample(looked_at if is_small else total, looked_at, tuple(shares), is_small)


def _counted(server: Primary) -> _Stratum:
    client: Any = server.client
    found: set[bytes] = set(client.scan_iter(count=COUNTED_KEYS // 4))
    keys = list(_asked(server, list(found)))
    return _Stratum(len(keys), keys)


def _sampled(servers: Sequence[Primary], total: int) -> list[_Stratum]:
    strata = [_Stratum(server.keys, []) for server in servers]
    wanted = [math.ceil(SAMPLED_KEYS * server.keys / total) for server in servers]
    until = monotonic() + SECONDS
    for step in range(math.ceil(SAMPLED_KEYS / KEYS_A_STEP)):
        for server, stratum, most in zip(servers, strata, wanted, strict=True):
            # Each primary gives its part of every step, so that the time may end the sampling at any of them.
            part = math.ceil(most * KEYS_A_STEP / SAMPLED_KEYS)
            stratum.keys += _asked(server, _random_keys(server, part))
        if step and monotonic() > until:
            break
    return strata


def _random_keys(server: Primary, count: int) -> list[bytes]:
    replies = pipelined(server.client, [("RANDOMKEY",)] * count)
    return [reply for reply in replies if isinstance(reply, bytes)]


def _asked(server: Primary, found: Sequence[bytes]) -> Iterator[_Key]:
    """Keys that have gone meanwhile are left out."""
    commands: list[tuple[Any, ...]] = []
    for key in found:
        commands += [("PTTL", key), ("MEMORY USAGE", key, "SAMPLES", SAMPLED_ELEMENTS)]
    replies = [known(reply) for reply in pipelined(server.client, commands)]
    for key, ttl_ms, size in zip(found, replies[::2], replies[1::2], strict=True):
        if ttl_ms is None or ttl_ms >= NEVER:
            name = names.name_of(key)
            yield _Key(names.namespace_of(name) if name is not None else None, size, ttl_ms)


def _share(kind: Namespace | None, strata: Sequence[_Stratum], *, is_exact: bool) -> NamespaceShare:
    ours = [key for stratum in strata for key in stratum.keys if key.kind == kind]
    keys, keys_error = _estimated(strata, lambda key: float(key.kind == kind))
    weighed, weighed_error = _estimated(strata, lambda key: (key.bytes or 0) * float(key.kind == kind))
    endless, _ = _estimated(strata, lambda key: float(key.kind == kind and key.ttl_ms == NEVER))
    lives = [key.ttl_ms / 1000 for key in ours if key.ttl_ms is not None and key.ttl_ms >= 0]
    are_weighed = any(key.bytes is not None for key in ours)
    return NamespaceShare(
        namespace=kind,
        keys=round(keys),
        keys_error=0 if is_exact else math.ceil(keys_error),
        bytes=round(weighed) if are_weighed else None,
        bytes_error=0 if is_exact else math.ceil(weighed_error),
        without_ttl=round(endless),
        median_ttl=statistics.median(lives) if lives else None,
    )


def _estimated(strata: Iterable[_Stratum], measured: Callable[[_Key], float]) -> tuple[float, float]:
    """The sum over all keys, and its error."""
    estimate = variance = 0.0
    for stratum in strata:
        values = [measured(key) for key in stratum.keys]
        mean = sum(values) / len(values)
        estimate += stratum.size * mean
        if len(values) > 1:
            squares = sum((value - mean) ** 2 for value in values)
            variance += stratum.size**2 * squares / (len(values) - 1) / len(values)
    return estimate, TWO_SIDED_95 * math.sqrt(variance)
