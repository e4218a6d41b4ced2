"""redis-py's clients for each kind of target, sync and async, with the timeouts of this program. Nothing else makes one.

Reads go to the primary, never to a replica, which may be behind.
"""

import socket
import time
from typing import Any, Protocol

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ConstantBackoff, NoBackoff
from redis.connection import Connection
from redis.retry import Retry

from caching.connection.command_table import CommandTable
from caching.connection.urls import Address, Target, Topology

# Together below 1.5 s: a dead or frozen Redis is an error, not a page that hangs.
CONNECT_SECONDS = 0.5
SOCKET_SECONDS = 0.9
# Asking who the primary is comes before the question itself, and often several have to be asked.
LOOKING_SECONDS = 0.3
# For connecting and the replies to one question together, however the time is spent. It is looked at every 0.1 s (0.3 s
# with TLS).
REPLY_SECONDS = 1.2
# A socket takes a timeout of 0 for one that never waits.
_SHORTEST_SECONDS = 0.001
# Each follower of a stream holds a connection; redis-py would refuse the 101st.
MAX_FOLLOWERS = 10_000

_TIMEOUTS = {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": SOCKET_SECONDS}
_FOLLOWING = {
    "socket_connect_timeout": REPLY_SECONDS,
    "socket_timeout": None,
    "max_connections": MAX_FOLLOWERS,
}

# Much of redis-py has no types.
_redis: Any = redis
_parse_url: Any = redis.connection.parse_url

Client = redis.Redis
"""Of a cluster it is a RedisCluster: the same commands, as long as each has one key."""
AsyncClient = redis.asyncio.Redis


class RawConnection(Protocol):
    """What is used of redis-py's Connection. It closes its socket when it is collected: keep the object."""

    _sock: socket.socket | None

    @property
    def is_connected(self) -> bool: ...

    def connect(self) -> None: ...

    def disconnect(self) -> None: ...

    def send_command(self, *words: bytes | str | int) -> None: ...

    def read_response(self, *, timeout: float = ..., disconnect_on_error: bool = True) -> Any: ...


def make_client(target: Target) -> Client:
    """A cluster is connected to at once: raises redis.RedisError when none of its nodes answers."""
    first = target.url_of(target.addresses[0])
    client: Client
    if target.topology is Topology.CLUSTER:
        nodes = [_redis.cluster.ClusterNode(host, port) for host, port in target.addresses]
        retry = Retry(NoBackoff(), 1)
        client = _redis.RedisCluster.from_url(first, startup_nodes=nodes, retry=retry, **_TIMEOUTS)
    elif target.topology is Topology.SENTINEL:
        client = make_sentinel(target).master_for(target.service)
    else:
        client = _redis.Redis.from_url(first, retry=Retry(NoBackoff(), 0), **_TIMEOUTS)
    return client


def make_async_client(target: Target) -> AsyncClient:
    """It waits for replies without limit, because followers block on streams. Connects with the first command."""
    first = target.url_of(target.addresses[0])
    client: AsyncClient
    if target.topology is Topology.CLUSTER:
        nodes = [_redis.asyncio.cluster.ClusterNode(host, port) for host, port in target.addresses]
        retry = AsyncRetry(ConstantBackoff(0.1), 3)
        cluster = _redis.asyncio.RedisCluster.from_url(first, startup_nodes=nodes, retry=retry, **_FOLLOWING)
        cluster.commands_parser = CommandTable(target)
        client = cluster
    elif target.topology is Topology.SENTINEL:
        sentinel = _redis.asyncio.sentinel.Sentinel(
            target.addresses,
            sentinel_kwargs=_sentinel_options(target),
            **_server_options(target) | _FOLLOWING,
        )
        client = sentinel.master_for(target.service)
    else:
        client = _redis.asyncio.Redis.from_url(first, **_FOLLOWING)
    return client


async def close_async_client(client: AsyncClient) -> None:
    """Its pool, and the Sentinels behind the pool, which redis-py leaves open."""
    await client.aclose()
    pool: Any = getattr(client, "connection_pool", None)  # a cluster's client has none
    manager: Any = getattr(pool, "sentinel_manager", None)
    for sentinel in manager.sentinels if manager else ():
        await sentinel.aclose()


def make_sentinel(target: Target) -> Any:
    """The Sentinels, to be asked who the primary is."""
    once = {"retry": Retry(NoBackoff(), 0)}
    return _redis.sentinel.Sentinel(
        target.addresses,
        sentinel_kwargs=_sentinel_options(target) | once,
        **_server_options(target) | _TIMEOUTS | once,
    )


def make_connection(
    target: Target, address: Address, *, protocol: int, seconds: float | None = None
) -> RawConnection:
    """One connection to one server, not connected yet.

    `seconds` bounds connecting, signing in and each reply, in place of the usual bounds.
    """
    options: dict[str, Any] = {
        "redis_connect_func": _sign_in,
        "retry": Retry(NoBackoff(), 0),
        **_TIMEOUTS,
        **_parse_url(target.url_of(address)),
        **_bounds(seconds),
        "protocol": protocol,
    }
    connection: RawConnection = options.pop("connection_class", Connection)(**options)
    return connection


def _sign_in(connection: Any) -> None:
    """As long as for one reply. redis-py would wait so long for each of those that it gets to its name, its version, the
    password and the database: a server that is slow but not silent would hold up a request for four seconds."""
    give_up_at = time.monotonic() + connection.socket_timeout
    read_response = connection.read_response

    def read_in_time(*words: Any, **options: Any) -> Any:
        connection._sock.settimeout(max(_SHORTEST_SECONDS, give_up_at - time.monotonic()))
        return read_response(*words, **options)

    connection.read_response = read_in_time
    try:
        connection.on_connect()
    finally:
        del connection.read_response
    connection._sock.settimeout(connection.socket_timeout)


def _bounds(seconds: float | None) -> dict[str, float]:
    return {} if seconds is None else {"socket_connect_timeout": seconds, "socket_timeout": seconds}


def _server_options(target: Target) -> dict[str, Any]:
    """What is the same for every server behind the Sentinels: user, password, database, TLS."""
    options = _parse_url(target.url_of(target.addresses[0]))
    for name in ("host", "port", "connection_class"):
        options.pop(name, None)
    return {**options, "ssl": target.scheme == "rediss"}


def _sentinel_options(target: Target) -> dict[str, Any]:
    return {
        "password": target.sentinel_password,
        "ssl": target.scheme == "rediss",
        **_bounds(LOOKING_SECONDS),
    }
