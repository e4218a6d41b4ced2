"""What the servers have noted of slow commands and of large ones, newest first: what may be shown of them (`logged`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from caching.inspection.logged import Logged, describe
from caching.inspection.servers import Server, Unknown

MOST_ENTRIES: Final = 128
"""Of each server and each log: as many as a server keeps by itself."""
NEWEST: Final = 25
_CLIENT_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` is in µs, or in bytes, as the log has it."""

    server: str
    at: datetime
    amount: int
    client: str
    logged: Logged


@dataclass(frozen=True, slots=True)
class Noted:
    """What the log of one server notes. `above`: from how many µs or bytes on, negative for nothing at all."""

    server: str
    above: int | Unknown
    kept: int | Unknown


@dataclass(frozen=True, slots=True)
class Log:
    """One kind of log of all servers. `unknown`: by server, why it is not told."""

    entries: list[Entry]
    noted: list[Noted]
    unknown: dict[str, str] = field(default_factory=dict)

    @property
    def newest(self) -> list[Entry]:
        """As many as one takes in at a glance."""
        return self.entries[:NEWEST]

    @property
    def older(self) -> list[Entry]:
        return self.entries[NEWEST:]


@dataclass(frozen=True, slots=True)
class _Kind:
    ask: tuple[str, ...]
    above: str
    most: str


_SLOW = _Kind(("SLOWLOG", "GET"), "slowlog-log-slower-than", "slowlog-max-len")
_REQUESTS = _Kind(
    ("COMMANDLOG", "GET", "large-request"),
    "commandlog-request-larger-than",
    "commandlog-large-request-max-len",
)
_REPLIES = _Kind(
    ("COMMANDLOG", "GET", "large-reply"), "commandlog-reply-larger-than", "commandlog-large-reply-max-len"
)


def slow(servers: Sequence[Server]) -> Log:
    """Raises CacheUnavailable."""
    return _read(servers, _SLOW)


def large_requests(servers: Sequence[Server]) -> Log:
    """Only Valkey from 8.1 on keeps this. Raises CacheUnavailable."""
    return _read(servers, _REQUESTS)


def large_replies(servers: Sequence[Server]) -> Log:
    """Only Valkey from 8.1 on keeps this. Raises CacheUnavailable."""
    return _read(servers, _REPLIES)


def _read(servers: Sequence[Server], kind: _Kind) -> Log:
    log = Log([], [])
    for server in servers:
        reply = _ask(server, kind)
        if isinstance(reply, Unknown):
            log.unknown[server.name] = reply.reason
            continue
        log.entries.extend(_entry(server.name, raw) for raw in reply)
        log.noted.append(_noted(server, kind))
    log.entries.sort(key=lambda entry: entry.at, reverse=True)
    return log


def _ask(server: Server, kind: _Kind) -> Any:
    command, get, *which = kind.ask
    return server.ask(command, get, MOST_ENTRIES, *which)


def _entry(server: str, raw: Any) -> Entry:
    _number, at, amount, words, *about = raw
    client = about[1].decode(errors="replace") if len(about) > 1 else ""
    return Entry(
        server, datetime.fromtimestamp(at, UTC), amount, client[:_CLIENT_CHARACTERS], describe(words)
    )


def _noted(server: Server, kind: _Kind) -> Noted:
    settings = server.settings(kind.above, kind.most)
    if isinstance(settings, Unknown):
        return Noted(server.name, settings, settings)
    return Noted(server.name, _number(settings, kind.above), _number(settings, kind.most))


def _number(settings: dict[str, str], name: str) -> int | Unknown:
    return int(settings[name]) if name in settings else Unknown(f"the server has no setting {name}")
