"""Which primary owns a key, now: always the same one, the one that Sentinels name, or that of the key's slot.

Each of the three classes answers `primaries`, `owner` and `refresh`; they hold no connection between two questions.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import redis
from redis.crc import key_slot

from caching.connection import clients
from caching.connection.urls import Address, Target
from caching.connection.urls import Topology as Kind

SLOTS = 16384
# A cluster tells nobody that a slot has moved to a new node, nor does a Sentinel: who relies on it asks again.
RECHECK_SECONDS = 0.5


class Topology(ABC):
    """`on_change` is called after each change and each doubt, by the thread that has noticed it."""

    fails_over = True

    def __init__(self, target: Target, on_change: Callable[[], None]) -> None:
        self.target = target
        self._on_change = on_change
        self._lock = threading.Lock()
        self._current_until = 0.0
        self._has_looked = False
        self._doubtful: Address | None = None

    @abstractmethod
    def primaries(self) -> tuple[Address, ...]:
        """The addresses of all primaries. Raises redis.RedisError when nobody can tell."""

    @abstractmethod
    def owner(self, key: str | bytes) -> Address:
        """The primary of the key. Raises redis.RedisError when there is none."""

    @abstractmethod
    def _look(self) -> bool:
        """Ask who the primaries are. Whether it is others than before."""

    def doubt(self, address: Address) -> None:
        """This one did not answer as the primary should: whoever wants to know next asks again, and not this one."""
        self._doubtful, self._current_until = address, 0.0
        self._on_change()

    def _refresh(self) -> None:
        if self._is_current():
            return
        with self._lock:
            if self._is_current():
                return
            # Before the question: a doubt that comes meanwhile must lead to one more.
            self._current_until = time.monotonic() + RECHECK_SECONDS
            try:
                changed = self._look()
            except BaseException:
                self._current_until = 0.0
                raise
            self._has_looked = True
        if changed:
            self._on_change()

    def _is_current(self) -> bool:
        """While one thread looks again, the others go by what was known; at the first look nothing is."""
        return self._has_looked and time.monotonic() < self._current_until


class Single(Topology):
    fails_over = False

    def primaries(self) -> tuple[Address, ...]:
        return self.target.addresses

    def owner(self, key: str | bytes) -> Address:
        return self.target.addresses[0]

    def doubt(self, address: Address) -> None:
        """There is no other server to look for."""

    def _look(self) -> bool:
        return False


class Watched(Topology):
    """One primary with replicas, watched by Sentinels."""

    def __init__(self, target: Target, on_change: Callable[[], None]) -> None:
        super().__init__(target, on_change)
        self._sentinel = clients.make_sentinel(target)
        self._primary: tuple[Address, ...] = ()

    def primaries(self) -> tuple[Address, ...]:
        self._refresh()
        return self._primary

    def owner(self, key: str | bytes) -> Address:
        self._refresh()
        return self._primary[0]

    def _look(self) -> bool:
        before, self._primary = self._primary, (self._sentinel.discover_master(self.target.service),)
        return before != self._primary


class Cluster(Topology):
    def __init__(self, target: Target, on_change: Callable[[], None]) -> None:
        super().__init__(target, on_change)
        self._slots: list[Address | None] = [None] * SLOTS
        self._primaries: tuple[Address, ...] = ()

    def primaries(self) -> tuple[Address, ...]:
        self._refresh()
        return self._primaries

    def owner(self, key: str | bytes) -> Address:
        self._refresh()
        address = self._slots[key_slot(key if isinstance(key, bytes) else key.encode())]
        if address is None:
            self._current_until = 0.0
            raise redis.exceptions.ClusterDownError("CLUSTERDOWN nobody owns the slot of this key")
        return address

    def _look(self) -> bool:
        slots: list[Address | None] = [None] * SLOTS
        for first, last, address in self._ranges():
            slots[first : last + 1] = [address] * (last + 1 - first)
        before, self._slots = self._slots, slots
        self._primaries = tuple(sorted({address for address in slots if address is not None}))
        return before != slots

    def _ranges(self) -> list[tuple[int, int, Address]]:
        """Asks the known primaries first, then the addresses of the URL, until one of them answers."""
        failure: Exception = redis.ConnectionError("the cluster has no nodes")
        known = dict.fromkeys((*self._primaries, *self.target.addresses))
        for address in sorted(known, key=lambda each: each == self._doubtful):
            connection = clients.make_connection(
                self.target, address, protocol=2, seconds=clients.LOOKING_SECONDS
            )
            try:
                connection.connect()
                connection.send_command("CLUSTER", "SLOTS")
                reply: Any = connection.read_response()
                return [(first, last, _address(node, asked=address)) for first, last, node, *_ in reply]
            except (redis.RedisError, OSError) as error:
                failure = error
            finally:
                connection.disconnect()
        raise failure


def _address(node: list[Any], *, asked: Address) -> Address:
    """A node that does not know its own name is the one that was asked."""
    return (node[0].decode() if node[0] else asked[0]), int(node[1])


def make(target: Target, on_change: Callable[[], None]) -> Topology:
    kinds: dict[Kind, type[Topology]] = {
        Kind.SINGLE: Single,
        Kind.SENTINEL: Watched,
        Kind.CLUSTER: Cluster,
    }
    return kinds[target.topology](target, on_change)
