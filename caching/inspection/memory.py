"""What the primaries say of their memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from caching.connection import address_of, primary_clients
from caching.connection.clients import Client
from caching.inspection.primaries import known, pipelined


@dataclass(frozen=True, slots=True)
class ServerMemory:
    """Of one primary; no name for the one behind Sentinels. None: it does not tell this user. `max_bytes` 0: as much as the machine has.

    `fragmentation`: what the system gave it, as a multiple of what it uses. `evicted_keys`, `expired_keys`: since it started.
    """

    server: str
    used_bytes: int | None
    max_bytes: int | None
    fragmentation: float | None
    evicted_keys: int | None
    expired_keys: int | None


def memory() -> list[ServerMemory]:
    """In the order of their names. Raises CacheUnavailable."""
    return sorted(map(_memory_of, primary_clients()), key=lambda each: each.server)


def _memory_of(client: Client) -> ServerMemory:
    parts = map(known, pipelined(client, [("INFO", "memory"), ("INFO", "stats")]))
    told: dict[str, Any] = {}
    for part in parts:
        told |= part or {}
    address = address_of(client)
    return ServerMemory(
        f"{address[0]}:{address[1]}" if address else "",
        told.get("used_memory"),
        told.get("maxmemory"),
        told.get("mem_fragmentation_ratio"),
        told.get("evicted_keys"),
        told.get("expired_keys"),
    )
