"""How quickly the servers answer: the way there and back, what their monitor has seen, and which commands take their time."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from caching.inspection.servers import Server, Unknown

PINGS: Final = 20
MOST_COMMANDS: Final = 20
_FAMILY_SIGN = "|"


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Of `PINGS` questions that this process has just asked."""

    server: str
    median_seconds: float
    worst_seconds: float


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of delay that the monitor knows. `middle_ms` is the median of the latest that it keeps, `samples` of them."""

    server: str
    name: str
    last_at: datetime
    last_ms: int
    worst_ms: int
    middle_ms: float
    samples: int


@dataclass(frozen=True, slots=True)
class Monitor:
    """What the latency monitor of one server saw. `above_ms` 0: it is switched off."""

    server: str
    above_ms: int | Unknown
    events: list[Event] | Unknown

    @property
    def is_off(self) -> bool:
        return self.above_ms == 0


@dataclass(frozen=True, slots=True)
class Command:
    """Of all servers since they started, or since their statistics were reset; percentiles are those of the slowest server.

    None: the server keeps none, as Redis before 7.0.
    """

    name: str
    calls: int
    failed: int
    total_us: int
    p50_us: float | None
    p99_us: float | None

    @property
    def us_a_call(self) -> float:
        return self.total_us / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Commands:
    """The ones that took most time in all, at most `MOST_COMMANDS`. `unknown`: by server, why it is not told."""

    slowest: list[Command]
    unknown: dict[str, str] = field(default_factory=dict)


def round_trips(servers: Sequence[Server]) -> list[RoundTrip | Unknown]:
    """Raises CacheUnavailable."""
    return [_round_trip(server) for server in servers]


def monitors(servers: Sequence[Server]) -> list[Monitor]:
    """Raises CacheUnavailable."""
    return [_monitor(server) for server in servers]


def commands(servers: Sequence[Server]) -> Commands:
    """Raises CacheUnavailable."""
    told = Commands([])
    found: dict[str, list[Command]] = {}
    for server in servers:
        counts = server.info("commandstats")
        if isinstance(counts, Unknown):
            told.unknown[server.name] = counts.reason
            continue
        percentiles = server.info("latencystats")
        for key, facts in counts.items():
            name = key.removeprefix("cmdstat_")
            # Redis before 7.0 has none, and says no word of it.
            spread = percentiles.get(f"latency_percentiles_usec_{name}", "") if percentiles else ""
            found.setdefault(name, []).append(_command(name, _pairs(facts), _pairs(spread)))
    merged = sorted(map(_together, found.values()), key=lambda each: each.total_us, reverse=True)
    told.slowest.extend(merged[:MOST_COMMANDS])
    return told


def _round_trip(server: Server) -> RoundTrip | Unknown:
    taken = [server.ping() for _ in range(PINGS)]
    seconds = [each for each in taken if not isinstance(each, Unknown)]
    if len(seconds) < len(taken):
        return next(each for each in taken if isinstance(each, Unknown))
    return RoundTrip(server.name, statistics.median(seconds), max(seconds))


def _monitor(server: Server) -> Monitor:
    settings = server.settings("latency-monitor-threshold")
    above = settings if isinstance(settings, Unknown) else int(settings["latency-monitor-threshold"])
    latest = server.ask("LATENCY", "LATEST")
    if isinstance(latest, Unknown):
        return Monitor(server.name, above, latest)
    return Monitor(server.name, above, [_event(server, raw) for raw in latest])


def _event(server: Server, raw: Any) -> Event:
    name, at, last, worst, *_ = raw
    history = server.ask("LATENCY", "HISTORY", name) or [[at, last]]
    return Event(
        server.name,
        name.decode(),
        datetime.fromtimestamp(at, UTC),
        last,
        worst,
        statistics.median(ms for _, ms in history),
        len(history),
    )


def _pairs(facts: str) -> dict[str, str]:
    """`calls=3,usec=7` as a dict."""
    return dict(fact.split("=", 1) for fact in facts.split(",") if "=" in fact)


def _command(name: str, counts: dict[str, str], percentiles: dict[str, str]) -> Command:
    return Command(
        name=name.replace(_FAMILY_SIGN, " ").upper(),
        calls=int(counts["calls"]),
        failed=int(counts.get("failed_calls", 0)) + int(counts.get("rejected_calls", 0)),
        total_us=int(counts["usec"]),
        p50_us=_number(percentiles.get("p50")),
        p99_us=_number(percentiles.get("p99")),
    )


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _together(parts: list[Command]) -> Command:
    """One command of several servers."""
    return Command(
        name=parts[0].name,
        calls=sum(part.calls for part in parts),
        failed=sum(part.failed for part in parts),
        total_us=sum(part.total_us for part in parts),
        p50_us=max((part.p50_us for part in parts if part.p50_us is not None), default=None),
        p99_us=max((part.p99_us for part in parts if part.p99_us is not None), default=None),
    )
