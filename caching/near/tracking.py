"""Keeps the near cache true: connections of its own on which the primaries push what changes, and the barrier.

A push and the reply to the writer that caused it travel on two connections: a reader that only looks whether a push has
arrived is sometimes late. The barrier is strict by protocol: the server queued the push of an acknowledged write before
it answers a PING that was sent later, so whoever has read up to that answer has seen the push. For the same reason there
is no lease: a connection that has gone silent fails the next barrier, which drops everything that was copied.

No thread listens in the background, for it would be late as well. The barrier connects, reads and gives up; it never
raises for want of Redis. While a connection is lost, and when more processes track than the server can bear, the near
cache is off.
"""

from __future__ import annotations

import itertools
import logging
import os
import random
import threading
from contextvars import Context
from time import monotonic
from typing import Any

import redis
from django.core.signals import setting_changed

from caching import conf, keys
from caching.connection import nodes
from caching.connection.urls import Address
from caching.errors import CacheUnavailable
from caching.near import copies
from caching.near.copies import NearCache
from caching.near.pushes import PushLink

logger = logging.getLogger(__name__)

# How often a primary is asked whether it is still one, and how many processes track it.
INSPECT_SECONDS = 1.0
# How long the near cache stays off by setting, or where too many processes track.
OFF_SECONDS = 60.0
FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 30.0
# Pushes that nobody reads pile up in the memory of the server.
IDLE_SECONDS = 60.0

UNAVAILABLE = (CacheUnavailable, redis.RedisError, OSError)


class TooManyProcesses(Exception):
    """Every write is pushed to every process: with more of them than the setting says, the server would be the slower
    for it."""


class Tracker:
    """The tracking connections of one process, one to each primary, and the near cache that hangs on them."""

    def __init__(self, cache: NearCache) -> None:
        self._near = cache
        self._start_unconnected()

    def _start_unconnected(self) -> None:
        self._lock = threading.Lock()
        self._tickets = itertools.count()
        self._covered = -1
        self._links: dict[Address, PushLink] = {}
        self._restart_wanted = False
        self._off_until = 0.0
        self._failures = 0
        self._inspect_at = 0.0
        self._used_at = 0.0
        self._idle_timer: threading.Timer | None = None

    # --- The barrier ----------------------------------------------------------------------------------------------

    def barrier(self) -> bool:
        """Apply every push whose write was acknowledged before this call. False: the near cache is off now.

        Threads that ask while a PING is out wait for it, and then share the next one. They wait because that PING may
        have been sent too early for them, and because its thread may have received pushes that it has not applied yet.
        """
        if monotonic() < self._off_until:
            return False
        ticket = next(self._tickets)
        with self._lock:
            return self._near.is_open if self._covered > ticket else self._settle()

    def _settle(self) -> bool:
        # Whoever has a smaller number asked before the PING that follows.
        covered = next(self._tickets)
        now = self._used_at = monotonic()
        if now < self._off_until:
            return False
        try:
            if not self._is_connected(now):
                return False
            self._exchange(now)
        except UNAVAILABLE as error:
            self._lose(error)
        except TooManyProcesses as error:
            self._turn_off(now, error)
        except BaseException:
            # A job's time limit, Ctrl+C: what was received may not have been applied.
            self._close()
            raise
        else:
            self._covered, self._failures = covered, 0
        return self._near.is_open

    def _exchange(self, now: float) -> None:
        inspect = now >= self._inspect_at
        links = self._links.values()
        for link in links:
            link.ask(about_itself=inspect)
        trackers = [link.hear(about_itself=inspect) for link in links]
        if inspect:
            self._inspect_at = now + INSPECT_SECONDS
            allowed = conf.current().near_cache_max_processes
            if max(trackers) > allowed:
                raise TooManyProcesses(f"{max(trackers)} processes track one server, {allowed} may")

    def _apply(self, names: list[str] | None) -> None:
        if names is None:
            self._near.drop_all()
        else:
            self._near.forget(names)

    # --- Connecting and losing ------------------------------------------------------------------------------------

    def _is_connected(self, now: float) -> bool:
        """Connects to the primaries of now if need be. False: it is off by setting."""
        addresses = nodes.primaries()
        if self._restart_wanted or addresses != tuple(self._links):
            # Before connecting: whoever wants a restart from here on gets another one.
            self._restart_wanted = False
            if self._links:
                self._close()
        return bool(self._links) or self._connect(addresses, now)

    def _connect(self, addresses: tuple[Address, ...], now: float) -> bool:
        settings = conf.current()
        if not settings.near_cache or not settings.near_cache_bytes:
            self._off_until = now + OFF_SECONDS
            return False
        if not addresses:
            raise CacheUnavailable("no primary is known")
        era = self._near.era
        prefix = keys.tag(conf.key_prefix(), "")
        for address in addresses:
            self._links[address] = PushLink(address, prefix, self._apply)
        self._inspect_at = 0.0
        self._watch_idleness()
        # Dropped meanwhile, perhaps for other settings than were used here: once more.
        self._restart_wanted |= not self._near.open(era)
        return self._near.is_open

    def restart(self) -> None:
        """What was copied may belong to another server or name: dropped at once, connected anew by the next barrier.

        Takes no lock of the barrier, for the barrier itself may find that the primaries have changed.
        """
        # In this order: a barrier that opens in between fails to, or is told afterwards.
        self._near.close()
        self._restart_wanted = True

    def follow_settings(self, *, setting: str, **_: Any) -> None:
        if setting in {"REDIS_URL", "REDIS_KEY_PREFIX", "CACHES", "CACHING"}:
            self._off_until, self._failures = 0.0, 0
            self.restart()

    def _lose(self, error: Exception) -> None:
        self._close()
        delay = min(FIRST_RETRY_SECONDS * 2**self._failures, LONGEST_RETRY_SECONDS)
        self._failures += 1
        # Jitter: the processes of a server that comes back do not all connect in the same moment.
        self._off_until = monotonic() + delay * random.uniform(0.5, 1.5)  # noqa: S311
        logger.warning("The near cache is off until Redis can be tracked: %s", error)

    def _turn_off(self, now: float, reason: TooManyProcesses) -> None:
        self._close()
        self._off_until = now + OFF_SECONDS
        logger.warning("The near cache is off for %d s: %s", OFF_SECONDS, reason)

    def _close(self) -> None:
        self._near.close()
        links, self._links = self._links, {}
        for link in links.values():
            link.close()

    # --- Idle processes, children of a fork -----------------------------------------------------------------------

    def _watch_idleness(self) -> None:
        if self._idle_timer is None:
            self._idle_timer = threading.Timer(IDLE_SECONDS, self.close_if_idle)
            self._idle_timer.daemon = True
            # It keeps nothing of the context in which it happens to begin.
            Context().run(self._idle_timer.start)

    def close_if_idle(self, *, seconds: float = IDLE_SECONDS) -> None:
        """Stop tracking when no barrier has read the pushes for so long. The next barrier connects again."""
        with self._lock:
            self._idle_timer = None
            if monotonic() - self._used_at >= seconds:
                self._close()
            elif self._links:
                self._watch_idleness()

    def after_fork(self) -> None:
        """The child shares nothing with its parent: not its sockets, its locks nor its copies."""
        inherited = self._links
        self._near.start_empty()
        self._start_unconnected()
        for link in inherited.values():
            link.abandon()


tracker = Tracker(copies.cache)
barrier = tracker.barrier

setting_changed.connect(tracker.follow_settings)
nodes.on_change(tracker.restart)
os.register_at_fork(after_in_child=tracker.after_fork)
