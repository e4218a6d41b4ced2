"""JSON values of sign-ins in Redis. Each has an expiry, and what must be used once is taken out by one command.

A value that we cannot have written is absent. Raises CacheUnavailable when Redis does not work.
"""

import json
from typing import Any

from caching.codec import MISS
from caching.connection import wire
from sessions_ext import conf, keys


def put(kind: str, secret: str, value: Any, *, seconds: int | None = None) -> None:
    """For as long as a sign-in may take, or for so many `seconds`."""
    life = conf.current().oauth_seconds if seconds is None else seconds
    wire.checked(
        wire.call([("SET", keys.oauth(kind, secret), json.dumps(value), "EX", life)], idempotent=True)
    )


def look(kind: str, secret: str) -> Any:
    """The value, or MISS."""
    return _value(*wire.call([("GET", keys.oauth(kind, secret))], idempotent=True))


def take(kind: str, secret: str) -> Any:
    """The value, or MISS. Of several who ask at once, one gets it."""
    return _value(*wire.call([("GETDEL", keys.oauth(kind, secret))]))


def remove(kind: str, secret: str) -> bool:
    """Whether it was this call that removed it."""
    replies = wire.call([("DEL", keys.oauth(kind, secret))])
    wire.checked(replies)
    return replies == [1]


def put_first(kind: str, secret: str, seconds: int) -> bool:
    """Whether nobody else has done so for so many seconds."""
    replies = wire.call([("SET", keys.oauth(kind, secret), "1", "NX", "EX", seconds)])
    wire.checked(replies)
    return replies[0] is not None


def _value(reply: wire.Reply) -> Any:
    found = wire.ours(reply)
    try:
        return json.loads(found) if isinstance(found, bytes) else MISS
    except (ValueError, RecursionError):
        return MISS
