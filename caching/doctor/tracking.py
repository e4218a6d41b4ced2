"""Whether near caches hear of changes: the promise that nobody reads what is out of date rests on it."""

from __future__ import annotations

from secrets import token_hex

import redis

from caching import conf, keys
from caching.connection import nodes
from caching.doctor.findings import Verdict, ok, unknown, warn
from caching.doctor.masking import masked
from caching.doctor.registry import ProbeCheck, ServerCheck
from caching.doctor.servers import Server
from caching.errors import CacheUnavailable
from caching.near.pushes import PushLink

PROBE_SECONDS = 10
TRIES = 200


def round_trip(server: Server) -> Verdict:
    """The one check that writes, for a push cannot be seen without a change: a key of our own below `stats:doctor:`, which
    is deleted at once and would expire after 10 s. A second connection tracks that beginning of keys and has to hear of it."""
    if not conf.current().near_cache:
        return ok("The near cache is switched off by setting; nothing is tracked.")
    key = _key_at(server)
    if key is None:
        return unknown("No key was found that lies on this server.")
    heard: list[str] = []
    try:
        link = PushLink(server.address, key, lambda names: heard.extend(names or ()))
    except (redis.RedisError, OSError, CacheUnavailable) as error:
        return _deaf(f"The server does not let us track keys: {masked(str(error))}.")
    try:
        server.ask("SET", key, 1, "EX", PROBE_SECONDS)
        server.ask("DEL", key)
        link.ask(about_itself=False)
        link.hear(about_itself=False)
    except (redis.RedisError, OSError) as error:
        return _deaf(f"The connection that tracks keys failed: {masked(str(error))}.")
    finally:
        link.close()
    return (
        ok("A change was pushed to us before the next reply.")
        if heard
        else _deaf("A change was not pushed to us.")
    )


def _deaf(said: str) -> Verdict:
    return warn(
        said,
        consequence="Near caches stay off: answers are right, but each read goes to Redis and takes some hundred times as long.",
        advice="Give the user the rights +client|tracking and +client|id, and connect without a proxy in between that does not know"
        " RESP3.",
    )


def _key_at(server: Server) -> str | None:
    """One that this primary owns."""
    for _ in range(TRIES):
        key = keys.doctor_probe(conf.key_prefix(), token_hex(8))
        if nodes.current().owner(key) == server.address:
            return key
    return None


def table(server: Server) -> Verdict:
    most = server.setting("tracking-table-max-keys")
    return ok(
        f"tracking-table-max-keys is {most}; near caches track beginnings of keys, which need no table."
    )


CHECKS = (
    ProbeCheck("tracking.round_trip", "Client tracking", round_trip),
    ServerCheck("tracking.table", "Tracking table", table),
)
