"""Keys as they may lie in Redis, ours and those of other programs that look alike, each as a test plants it."""

from __future__ import annotations

import secrets

import redis

from caching import keys
from caching.entries import Entry, storing

FOREIGN = {
    "session:abc": "string",
    "session:7": "hash",
    "session:" + "g" * 40: "hash",
    "session_index:members": "zset",
    "agent_session:{7}": "hash",
    "oauth:token": "string",
    "oauth:google:12345": "string",
    "tag:news": "string",
    "tag:1": "set",
    "flight:LH123": "string",
    "flight:boeing:747": "string",
    "flight:events:departures:7": "stream",
    "session_index:7": "zset",
    "stats:2024": "hash",
    "stats:ai:2024-01-01": "hash",
    "throttle:api": "zset",
    "db_query:report": "string",
    "db_query:" + "0" * 40: "string",
    "db_query:users:user:7:latest": "string",
    "ai_cache:chat:hello": "string",
    "ai_cache:chat:" + "A" * 40: "string",
    "ai_semantic:notes": "stream",
    "cache:1:page": "string",
    "celery": "list",
    "*": "string",
    "[": "string",
}
"""Names of other programs, with the types that they have; none has an expiry."""


def digest() -> str:
    return secrets.token_hex(20)


def plant(server: redis.Redis, key: str, kind: str = "string", value: str = "somebody's") -> str:
    """Without an expiry. Gives the key."""
    match kind:
        case "string":
            server.set(key, value)
        case "hash":
            server.hset(key, "name", value)
        case "list":
            server.rpush(key, value)
        case "set":
            server.sadd(key, value)
        case "zset":
            server.zadd(key, {value: 1})
        case "stream":
            server.xadd(key, {"name": value})
    return key


def entry(prefix: str, name: str = "cities", *, of: str = "") -> str:
    """The key of an entry like ours; `of`: ":user:7"."""
    return f"{prefix}db_query:{name}{of}:{digest()}"


def keep(server: redis.Redis, key: str, tag: str = "any") -> str:
    """A whole entry under the key, which lives for a minute."""
    made = Entry((tag,), (b"stamp",), 0.1, 1060.0, b"body")
    _, _, packed, _, life_ms = storing(key, made, now=1000.0)
    server.set(key, packed, px=int(life_ms))
    return key


def names(server: redis.Redis, prefix: str) -> set[str]:
    pattern = keys.matching(prefix)
    return {key.decode().removeprefix(prefix) for key in server.scan_iter(match=pattern, count=1000)}
