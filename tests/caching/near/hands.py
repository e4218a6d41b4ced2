"""How tests fill and read the near cache, and how somebody else changes a tag."""

import secrets
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis

from caching import conf, keys, near
from caching.connection import nodes
from caching.near import tracking
from caching.near.pushes import PushLink

PATIENCE_SECONDS = 10.0


class Outside:
    """Another client of the server: it changes tags, and looks at and ends the connections of others.

    `primaries`: the servers behind a client of a cluster.
    """

    def __init__(self, server: redis.Redis, prefix: str, primaries: Sequence[redis.Redis] = ()) -> None:
        self.server = server
        self.prefix = prefix
        self.primaries = primaries or [server]

    def change(self, *names: str) -> None:
        """When this returns, the change is acknowledged."""
        for name in names:
            self.server.set(keys.tag(self.prefix, name), secrets.token_hex(8), ex=60)

    def stamps(self, *names: str) -> tuple[bytes, ...]:
        """The stamps now; those that are missing are born."""
        for name in names:
            self.server.set(keys.tag(self.prefix, name), secrets.token_hex(8), ex=60, nx=True)
        return tuple(self.server.get(keys.tag(self.prefix, name)) for name in names)  # type: ignore[misc]

    def read(
        self, key: Hashable, *names: str, while_reading: Callable[[], object] = lambda: None, **more: Any
    ) -> bool:
        """Read an entry from the server and keep it near, as a query does. Whether it was kept.

        The tags have been born before, and their birth was heard.
        """
        self.stamps(*names)
        tracking.barrier()
        position = near.position()
        if position is None:
            return False
        stamps = self.stamps(*names)
        while_reading()
        return near.keep(entry(key, *names, stamps=stamps, **more), position)

    def trackers(self) -> list[dict[str, Any]]:
        """The connections that the servers track."""
        clients: list[dict[str, Any]] = [client for each in self.primaries for client in each.client_list()]
        return [client for client in clients if "t" in client["flags"]]

    @contextmanager
    def another_tracker(self) -> Iterator[None]:
        """One more process that tracks the tags."""
        with redis.Redis.from_url(url_of(self.primaries[0]), protocol=3, max_connections=1) as other:
            other.execute_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", tag_key(""))
            yield

    def end(self, connection: dict[str, Any]) -> None:
        for server in self.primaries:
            server.client_kill_filter(_id=connection["id"], laddr=connection["laddr"])


def entry(
    key: Hashable, *names: str, stamps: tuple[bytes, ...] = (), body: bytes = b"body", **more: Any
) -> near.Entry:
    more.setdefault("expires_at", time.time() + 600)
    return near.Entry(key, names, stamps or tuple(b"stamp" for _ in names), body, **more)


def url_of(server: redis.Redis) -> str:
    options = server.connection_pool.connection_kwargs
    password = options.get("password")
    return f"redis://{f':{password}@' if password else ''}127.0.0.1:{options['port']}/0"


def tag_key(name: str) -> str:
    return keys.tag(conf.key_prefix(), name)


def own_connection(outside: Outside) -> dict[str, Any]:
    """Our tracking connection for `a`, as its server sees it."""
    assert tracking.barrier()
    port = tracking_link()._socket.getsockname()[1]
    return next(each for each in outside.trackers() if each["addr"].endswith(f":{port}"))


def tracking_link() -> PushLink:
    """On which the changes of the tag `a` come."""
    return tracking.tracker._links[nodes.current().owner(tag_key("a"))]


class WatchedLock:
    """Tells when somebody has to wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.waiting = threading.Semaphore(0)

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self.waiting.release()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Pause:
    """Stops the first thread that comes by, and lets it go on when told to."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.over = threading.Event()

    def __call__(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            assert self.over.wait(PATIENCE_SECONDS)
