"""One session in Redis: a HASH, one field a key. Reads go to the primary, every step is atomic and has one key.

Each function has an async twin on the client of the event loop. All raise CacheUnavailable when Redis does not work.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import redis

from caching import trace
from caching.connection import async_redis_client, bounded_reply, raising_cache_unavailable, wire
from caching.connection.failures import code_of
from caching.connection.scripts import Script
from sessions_ext import conf, keys
from sessions_ext.fields import key_of, name_of

BEGAN = b"@"
SEEN = b"@seen"
KEPT = b"@kept"
BROWSER = b"@browser"
ADDRESS = b"@address"

FOLDER = Path(__file__).resolve().parent / "scripts"
_SAVE = Script("save_session", FOLDER)
_TAKE = Script("take_session", FOLDER)
_INCREMENT = Script("increment_field", FOLDER)
_COMPARE_AND_SET = Script("compare_and_set_field", FOLDER)

_Words = tuple[bytes | str | int, ...]


Own = dict[bytes, bytes]
"""The engine's own fields of a session, by name."""


@dataclass(frozen=True)
class Stored:
    """A session as it lies in Redis: the engine's fields, and the values by key."""

    own: Own
    raw: dict[str, bytes]


def seconds_in(own: Own, name: bytes) -> int:
    """A time, in seconds since 1970; 0 for never."""
    try:
        return int(own.get(name, b"0"))
    except ValueError:
        return 0


def moment_in(own: Own, name: bytes) -> datetime:
    try:
        return datetime.fromtimestamp(seconds_in(own, name), UTC)
    except (OverflowError, ValueError, OSError):  # planted: beyond all years
        return datetime.fromtimestamp(0, UTC)


def text_in(own: Own, name: bytes) -> str:
    return own.get(name, b"").decode(errors="replace")


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What is to be done to a session. `began` is for one that is restored, in seconds since 1970."""

    mode: Literal["create", "update"]
    written: Mapping[str, bytes]
    deleted: set[str] = field(default_factory=set)
    own: Own
    idle_seconds: int
    wiped: bool = False
    began: int | None = None

    def words(self, digest: str) -> _Words:
        fields = [(name_of(key), raw) for key, raw in self.written.items()] + [*self.own.items()]
        return (
            keys.session(digest),
            self.mode,
            self.idle_seconds,
            conf.current().absolute_seconds,
            "" if self.began is None else self.began,
            "wipe" if self.wiped else "",
            len(fields),
            *(word for name_and_value in fields for word in name_and_value),
            *map(name_of, self.deleted),
        )


REFUSED = -1
"""`write` has done nothing: what was to be created exists, or what was to be changed does not."""


def read(digest: str) -> Stored | None:
    began = trace.clock()
    (reply,) = wire.call([("HGETALL", keys.session(digest))], idempotent=True)
    return _noted(digest, _stored(reply), began)


async def aread(digest: str) -> Stored | None:
    began = trace.clock()
    client: Any = await async_redis_client()
    reply = await _reply(client.hgetall(keys.session(digest)))
    if isinstance(reply, dict):
        reply = [word for field in reply.items() for word in field]
    return _noted(digest, _stored(reply), began)


def write(digest: str, writing: Writing) -> int:
    """The seconds that the session has left, 0 if it ends at once, or REFUSED."""
    began = trace.clock()
    (reply,) = wire.run(_SAVE, [writing.words(digest)])
    _note(digest, "saved", began)
    return _seconds(reply)


async def awrite(digest: str, writing: Writing) -> int:
    began = trace.clock()
    reply = await _arun(_SAVE, *writing.words(digest))
    _note(digest, "saved", began)
    return _seconds(reply)


def exists(digest: str) -> bool:
    replies = wire.call([("EXISTS", keys.session(digest))], idempotent=True)
    wire.checked(replies)
    return bool(replies[0])


async def aexists(digest: str) -> bool:
    client: Any = await async_redis_client()
    async with bounded_reply():
        return bool(await client.exists(keys.session(digest)))


def prolong(digest: str, seconds: int) -> None:
    """Gives a session that is there so many seconds from now."""
    wire.checked(wire.call([("EXPIRE", keys.session(digest), seconds)], idempotent=True))


def take(digest: str) -> Stored | None:
    """Ends the session; what was in it. No failover brings it back."""
    replies = wire.run(_TAKE, [(keys.session(digest),)], durable=True)
    wire.checked(replies)
    return _stored(replies[0])


def increment(digest: str, key: str, amount: int) -> int | None:
    """The new number, None when there is no such session. Raises TypeError for what is no whole number of 64 bits."""
    (reply,) = wire.run(_INCREMENT, [(keys.session(digest), name_of(key), amount)])
    if isinstance(reply, redis.ResponseError) and ("integer" in str(reply) or "overflow" in str(reply)):
        raise TypeError(f"The session has no whole number of 64 bits under {key[:80]!r}.")
    wire.checked([reply])
    return reply if isinstance(reply, int) else None


def value(digest: str, key: str) -> tuple[bool, bytes | None]:
    """Whether there is such a session, and the value in it."""
    (reply,) = wire.call([("HMGET", keys.session(digest), BEGAN, name_of(key))], idempotent=True)
    if isinstance(reply, list):
        return reply[0] is not None, reply[1]
    _demand_foreign(reply)
    return False, None


def compare_and_set(digest: str, key: str, seen: bytes | None, new: bytes) -> bool | None:
    """Whether `new` was written, because `seen` (None: nothing) still lay there; None when there is no such session."""
    state = "absent" if seen is None else "present"
    replies = wire.run(_COMPARE_AND_SET, [(keys.session(digest), name_of(key), state, seen or b"", new)])
    wire.checked(replies)
    return None if replies[0] == REFUSED else replies[0] == 1


def now() -> int:
    """Seconds since 1970 by the clock of this machine: for how often something is done, not for when sessions end."""
    return int(time.time())


def _noted(digest: str, stored: Stored | None, began: float) -> Stored | None:
    _note(digest, "loaded" if stored else "absent", began)
    return stored


def _note(digest: str, outcome: str, began: float) -> None:
    if began:
        trace.note(trace.SESSION, outcome, keys.session(digest), since=began)


def _stored(reply: object) -> Stored | None:
    """None for what is absent, or not a session of ours."""
    if not isinstance(reply, list):
        _demand_foreign(reply)
        return None
    own: Own = {}
    raw: dict[str, bytes] = {}
    words = iter(reply)
    for name, stored in zip(words, words, strict=True):
        if (key := key_of(name)) is None:
            own[name] = stored
        else:
            raw[key] = stored
    return Stored(own, raw) if BEGAN in own else None


def _seconds(reply: object) -> int:
    if isinstance(reply, int):
        return reply
    _demand_foreign(reply)
    return REFUSED


def is_foreign(reply: object) -> bool:
    """Whether somebody's list or text lies under the key, which then is none of ours."""
    return isinstance(reply, redis.ResponseError) and code_of(reply) == "WRONGTYPE"


def _demand_foreign(reply: object) -> None:
    with raising_cache_unavailable():
        if not isinstance(reply, Exception):
            raise redis.InvalidResponse("this is no session")
        if not is_foreign(reply):
            raise reply


async def _arun(script: Script, key: object, *arguments: object) -> object:
    client: Any = await async_redis_client()
    reply = await _reply(client.evalsha(script.digest, 1, key, *arguments))
    if isinstance(reply, redis.exceptions.NoScriptError):
        reply = await _reply(client.eval(script.text, 1, key, *arguments))
    return reply


async def _reply(asked: Awaitable[object]) -> object:
    """The reply, or the error that Redis gave in its place."""
    async with bounded_reply():
        try:
            return await asked
        except redis.ResponseError as error:
            return error
