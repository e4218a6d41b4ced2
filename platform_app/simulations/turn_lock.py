"""One turn at a time for a simulation, in all processes: a lease in Redis that its holder renews.

A holder that died stops renewing, and its lease ends by itself. What happens if a lease is lost in the midst of a turn (Redis
was emptied) is decided by the database: a place in the conversation is given away once (`script`).
"""

from __future__ import annotations

import logging
import threading
from uuid import uuid4

from caching import conf, keys
from caching.connection import raising_cache_unavailable, redis_client
from caching.errors import CacheUnavailable
from platform_app.errors import Conflict

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
RENEW_SECONDS = 5.0

# Compare and act in one step: between a GET and a DEL the lease may have ended and somebody else may have begun.
_RELEASE = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0'
_RENEW = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0'


class TurnLock:
    """Held from `take` to `release`; `keep_alive` renews it in between, also while the turn waits for its thread."""

    def __init__(self, simulation_id: int, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._simulation_id = simulation_id
        self._lease = round(lease_seconds * 1000)
        self._token = uuid4().hex
        self._released = threading.Event()

    def take(self) -> None:
        """Raises Conflict while another turn of this simulation runs."""
        with raising_cache_unavailable():
            taken = redis_client().set(_key(self._simulation_id), self._token, nx=True, px=self._lease)
        if not taken:
            raise Conflict("Your last message is still being answered.")

    def keep_alive(self, *, every_seconds: float = RENEW_SECONDS) -> None:
        """Renew until the release, from a thread of its own: a provider may be silent for longer than the lease."""
        threading.Thread(target=self._renew, args=(every_seconds,), name="turn-lock", daemon=True).start()

    def release(self) -> None:
        self._released.set()
        with raising_cache_unavailable():
            redis_client().eval(_RELEASE, 1, _key(self._simulation_id), self._token)

    def _renew(self, every_seconds: float) -> None:
        while not self._released.wait(every_seconds):
            try:
                if not self._renew_once():
                    log.warning("The turn lock of simulation %s was lost", self._simulation_id)
                    return
            except CacheUnavailable:
                # The lease outlives a short outage of Redis; the turn itself will meet a longer one.
                log.warning(
                    "The turn lock of simulation %s could not be renewed", self._simulation_id, exc_info=True
                )

    def _renew_once(self) -> bool:
        with raising_cache_unavailable():
            return bool(redis_client().eval(_RENEW, 1, _key(self._simulation_id), self._token, self._lease))


def is_turn_running(simulation_id: int) -> bool:
    with raising_cache_unavailable():
        return bool(redis_client().exists(_key(simulation_id)))


def _key(simulation_id: int) -> str:
    return keys.lease(conf.key_prefix(), "turn", simulation_id)
