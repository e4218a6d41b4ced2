"""Whether the cache earns its keep: a table for people, or the JSON of `GET /api/cache/stats`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django.core.management.base import CommandError
from django.db import Error as DatabaseError

from caching.errors import CacheUnavailable
from caching.inspection.figures import Figures, KindFigures, Latency, NamespaceFigures, figures
from caching.inspection.overview import ALL, PERIODS, overview
from caching.inspection.wording import Unit, duration, lasting, share, size, told, usd
from caching.management.stopping import StoppableCommand

GAP = "  "
KIND_HEADINGS = (
    "kind",
    "readings",
    "hits",
    "ratio",
    "near",
    "redis",
    "misses",
    "computed",
    "waited",
    "95 % in",
)
KEY_HEADINGS = ("namespace", "keys", "memory", "median ttl", "without expiry")
NAMES = {
    "network": "hit in Redis",
    "computation": "computation",
    "wait": "wait for another's computation",
    "ai": "answer of the AI",
}


class Command(StoppableCommand):
    help = (
        "Shows hits, misses and the hit ratio by kind of value, how long things took, memory, keys by namespace (of a"
        " sample, where there are many), and tokens and money saved. Exit code 1: Redis does not answer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--period",
            choices=[*PERIODS],
            default=ALL,
            help="the last hour, day or week; all: since counting began (default)",
        )
        parser.add_argument("--json", action="store_true", help="as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shown = figures(overview(PERIODS[options["period"]]))
        except CacheUnavailable as error:
            raise CommandError(f"Redis does not work, and there are no statistics: {error}") from error
        except DatabaseError as error:
            raise CommandError(" ".join(str(error).split())) from error
        self.stdout.write(json.dumps(msgspec.to_builtins(shown)) if options["json"] else _told(shown))


def _told(shown: Figures) -> str:
    return "\n\n".join(
        "\n".join(part)
        for part in (
            [*_headline(shown)],
            [*_kinds(shown)],
            [*_latencies(shown.total.latencies)],
            [*_keys(shown)],
            [*_servers(shown)],
        )
        if part
    )


def _headline(shown: Figures) -> Iterator[str]:
    total, ai = shown.total, shown.ai
    since = "since counting began" if shown.period == ALL else f"in the last {shown.period}"
    if not total.requests:
        yield f"Nothing was read through the cache {since}."
    else:
        yield f"{total.requests:,} readings {since}: {share(total.hit_ratio)} were hits."
        yield f"{total.avoided:,} computations avoided, {total.computed:,} done."
    days = "today (UTC)" if ai.days == 1 else f"in the last {ai.days} days (UTC)"
    yield f"AI {days}: {ai.saved_tokens:,} tokens saved, {ai.fresh_tokens:,} paid for in full."
    yield f"Money {days}: {usd(ai.saved_usd)} saved, {usd(ai.spent_usd)} spent{_unpriced(ai.unpriced_requests)}."


def _unpriced(requests: int) -> str:
    return f" ({requests:,} requests without a known price are not in it)" if requests else ""


def _kinds(shown: Figures) -> Iterator[str]:
    if shown.kinds:
        yield from _table([KIND_HEADINGS, *map(_kind, shown.kinds), _kind(shown.total)])


def _kind(of: KindFigures) -> Sequence[str]:
    counts = (of.near_hits, of.network_hits, of.misses, of.computed, of.waited)
    return (
        of.kind or "all",
        f"{of.requests:,}",
        f"{of.hits:,}",
        share(of.hit_ratio),
        *(f"{each:,}" for each in counts),
        _p95(of.latencies.get("network")),
    )


def _p95(latency: Latency | None) -> str:
    return duration(latency.p95_seconds if latency else None)


def _latencies(by_name: dict[str, Latency]) -> Iterator[str]:
    rows = [
        (
            NAMES.get(name, name),
            f"{of.count:,}",
            *map(duration, (of.p50_seconds, of.p95_seconds, of.p99_seconds)),
        )
        for name, of in by_name.items()
    ]
    if rows:
        yield from _table([("took", "timed", "p50", "p95", "p99"), *rows])


def _keys(shown: Figures) -> Iterator[str]:
    keys = shown.keys
    if keys.complete:
        yield f"{keys.total:,} keys in Redis; all were looked at."
    else:
        yield f"{keys.total:,} keys in Redis; {keys.looked_at:,} were looked at, the rest is estimated."
    if keys.namespaces:
        yield from _table([KEY_HEADINGS, *map(_namespace, keys.namespaces)])


def _namespace(of: NamespaceFigures) -> Sequence[str]:
    median = of.median_ttl_seconds
    return (
        of.start or "(other programs)",
        _estimated(f"{of.keys:,}", f"{of.keys_error:,}" if of.keys_error else ""),
        _estimated(size(of.bytes), size(of.bytes_error) if of.bytes_error else ""),
        told(None, Unit.COUNT) if median is None else lasting(median),
        f"{of.without_ttl:,}",
    )


def _estimated(figure: str, error: str) -> str:
    return f"{figure} ± {error}" if error else figure


def _servers(shown: Figures) -> Iterator[str]:
    for server in shown.memory:
        limit = "without a limit" if server.max_bytes == 0 else f"of {size(server.max_bytes)}"
        evicted = told(server.evicted_keys, Unit.COUNT)
        yield f"{server.server or 'Redis'}: {size(server.used_bytes)} used, {limit}; {evicted} keys evicted."
    near = [process for process in shown.processes if process.near_open]
    if near:
        kept = size(sum(process.near_bytes for process in near))
        yield f"{len(near)} near cache{'' if len(near) == 1 else 's'} hold {kept}."


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield GAP.join([name.ljust(widths[0]), *aligned])
