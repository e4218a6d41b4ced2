"""django-redis on every kind of server: one factory and one client class for `CACHES[…]["OPTIONS"]`.

    "CONNECTION_FACTORY": "caching.connection.django_cache.ConnectionFactory",
    "CLIENT_CLASS": "caching.connection.django_cache.CacheClient",

django-redis knows no cluster. Its client class works on one when every command has one key, so those with several are
made of such here. `clear` removes the keys of this cache only: the database holds more than this cache.
"""

import os
import threading
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django_redis.client import DefaultClient
from django_redis.exceptions import ConnectionInterrupted
from django_redis.util import CacheKey

from caching.codec import MISS
from caching.connection import clients, urls
from caching.connection.failures import code_of, raising_cache_unavailable

KEYS_A_STEP = 1000

_clients: dict[str, clients.Client] = {}
_lock = threading.Lock()


class ConnectionFactory:
    """One client of redis-py for each URL and process; it has its own pool for threads."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options

    def connect(self, url: str) -> clients.Client:
        client = _clients.get(url)
        if client is None:
            target = urls.parse(url)
            with _lock, raising_cache_unavailable():
                client = _clients.get(url) or clients.make_client(target)
                _clients[url] = client
        return client

    def disconnect(self, connection: clients.Client) -> None:
        connection.close()


class CacheClient(DefaultClient):  # type: ignore[misc]  # django-redis has no types
    def __init__(self, server: Any, params: dict[str, Any], backend: Any) -> None:
        # A URL may name several hosts with commas, which django-redis would take for several servers.
        super().__init__([server] if isinstance(server, str) else server, params, backend)

    def get(
        self, key: str, default: Any = None, version: int | None = None, client: Any | None = None
    ) -> Any:
        """What cannot be decoded, or is of another type in Redis, is absent: we have not written it."""
        client = client or self.get_client(write=False)
        try:
            reply = client.get(self.make_key(key, version=version))
        except redis.RedisError as error:
            reply = error
        value = self._value(reply, client)
        return default if value is MISS else value

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
        client: Any | None = None,
    ) -> bool:
        """What cannot be decoded is in nobody's way: else `get_or_set` would never store anything here again."""
        if super().add(key, value, timeout, version, client):
            return True
        if self.get(key, MISS, version, client) is not MISS:
            return False
        self.delete(key, version=version, client=client)
        return bool(super().add(key, value, timeout, version, client))

    def get_many(
        self, keys: Collection[str], version: int | None = None, client: Any | None = None
    ) -> dict[str, Any]:
        client = client or self.get_client(write=False)
        made = {self.make_key(key, version=version): key for key in keys}
        replies = self._each("GET", list(made), client)
        found = {made[key]: self._value(reply, client) for key, reply in replies.items()}
        return {key: value for key, value in found.items() if value is not MISS}

    def delete_many(self, keys: Iterable[str], version: int | None = None, client: Any | None = None) -> int:
        made = [self.make_key(key, version=version) for key in keys]
        return self._delete_each(made, client or self.get_client(write=True))

    def keys(self, search: str, version: int | None = None, client: Any | None = None) -> list[Any]:
        return list(self.iter_keys(search, itersize=KEYS_A_STEP, version=version, client=client))

    def delete_pattern(
        self,
        pattern: str,
        version: int | None = None,
        prefix: str | None = None,
        client: Any | None = None,
        itersize: int | None = None,
    ) -> int:
        return self._delete_matching(
            self.make_pattern(pattern, version=version, prefix=prefix), client, itersize
        )

    def clear(self, client: Any | None = None) -> None:
        """Deletes what this cache has written, in every version."""
        self._delete_matching(self._backend.key_func("*", self._backend.key_prefix, "*"), client)

    def _delete_matching(self, pattern: str, client: Any | None, itersize: int | None = None) -> int:
        client = client or self.get_client(write=True)
        try:
            steps = _in_steps(client.scan_iter(match=pattern, count=itersize or KEYS_A_STEP))
            return sum(self._delete_each(step, client) for step in steps)
        except redis.RedisError as error:
            raise ConnectionInterrupted(connection=client) from error

    def _delete_each(self, keys: list[Any], client: Any) -> int:
        replies = self._each("UNLINK", keys, client).values()
        return sum(_raised(reply, client) for reply in replies)

    def _each(self, command: str, keys: list[Any], client: Any) -> dict[Any, Any]:
        """The replies to one command for each key, in one pipeline, which a cluster's client splits by node."""
        if not keys:
            return {}
        try:
            pipe = client.pipeline(transaction=False)
            for key in keys:
                pipe.execute_command(command, key)
            return dict(zip(keys, pipe.execute(raise_on_error=False), strict=True))
        except redis.RedisError as error:
            raise ConnectionInterrupted(connection=client) from error

    def _value(self, reply: Any, client: Any) -> Any:
        """The value in a reply to GET, or MISS."""
        if reply is None:
            return MISS
        if isinstance(reply, redis.ResponseError) and code_of(reply) == "WRONGTYPE":
            reply = b""  # for the serializer, which counts what it cannot read
        try:
            return self.decode(_raised(reply, client))
        except (ValueError, RecursionError):
            return MISS


def _raised(reply: Any, client: Any) -> Any:
    if isinstance(reply, Exception):
        raise ConnectionInterrupted(connection=client) from reply
    return reply


def _in_steps(keys: Iterator[bytes]) -> Iterator[list[CacheKey]]:
    step: list[CacheKey] = []
    for key in keys:
        step.append(CacheKey(key.decode()))
        if len(step) == KEYS_A_STEP:
            yield step
            step = []
    yield step


def _forget_lock_after_fork() -> None:
    """redis-py's pools notice a fork; our lock may have been held by another thread."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_lock_after_fork)
