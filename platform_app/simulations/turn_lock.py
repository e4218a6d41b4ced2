"""One turn at a time for a simulation, in all processes: a lease in Redis (redis-py's Lock) that its holder renews.

A holder that died stops renewing, and its lease ends by itself. What happens if a lease is lost in the midst of a turn (Redis
was emptied) is decided by the database: a place in the conversation is given away once (`script`).
"""

from __future__ import annotations

import logging
import threading

from redis.exceptions import LockNotOwnedError

from caching import conf, keys
from caching.connection import raising_cache_unavailable, redis_client
from caching.errors import CacheUnavailable
from platform_app.errors import Conflict

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
RENEW_SECONDS = 5.0


class TurnLock:
    """Held from `take` to `release`; `keep_alive` renews it in between, also while the turn waits for its thread."""

    def __init__(self, simulation_id: int, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._simulation_id = simulation_id
        # Taken in a request, renewed in a second thread and released in a third.
        self._lease = redis_client().lock(_key(simulation_id), timeout=lease_seconds, thread_local=False)
        self._released = threading.Event()

    def take(self) -> None:
        """Raises Conflict while another turn of this simulation runs."""
        with raising_cache_unavailable():
            taken = self._lease.acquire(blocking=False)
        if not taken:
            raise Conflict("Your last message is still being answered.")

    def keep_alive(self, *, every_seconds: float = RENEW_SECONDS) -> None:
        """Renew until the release, from a thread of its own: a provider may be silent for longer than the lease."""
        threading.Thread(target=self._renew, args=(every_seconds,), name="turn-lock", daemon=True).start()

    def release(self) -> None:
        self._released.set()
        with raising_cache_unavailable():
            try:
                self._lease.release()
            except LockNotOwnedError:
                log.warning(
                    "The turn lock of simulation %s was lost before its turn ended", self._simulation_id
                )

    def _renew(self, every_seconds: float) -> None:
        while not self._released.wait(every_seconds):
            try:
                with raising_cache_unavailable():
                    self._lease.reacquire()
            except CacheUnavailable:
                # A short outage is outlived by the lease, a longer one is met by the turn itself. A lease that is lost is
                # not won back: somebody else may hold it.
                log.warning(
                    "The turn lock of simulation %s was not renewed", self._simulation_id, exc_info=True
                )


def is_turn_running(simulation_id: int) -> bool:
    with raising_cache_unavailable():
        return bool(redis_client().exists(_key(simulation_id)))


def _key(simulation_id: int) -> str:
    return keys.lease(conf.key_prefix(), "turn", simulation_id)
