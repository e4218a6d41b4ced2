"""An overview in plain figures: the JSON of `cache_stats` and of the API. Field names are stable."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from caching.ai.ledger.report import Report
from caching.inspection.memory import ServerMemory
from caching.inspection.overview import ALL, Overview
from caching.inspection.samples import NamespaceShare, Sample
from caching.stats import Outcome
from caching.stats.cells import MOST_KINDS, OTHER
from caching.stats.numbers import Histogram, Numbers, Timed, total
from caching.stats.processes import Process


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """`count` were timed; of 100 of them 50, 95 and 99 took at most so many seconds."""

    count: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None


class KindFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of value; `kind` is empty for all together. Latencies have the names of `Timed`."""

    kind: str
    requests: int
    hits: int
    hit_ratio: float | None
    """None: there was no request"""
    near_hits: int
    network_hits: int
    misses: int
    absent: int
    outdated: int
    undecodable: int
    bypasses: int
    computed: int
    waited: int
    early: int
    unstored: int
    avoided: int
    """computations that were spared: hits, and what somebody else's computation answered"""
    bytes_read: int
    bytes_written: int
    latencies: dict[str, Latency]


class AIFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of the last `days` days of UTC, today among them. Money is None where no price is known."""

    days: int
    requests: int
    hits: int
    hit_ratio: float | None
    fresh_tokens: int
    provider_cached_tokens: int
    saved_tokens: int
    spent_usd: Decimal | None
    saved_usd: Decimal | None
    unpriced_requests: int


class MemoryFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one primary. `max_bytes` 0: it has no limit. None: it does not say."""

    server: str
    used_bytes: int | None
    max_bytes: int | None
    fragmentation: float | None
    evicted_keys: int | None
    expired_keys: int | None


class NamespaceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Extrapolated from the sample unless it is complete; the truth lies within the error in 95 of 100 cases.
    `start` None: keys of other programs. `bytes` None: Redis does not say."""

    start: str | None
    title: str
    keys: int
    keys_error: int
    bytes: int | None
    bytes_error: int
    without_ttl: int
    median_ttl_seconds: float | None


class KeyFigures(msgspec.Struct, frozen=True, kw_only=True):
    total: int
    looked_at: int
    complete: bool
    namespaces: tuple[NamespaceFigures, ...]


class ProcessFigures(msgspec.Struct, frozen=True, kw_only=True):
    host: str
    pid: int
    role: str
    started_at: float
    near_open: bool
    near_entries: int
    near_bytes: int
    near_limit_bytes: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`period`: hour, day, week, or all: since counting began. The kinds that were asked for most come first."""

    period: str
    total: KindFigures
    kinds: tuple[KindFigures, ...]
    ai: AIFigures
    memory: tuple[MemoryFigures, ...]
    keys: KeyFigures
    processes: tuple[ProcessFigures, ...]


def figures(of: Overview, *, most_kinds: int = MOST_KINDS) -> Figures:
    """Of more kinds than `most_kinds` the last one is all others together: no page is as long as somebody makes it in Redis."""
    return Figures(
        period=of.period or ALL,
        total=kind_figures("", of.whole),
        kinds=_ranked(of.by_kind, most_kinds),
        ai=_ai(of.ledger),
        memory=tuple(map(_memory, of.memory)),
        keys=_keys(of.keys),
        processes=tuple(map(_process, of.processes)),
    )


def _ranked(by_kind: Mapping[str, Numbers], most: int) -> tuple[KindFigures, ...]:
    kinds = sorted(by_kind, key=lambda kind: (-by_kind[kind].requests, -by_kind[kind].computed, kind))
    if len(kinds) <= most:
        return tuple(kind_figures(kind, by_kind[kind]) for kind in kinds)
    shown = [kind for kind in kinds if kind != OTHER][:most]
    rest = total(by_kind[kind] for kind in set(kinds).difference(shown))
    return (*(kind_figures(kind, by_kind[kind]) for kind in shown), kind_figures(OTHER, rest))


def kind_figures(kind: str, numbers: Numbers) -> KindFigures:
    return KindFigures(
        kind=kind,
        requests=numbers.requests,
        hits=numbers.hits,
        hit_ratio=numbers.hit_ratio,
        near_hits=numbers.of(Outcome.NEAR),
        network_hits=numbers.of(Outcome.HIT),
        misses=numbers.misses,
        absent=numbers.of(Outcome.ABSENT),
        outdated=numbers.of(Outcome.OUTDATED),
        undecodable=numbers.of(Outcome.UNDECODABLE),
        bypasses=numbers.bypasses,
        computed=numbers.computed,
        waited=numbers.waited,
        early=numbers.of(Outcome.EARLY),
        unstored=numbers.of(Outcome.UNSTORED),
        avoided=numbers.avoided,
        bytes_read=numbers.bytes_read,
        bytes_written=numbers.bytes_written,
        latencies=latencies(numbers.latencies),
    )


def latencies(timed: Mapping[Timed, Histogram]) -> dict[str, Latency]:
    return {
        str(what): Latency(
            count=histogram.count,
            p50_seconds=p50,
            p95_seconds=p95,
            p99_seconds=p99,
        )
        for what, histogram in timed.items()
        for p50, p95, p99 in (histogram.percentiles(0.5, 0.95, 0.99),)
    }


def _ai(ledger: Report) -> AIFigures:
    total = ledger.total
    return AIFigures(
        days=ledger.days,
        requests=total.requests,
        hits=total.hits,
        hit_ratio=total.hit_ratio,
        fresh_tokens=total.fresh_tokens,
        provider_cached_tokens=total.provider_cached_tokens,
        saved_tokens=total.saved_tokens,
        spent_usd=total.spent_usd,
        saved_usd=total.saved_usd,
        unpriced_requests=total.unpriced_requests,
    )


def _memory(server: ServerMemory) -> MemoryFigures:
    return MemoryFigures(
        server=server.server,
        used_bytes=server.used_bytes,
        max_bytes=server.max_bytes,
        fragmentation=server.fragmentation,
        evicted_keys=server.evicted_keys,
        expired_keys=server.expired_keys,
    )


def _keys(sample: Sample) -> KeyFigures:
    return KeyFigures(
        total=sample.keys_total,
        looked_at=sample.looked_at,
        complete=sample.complete,
        namespaces=tuple(map(_namespace, sample.namespaces)),
    )


def _namespace(share: NamespaceShare) -> NamespaceFigures:
    ours = share.namespace
    return NamespaceFigures(
        start=ours.start if ours else None,
        title=ours.title if ours else "Keys of other programs",
        keys=share.keys,
        keys_error=share.keys_error,
        bytes=share.bytes,
        bytes_error=share.bytes_error,
        without_ttl=share.without_ttl,
        median_ttl_seconds=share.median_ttl,
    )


def _process(process: Process) -> ProcessFigures:
    return ProcessFigures(
        host=process.host,
        pid=process.pid,
        role=process.role,
        started_at=process.started_at,
        near_open=process.near_open,
        near_entries=process.near_entries,
        near_bytes=process.near_bytes,
        near_limit_bytes=process.near_limit_bytes,
    )
