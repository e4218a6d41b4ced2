"""The lease in Redis that lets one process of all compute, and the list on which the others are told that it is done.

A lease has a token, and the list is named after it: nobody is woken by an earlier flight. A process renews the leases it
holds, from one thread of its own; when it dies they run out, and one of those who waited takes over.
"""

import asyncio
import os
import re
import secrets
import threading
import time
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from typing import Any

import redis

from caching import conf, keys
from caching.connection import async_redis_client, bounded_reply, nodes, raising_cache_unavailable, wire
from caching.connection.failures import code_of
from caching.connection.scripts import Script
from caching.connection.wire import Command
from caching.errors import CacheUnavailable
from caching.flight.baggage import Baggage
from caching.flight.outcomes import Landing, unpack

_RELEASE = Script("release_flight")
_RENEW = Script("renew_flight")
_TOKEN = re.compile(rb"[0-9a-f]{32}")
# Waiters read the list at once; the expiry is for those who were about to.
LANDING_TTL_MS = 10_000
REPLY_SECONDS = 0.9
# Three for each length of a lease: how often the thread that renews looks before it ends.
LOOKS_IN_VAIN = 36
# Before the lease is asked again, when a wait could not even begin.
PAUSE_SECONDS = 0.03
_NOT_HERE = (
    redis.exceptions.AskError,  # and MovedError
    redis.exceptions.TryAgainError,
    redis.exceptions.ClusterDownError,
    redis.ReadOnlyError,
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody else's lease: where he will say that he is done, and how long he may be dead without our noticing."""

    landing_key: str
    remaining_seconds: float
    token: str


class Lease:
    """The right to compute one digest. Take it, then land, once each; from any thread and in any order."""

    def __init__(self, digest: str) -> None:
        self._prefix = conf.key_prefix()
        self._digest = digest
        self.key = keys.flight(self._prefix, digest)
        self.token = secrets.token_hex(16)
        self.life_ms = round(conf.current().flight_lease_seconds * 1000)
        self._lock = threading.Lock()
        self._over = False
        self._held = False

    def take(self, baggage: Baggage | None = None) -> Holder | None:
        """None: it is ours, and the baggage has its replies. Raises CacheUnavailable."""
        # An async caller may be cancelled while a thread is in here. The lock makes the landing wait for it.
        with self._lock:
            if self._over:
                return None
            along = baggage.with_lease() if baggage else ()
            (current, remaining_ms), replies = wire.in_order(
                [("SET", self.key, self.token, "NX", "GET", "PX", self.life_ms), ("PTTL", self.key)],
                along,
            )
            if current is not None:
                holder = self._holder(current, remaining_ms)
                if holder is not None:
                    return holder
                wire.checked(wire.call([("SET", self.key, self.token, "PX", self.life_ms)]))
            elif baggage and along:
                baggage.replies = replies
            self._held = True
            _renewal.add(self)
            return None

    def land(self, element: bytes, baggage: Baggage | None = None) -> None:
        """Stores the baggage, gives the lease back and wakes all who wait.

        If Redis does not work, they notice by the end of the lease.
        """
        with self._lock:
            self._over = True
            if not self._held:
                return
            self._held = False
            _renewal.discard(self)
            landing_key = self._landing_key(self.token)
            # In this order, which one node keeps: who is woken must find the lease free.
            landing = [
                ("EVAL", _RELEASE.text, 1, self.key, self.token),
                ("RPUSH", landing_key, element),
                ("PEXPIRE", landing_key, LANDING_TTL_MS),
            ]
            with suppress(CacheUnavailable):
                wire.post(baggage.unloaded() if baggage else (), landing)

    def _holder(self, current: object, remaining_ms: object) -> Holder | None:
        """None: what lies there is no lease. It has another type or form, or no expiry such as ours have."""
        if isinstance(current, bytes) and _TOKEN.fullmatch(current) and isinstance(remaining_ms, int):
            if -1 != remaining_ms <= self.life_ms:
                token = current.decode()
                return Holder(self._landing_key(token), max(remaining_ms, 0) / 1000, token)
            return None
        wire.ours(current)
        return None

    def _landing_key(self, token: str) -> str:
        return keys.landing(self._prefix, self._digest, token)


def wait(holder: Holder, limit_seconds: float | None) -> Landing | None:
    """How the other's flight ended; None: its lease, or the limit, ran out first. Raises CacheUnavailable."""
    seconds = _bounded(holder, limit_seconds)
    if seconds <= 0:
        return None
    with raising_cache_unavailable():
        # A connection for this one wait: the thread's own one must not be held, and is bound to answer at once.
        connection = nodes.connect(nodes.current().owner(holder.landing_key))
        try:
            connection.send_command(*_blmove(holder.landing_key, seconds))
            return _landing(connection.read_response(timeout=seconds + REPLY_SECONDS))
        except redis.ResponseError as error:
            landing = _unheard(error)
        finally:
            connection.disconnect()
    time.sleep(PAUSE_SECONDS)
    return landing


async def wait_async(holder: Holder, limit_seconds: float | None) -> Landing | None:
    """The same for async callers; they hold no thread meanwhile."""
    seconds = _bounded(holder, limit_seconds)
    if seconds <= 0:
        return None
    client: Any = await async_redis_client()  # execute_command has no types
    async with bounded_reply(blocking_seconds=seconds):
        try:
            return _landing(await client.execute_command(*_blmove(holder.landing_key, seconds)))
        except redis.ResponseError as error:
            landing = _unheard(error)
    await asyncio.sleep(PAUSE_SECONDS)
    return landing


def _blmove(key: str, seconds: float) -> tuple[str, ...]:
    """The element goes back to where it was taken: so one wakes everybody, each in his turn."""
    return "BLMOVE", key, key, "LEFT", "RIGHT", f"{seconds:.3f}"


def _bounded(holder: Holder, limit_seconds: float | None) -> float:
    """A lease that was not renewed has expired when the wait is over. Never 0, which would be for ever."""
    seconds = holder.remaining_seconds + 0.01
    return seconds if limit_seconds is None else min(seconds, limit_seconds)


def _landing(reply: object) -> Landing | None:
    return unpack(reply) if isinstance(reply, bytes) else None


def _unheard(error: redis.ResponseError) -> Landing | None:
    """Nobody can wait here. A stranger's list says only that we may look; from a primary that has become another one, or
    whose slot is on its way, we go back to the lease, which tells whether Redis works."""
    if code_of(error) == "WRONGTYPE":
        return Landing()
    if isinstance(error, _NOT_HERE) or code_of(error) == "UNBLOCKED":
        return None
    raise error


class _Renewal:
    """One thread that renews all leases of this process. It begins with the first one and ends when there has been none
    for a while: to start a thread for each miss would take longer than to ask Redis."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leases: set[Lease] = set()
        self._is_running = False
        self._looks_in_vain = 0
        self._pause_seconds = 0.0

    def add(self, lease: Lease) -> None:
        with self._lock:
            self._leases.add(lease)
            self._pause_seconds = lease.life_ms / 3000
            if not self._is_running:
                self._is_running = True
                thread = threading.Thread(target=self._run, name="flight-leases", daemon=True)
                # It works for all, and keeps nothing of the context in which it happens to begin.
                Context().run(thread.start)

    def discard(self, lease: Lease) -> None:
        with self._lock:
            self._leases.discard(lease)

    def _run(self) -> None:
        while self._is_wanted():
            if renewals := self._renewals():
                # Nobody can compute without Redis, and it may be back before the leases have run out.
                with suppress(CacheUnavailable):
                    wire.call(renewals)

    def _is_wanted(self) -> bool:
        time.sleep(self._pause_seconds)
        with self._lock:
            self._looks_in_vain = 0 if self._leases else self._looks_in_vain + 1
            self._is_running = self._looks_in_vain < LOOKS_IN_VAIN
            return self._is_running

    def _renewals(self) -> list[Command]:
        with self._lock:
            leases = list(self._leases)
        return [("EVAL", _RENEW.text, 1, lease.key, lease.token, lease.life_ms) for lease in leases]


_renewal = _Renewal()


def _forget_after_fork() -> None:
    """The leases are the parent's, and so is the thread."""
    global _renewal  # noqa: PLW0603
    _renewal = _Renewal()


os.register_at_fork(after_in_child=_forget_after_fork)
