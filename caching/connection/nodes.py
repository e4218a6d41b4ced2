"""The primaries of this process's Redis, and who wants to know when they change."""

import os
import threading
from collections.abc import Callable

from caching import conf
from caching.connection import clients, topology, urls
from caching.connection.clients import RawConnection
from caching.connection.failures import raising_cache_unavailable
from caching.connection.topology import Topology
from caching.connection.urls import Address

_topologies: dict[str, Topology] = {}
_lock = threading.Lock()
_listeners: list[Callable[[], None]] = []


def current() -> Topology:
    """What REDIS_URL leads to. Raises CacheUnavailable when the URL cannot be used."""
    url = conf.redis_url()
    known = _topologies.get(url)
    if known is None:
        target = urls.parse(url)
        with _lock:
            known = _topologies.setdefault(url, topology.make(target, _tell))
    return known


def primaries() -> tuple[Address, ...]:
    """The addresses of all primaries now. Raises CacheUnavailable when nobody can tell."""
    with raising_cache_unavailable():
        return current().primaries()


def connect(address: Address, *, protocol: int = 3, seconds: float | None = None) -> RawConnection:
    """A fresh connection to one server, for reading invalidations; its owner closes it. Raises CacheUnavailable.

    `seconds` bounds connecting and each reply, in place of the usual bounds.
    """
    with raising_cache_unavailable():
        connection = clients.make_connection(current().target, address, protocol=protocol, seconds=seconds)
        connection.connect()
        return connection


def on_change(callback: Callable[[], None]) -> None:
    """Have this called whenever a primary of a cluster or of Sentinels may have changed: what was known of their keys
    no longer counts. It is called by any thread, and must neither fail nor use Redis."""
    _listeners.append(callback)


def _tell() -> None:
    for listener in _listeners:
        listener()


def _forget_after_fork() -> None:
    """Another thread may have held one of the locks when this process was copied."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _topologies.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
