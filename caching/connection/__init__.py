"""The only opener of Redis clients, and the only place that turns Redis's errors into `CacheUnavailable`.

`urls` reads REDIS_URL: a server, Sentinels or a cluster. `clients` makes redis-py's clients; those here are for what is
not hot. `wire` is the hot path, over `links` to the primaries that `topology` finds; `bounds` says what a failover may not
break. All primaries are had in two ways: `primary_clients` shares this process's connections, for questions now and then;
`nodes.primaries` gives addresses, for those who need a connection of their own, to hear pushes or to ask in RESP2.
Connecting and one reply take at most 1.5 s together: a frozen server is an error, not a page that hangs. Messages
never hold the password.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django_redis import get_redis_connection

from caching import conf
from caching.connection import clients, urls
from caching.connection.clients import REPLY_SECONDS, AsyncClient, Client
from caching.connection.failures import raising_cache_unavailable
from caching.connection.urls import Address
from caching.errors import CacheUnavailable

__all__ = [
    "REPLY_SECONDS",
    "address_of",
    "async_redis_client",
    "bounded_reply",
    "primary_clients",
    "raising_cache_unavailable",
    "redis_client",
    "require_redis",
]


def redis_client() -> Client:
    """The client of this process, for all its threads and also after a fork. Connects with the first command.

    Raises CacheUnavailable when REDIS_URL cannot be used at all.
    """
    urls.parse(conf.redis_url())
    client: Client = get_redis_connection("default")
    return client


def primary_clients() -> list[Client]:
    """A client of each primary, for what a server knows of itself alone. Raises CacheUnavailable."""
    client: Any = redis_client()
    if not hasattr(client, "get_primaries"):
        return [client]
    with raising_cache_unavailable():
        return [client.get_redis_connection(node) for node in client.get_primaries()]


def address_of(client: Client) -> Address | None:
    """Of the primary that it asks; None for the one behind Sentinels, which may be another one tomorrow."""
    arguments = client.connection_pool.connection_kwargs
    return (arguments["host"], arguments["port"]) if "host" in arguments else None


_async_clients: dict[asyncio.AbstractEventLoop, AsyncClient] = {}
_closers: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}


async def async_redis_client() -> AsyncClient:
    """The client of the running event loop; it is closed when the loop shuts down. Connects with the first command.

    It waits for replies without limit, because followers block on streams: put every command under `bounded_reply`.
    """
    loop = asyncio.get_running_loop()
    if loop not in _async_clients:
        _async_clients[loop] = clients.make_async_client(urls.parse(conf.redis_url()))
        _closers[loop] = _closing_with(loop)
        await anext(_closers[loop])
    return _async_clients[loop]


async def _closing_with(loop: asyncio.AbstractEventLoop) -> AsyncGenerator[None, None]:
    """Rests at its yield until the loop, shutting down, finishes all generators: the one hook that asyncio has."""
    try:
        yield
    finally:
        del _closers[loop]
        await clients.close_async_client(_async_clients.pop(loop))


@asynccontextmanager
async def bounded_reply(*, blocking_seconds: float = 0) -> AsyncIterator[None]:
    """Around a command of the async client, one that may block on purpose: CacheUnavailable when it is late."""
    with raising_cache_unavailable():
        async with asyncio.timeout(blocking_seconds + REPLY_SECONDS):
            yield


def require_redis() -> None:
    """Ends the process with one clear line, and no traceback, when Redis cannot be used. Called at every start."""
    try:
        urls.require_queue_server(conf.jobs_redis_url())
        with raising_cache_unavailable():
            redis_client().ping()
    except CacheUnavailable as error:
        sys.stderr.write(
            f"Redis initialization failed: {error}. Check that Redis is running and REDIS_URL is correct.\n"
        )
        sys.exit(1)
