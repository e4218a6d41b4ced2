"""Who waits for another process when the keys of the flight get another primary waits there, or is told that he cannot."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import redis

from caching.connection.clients import make_client
from caching.connection.urls import parse
from caching.errors import CacheUnavailable
from caching.flight.lease import Lease, wait
from tests.caching.connection.moving import Move
from tests.caching.flight.callers import PATIENCE_SECONDS, Expensive
from tests.topologies import SERVICE, ClusterServers, SentinelServers, Server

DONE = b"\x92\xc2\xc0"
Eventually = Callable[[Callable[[], object]], None]
UseRedis = Callable[[str], None]


class Other:
    """Another process that computes `value`. Of what it has computed a caller here shall get a copy."""

    def __init__(self, server: redis.Redis, prefix: str) -> None:
        self.value = Expensive(server, prefix)
        self.lease = Lease(self.value.name)
        assert self.lease.take() is None

    def land(self) -> None:
        self.value.server.set(f"{self.value.prefix}{self.value.name}", "theirs", ex=60)
        self.lease.land(DONE)


def waiters(servers: Iterable[Server]) -> int:
    count = 0
    for server in servers:
        with server.client() as client:
            count += client.info("clients")["blocked_clients"]  # type: ignore[index]
    return count


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, crowd: ThreadPoolExecutor) -> Callable[[Expensive], Future[str]]:
    def asking(value: Expensive) -> Future[str]:
        if request.param == "sync":
            return crowd.submit(value.get)
        return crowd.submit(lambda: asyncio.run(value.get_async()))

    return asking


def test_a_slot_that_moves_takes_those_along_who_wait(
    cluster: ClusterServers,
    use_redis: UseRedis,
    redis_key_prefix: str,
    ask: Callable[[Expensive], Future[str]],
    eventually: Eventually,
) -> None:
    use_redis(cluster.url)
    with make_client(parse(cluster.url)) as client:
        other = Other(client, redis_key_prefix)
        answer = ask(other.value)
        eventually(lambda: waiters(cluster.masters) == 1)
        move = Move(cluster, other.lease.key)
        move.begin()
        move.carry()
        move.end()
        eventually(lambda: waiters([move.new]) == 1)
        other.land()
        assert answer.result(PATIENCE_SECONDS) == "theirs"
        assert other.value.computations == 0


def test_in_a_slot_under_way_nobody_can_wait_and_the_lease_is_asked_again(
    cluster: ClusterServers, use_redis: UseRedis, redis_key_prefix: str
) -> None:
    use_redis(cluster.url)
    lease = Lease("value")
    lease.take()
    holder = Lease("value").take()
    assert holder is not None
    move = Move(cluster, lease.key)
    move.begin()
    assert wait(holder, None) is None
    move.carry()
    again = Lease("value").take()
    assert again is not None
    assert again.landing_key == holder.landing_key
    move.end()
    lease.land(DONE)


def test_a_failover_of_sentinels_leaves_nobody_waiting(
    sentinels: SentinelServers,
    use_redis: UseRedis,
    redis_key_prefix: str,
    ask: Callable[[Expensive], Future[str]],
    eventually: Eventually,
) -> None:
    use_redis(sentinels.url)
    with make_client(parse(sentinels.url)) as client:
        other = Other(client, redis_key_prefix)
        client.wait(1, 5000)
        answer = ask(other.value)
        eventually(lambda: waiters([sentinels.primary]) == 1)
        with sentinels.sentinel.client() as sentinel:
            sentinel.execute_command("SENTINEL", "FAILOVER", SERVICE)
        eventually(lambda: answer.done() or waiters([sentinels.replica]) == 1)
        other.land()
        error = answer.exception(PATIENCE_SECONDS)
        if error is None:
            # The lease may have run out meanwhile: then it was computed here.
            assert answer.result() in {"theirs", "value 1"}
        else:
            assert isinstance(error, CacheUnavailable)
