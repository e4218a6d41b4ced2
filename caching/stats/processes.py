"""Which processes use the cache now, and what each of them keeps near: each says so every ten seconds."""

from __future__ import annotations

import os
import re
import secrets
import socket
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec

from caching import conf, keys
from caching.connection import wire
from caching.connection.wire import Command
from caching.near import copies

BEAT_SECONDS = 10.0
LIFE_SECONDS = 30
MOST_SHOWN = 500

Text = Annotated[str, msgspec.Meta(max_length=200)]
# What somebody else has planted may be larger than any number that a page, a metric or a client can take.
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

_ID = re.compile(rb"[0-9a-z]{1,64}")


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """Times are seconds since 1970."""

    id: Text
    host: Text
    pid: Count
    role: Text
    """web, worker, job, or the name of a command"""
    started_at: float
    seen_at: float
    near_open: bool
    near_entries: Count
    near_bytes: Count
    near_limit_bytes: Count


class _Self:
    """What this process says of itself."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.started_at = time.time()
        self.said_at = float("-inf")


_self = _Self()
_role: str | None = None


def set_role(role: str) -> None:
    """What this process is for, as operators call it."""
    global _role  # noqa: PLW0603
    _role = role


def beat(*, now: float | None = None) -> None:
    """Says that this process lives, if it has not done so for a while. Raises CacheUnavailable."""
    now = time.time() if now is None else now
    if 0 <= now - _self.said_at < BEAT_SECONDS:  # a clock may be set back
        return
    prefix = conf.key_prefix()
    index = keys.process_index(prefix)
    said = msgspec.json.encode(_described(now))
    wire.checked(
        wire.call(
            [
                ("SET", keys.process(prefix, _self.id), said, "EX", LIFE_SECONDS),
                ("ZADD", index, int(now), _self.id),
                ("ZREMRANGEBYSCORE", index, "-inf", int(now) - LIFE_SECONDS),
                ("EXPIRE", index, 2 * LIFE_SECONDS),
            ],
            idempotent=True,
        )
    )
    _self.said_at = now


def leave() -> None:
    """This process ends. Raises CacheUnavailable."""
    if _self.said_at > 0:
        prefix = conf.key_prefix()
        gone = [("DEL", keys.process(prefix, _self.id)), ("ZREM", keys.process_index(prefix), _self.id)]
        wire.checked(wire.call(gone, idempotent=True))
        _self.said_at = float("-inf")


def connected() -> list[Process]:
    """Those that live, by role and host. Two round trips. Raises CacheUnavailable."""
    return named(*wire.call([asking()], idempotent=True))


def asking() -> Command:
    """The first of them, for those who ask for more with it; its reply is for `named`."""
    return ("ZRANGE", keys.process_index(conf.key_prefix()), -MOST_SHOWN, -1)


def named(ids: object) -> list[Process]:
    """As `connected`, once their ids are known. Raises CacheUnavailable."""
    if not isinstance(ids, list) or not ids:
        return []
    prefix = conf.key_prefix()
    found = wire.mget([keys.process(prefix, process.decode()) for process in ids if _ID.fullmatch(process)])
    known = [process for said in found if said is not None and (process := _read(said)) is not None]
    return sorted(known, key=lambda process: (process.role, process.host, process.pid))


def _described(now: float) -> Process:
    near = copies.cache
    return Process(
        id=_self.id,
        host=socket.gethostname()[:200],
        pid=os.getpid(),
        role=_role or _called(sys.argv),
        started_at=_self.started_at,
        seen_at=now,
        near_open=near.is_open,
        near_entries=len(near),
        near_bytes=max(0, near.bytes),
        near_limit_bytes=conf.current().near_cache_bytes,
    )


def _called(argv: list[str]) -> str:
    """The name of the program, and of a command of manage.py the command's."""
    program, *rest = argv or ["python"]
    name = Path(program).name
    return (rest[0] if name == "manage.py" and rest else name)[:200] or "python"


def _read(said: bytes) -> Process | None:
    try:
        return msgspec.json.decode(said, type=Process)
    except msgspec.DecodeError:
        return None


def _begin_anew_after_fork() -> None:
    global _self  # noqa: PLW0603
    _self = _Self()


os.register_at_fork(after_in_child=_begin_anew_after_fork)
