"""The links of each thread, one to each primary it has talked to. They end with their thread."""

import os
import threading

import redis

from caching.connection.failures import Unsent
from caching.connection.link import Link
from caching.connection.urls import Address, Target


class _Held(threading.local):
    def __init__(self) -> None:
        self.target: Target | None = None
        self.links: dict[Address, Link] = {}


_held = _Held()


def to(target: Target, address: Address) -> Link:
    """This thread's link to a primary, made when there is none. Raises Unsent when it cannot be made."""
    if _held.target is not target:
        _held.links = {}  # another REDIS_URL
        _held.target = target
    link = _held.links.get(address)
    if link is None:
        link = _held.links[address] = _made(target, address)
    return link


def close(link: Link) -> None:
    """Forget a link that failed."""
    link.close()
    if _held.links.get(link.address) is link:
        del _held.links[link.address]


def _made(target: Target, address: Address) -> Link:
    try:
        return Link(target, address)
    except (redis.RedisError, OSError) as error:
        raise Unsent(str(error)) from error


def _forget_after_fork() -> None:
    """A child must not speak on its parent's sockets. redis-py only closes its copies of the descriptors."""
    global _held  # noqa: PLW0603
    _held = _Held()


os.register_at_fork(after_in_child=_forget_after_fork)
