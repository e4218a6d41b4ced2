"""The only opener of Redis clients, and the only place that turns Redis's errors into `CacheUnavailable`.

Connections and their timeouts are those of `CACHES["default"]` (django-redis), where connecting and one reply take at
most 1.5 s together: a frozen server is an error, not a page that hangs. Messages never hold the password.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from urllib.parse import urlsplit

import redis
import redis.asyncio
from django_redis import get_redis_connection

from caching import conf
from caching.errors import CacheUnavailable

SCHEMES = ("redis", "rediss", "unix")
# For connecting and one reply of the async client together.
REPLY_SECONDS = 1.2
# Each follower of a stream holds a connection; redis-py would refuse the 101st.
MAX_FOLLOWERS = 10_000


def redis_client() -> redis.Redis:
    """The client of this process, for all its threads and also after a fork. Connects with the first command.

    Raises CacheUnavailable when REDIS_URL cannot be used at all.
    """
    _refuse_unusable(conf.redis_url())
    client: redis.Redis = get_redis_connection("default")
    return client


_async_clients: dict[asyncio.AbstractEventLoop, redis.asyncio.Redis] = {}
_closers: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}


async def async_redis_client() -> redis.asyncio.Redis:
    """The client of the running event loop; it is closed when the loop shuts down. Connects with the first command.

    It waits for replies without limit, because followers block on streams: put every command under `bounded_reply`.
    """
    loop = asyncio.get_running_loop()
    if loop not in _async_clients:
        url = conf.redis_url()
        _refuse_unusable(url)
        _async_clients[loop] = redis.asyncio.Redis.from_url(
            url, socket_connect_timeout=REPLY_SECONDS, socket_timeout=None, max_connections=MAX_FOLLOWERS
        )
        _closers[loop] = _closing_with(loop)
        await anext(_closers[loop])
    return _async_clients[loop]


async def _closing_with(loop: asyncio.AbstractEventLoop) -> AsyncGenerator[None, None]:
    """Rests at its yield until the loop, shutting down, finishes all generators: the one hook that asyncio has."""
    try:
        yield
    finally:
        del _closers[loop]
        await _async_clients.pop(loop).aclose()


@asynccontextmanager
async def bounded_reply(*, blocking_seconds: float = 0) -> AsyncIterator[None]:
    """Around a command of the async client, one that may block on purpose: CacheUnavailable when it is late."""
    with raising_cache_unavailable():
        async with asyncio.timeout(blocking_seconds + REPLY_SECONDS):
            yield


@contextmanager
def raising_cache_unavailable() -> Iterator[None]:
    """What keeps Redis from working leaves this block as CacheUnavailable; a misuse of the client stays what it is."""
    try:
        yield
    except redis.DataError:
        raise
    except (redis.RedisError, TimeoutError) as error:
        raise CacheUnavailable(_cause(error)) from error


def require_redis() -> None:
    """Ends the process with one clear line, and no traceback, when Redis cannot be used. Called at every start."""
    try:
        with raising_cache_unavailable():
            redis_client().ping()
    except CacheUnavailable as error:
        sys.stderr.write(
            f"Redis initialization failed: {error}. Check that Redis is running and REDIS_URL is correct.\n"
        )
        sys.exit(1)


def _cause(error: Exception) -> str:
    """One line without a full stop. redis-py names host and port, but puts a failed pipeline's values in front."""
    text = str(error).rpartition(" of pipeline caused error: ")[2]
    return " ".join(text.split()).rstrip(".") or "it did not answer in time"


@lru_cache(maxsize=8)
def _refuse_unusable(url: str) -> None:
    """Refuses what redis-py would misread: it would then print a part of the password as host or port."""
    if not url:
        raise CacheUnavailable("REDIS_URL is not set")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise CacheUnavailable("REDIS_URL is not a URL") from None
    if parts.scheme not in SCHEMES:
        raise CacheUnavailable(f"REDIS_URL must begin with one of {', '.join(SCHEMES)}")
    if "@" in parts.path + parts.query + parts.fragment:
        raise CacheUnavailable("REDIS_URL has a password with special characters that are not %-encoded")
