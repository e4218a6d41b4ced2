"""The primaries in an order that lasts, each with the name that it gives itself until it is restarted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis

from caching.connection import address_of, nodes, primary_clients, raising_cache_unavailable
from caching.connection.clients import Client
from caching.errors import CacheUnavailable


@dataclass(frozen=True, slots=True)
class Primary:
    """`keys`: how many it holds, ours and others."""

    client: Client
    run_id: str
    keys: int


def primaries() -> list[Primary]:
    """Raises CacheUnavailable."""
    with raising_cache_unavailable():
        return sorted(map(_asked, primary_clients()), key=lambda each: each.run_id)


def fingerprint(of: Sequence[Primary]) -> str:
    """Another one when a primary was restarted, replaced, added or taken away: cursors of SCAN then mean nothing."""
    return hashlib.blake2b(" ".join(each.run_id for each in of).encode(), digest_size=8).hexdigest()


def client_of(key: bytes) -> Client:
    """Of the primary that owns the key. Raises CacheUnavailable."""
    clients = primary_clients()
    if len(clients) == 1:
        return clients[0]
    with raising_cache_unavailable():
        address = nodes.current().owner(key)
    for client in clients:
        if address_of(client) == address:
            return client
    raise CacheUnavailable("the primaries are changing")


def pipelined(client: Client, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The replies in one round trip; an error reply stands in its place. Raises CacheUnavailable."""
    if not commands:
        return []
    with raising_cache_unavailable():
        pipe: Any = client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        replies: list[Any] = pipe.execute(raise_on_error=False)
    return replies


def known(reply: Any) -> Any:
    """The reply, or None when this user may not ask or the server does not know."""
    return None if isinstance(reply, redis.RedisError) else reply


def _asked(client: Client) -> Primary:
    about, keys = pipelined(client, [("INFO", "server"), ("DBSIZE",)])
    for reply in (about, keys):
        if isinstance(reply, Exception):
            raise reply
    return Primary(client, about["run_id"], keys)
