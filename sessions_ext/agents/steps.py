"""The steps of working with sessions, as values: what is asked of Redis, and what of the database.

Each thing that can be done is written once, as a generator of steps. `play` takes them in a thread. `play_async` takes them for
a coroutine: in threads too, as redis-py's asyncio client is no faster (130 to 250 µs for one append, either way) and, on a
cluster, sends a command again that may have been done: 40 appends at once became 45.
"""

import asyncio
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import transaction

from caching.connection import wire
from caching.connection.scripts import Script
from caching.connection.wire import Command, Reply
from sessions_ext import conf, keys
from sessions_ext.agents.record import STATE
from sessions_ext.agents.values import MOST_MESSAGES

_FOLDER = Path(__file__).resolve().parent.parent / "scripts"
# Both have the hash and the stream of a session, which its tag keeps on one node.
USE = Script("agent_use", _FOLDER, keys=2)
BEGIN = Script("agent_begin", _FOLDER, keys=2)

RESTORING_SECONDS = 10

T = TypeVar("T")


def _new_threads() -> None:
    global _threads  # noqa: PLW0603
    _threads = ThreadPoolExecutor(THREADS, thread_name_prefix="agent-sessions")


# For Redis alone. While it is silent each of them waits for 1.2 s, and none of the threads that views run in.
THREADS = 32
_threads: ThreadPoolExecutor
_new_threads()
os.register_at_fork(after_in_child=_new_threads)


@dataclass(frozen=True, slots=True)
class OnRedis:
    """Commands, or calls of a script, with the keys of one session each, in one round trip. `again`: they may be sent twice."""

    calls: Sequence[Command]
    script: Script | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class InDatabase:
    do: Callable[[], Any]


Steps = Generator[OnRedis | InDatabase, Any, T]


def play(steps: Steps[T]) -> T:
    """What the steps come to. Raises what they raise, and CacheUnavailable."""
    result: Any = None
    try:
        while True:
            step = steps.send(result)
            result = _asked(step) if isinstance(step, OnRedis) else step.do()
    except StopIteration as end:
        done: T = end.value
        return done


async def play_async(steps: Steps[T]) -> T:
    result: Any = None
    try:
        while True:
            step = steps.send(result)
            if isinstance(step, OnRedis):
                result = await asyncio.get_running_loop().run_in_executor(_threads, _asked, step)
            else:
                result = await sync_to_async(step.do)()  # on the thread that has this request's connection
    except StopIteration as end:
        done: T = end.value
        return done


def use(
    session_id: str,
    *,
    state: Mapping[str, bytes] | None = None,
    messages: Sequence[bytes] = (),
    last: int = -1,
    copies: bool = False,
) -> Command:
    """For USE: change, add and read, with the whole life again. `last`: how many messages are read, -1 for no state either."""
    current = conf.current()
    # A copy expires with the life that its session had when it was written: it must be renewed before.
    copy_seconds = min(current.agent_backup_seconds, current.agent_ttl_seconds / 2) if copies else 0
    return (
        *_keys(session_id),
        current.agent_ttl_seconds * 1000,
        MOST_MESSAGES,
        current.max_bytes,
        int(copy_seconds * 1000),
        last,
        *_fields({STATE + key: value for key, value in (state or {}).items()}),
        *messages,
    )


def begin(
    session_id: str,
    about: bytes,
    *,
    state: Mapping[str, bytes] | None = None,
    messages: Sequence[bytes] = (),
    anew: bool = False,
    copied: bool = False,
    restored: bool = False,
) -> Command:
    """For BEGIN: a session, unless it runs; `anew`: in place of what runs. `copied`: there is a copy in the database.

    One that is `restored` lives for some seconds only, until it has been looked whether it was ended meanwhile.
    """
    seconds = conf.current().agent_ttl_seconds
    kept = {STATE + key: value for key, value in (state or {}).items()}
    return (
        *_keys(session_id),
        (min(RESTORING_SECONDS, seconds) if restored else seconds) * 1000,
        MOST_MESSAGES,
        "anew" if anew else "",
        "copied" if copied else "",
        *_fields({"about": about, **kept}),
        *messages,
    )


def end(session_id: str) -> Command:
    return ("UNLINK", *_keys(session_id))


def repeat_at_commit(step: OnRedis) -> None:
    """In a transaction: until its commit others find the copies that it has erased, and may bring the sessions back."""
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(partial(_asked, step))


def _keys(session_id: str) -> Command:
    return keys.agent_session(session_id), keys.agent_transcript(session_id)


def _fields(fields: Mapping[str, bytes]) -> Command:
    return (len(fields), *(part for pair in fields.items() for part in pair))


def _asked(step: OnRedis) -> list[Reply]:
    if step.script is None:
        replies = wire.call(step.calls, idempotent=step.again)
    else:
        replies = wire.run(step.script, step.calls, idempotent=step.again)
    wire.checked(replies)
    return replies
