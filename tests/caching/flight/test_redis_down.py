"""Redis fails at any step: everybody gets CacheUnavailable or what was computed, and nobody waits for ever."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from caching.codec import MISS
from caching.errors import CacheUnavailable
from caching.flight import share, share_async
from caching.flight.lease import Lease, wait
from tests.caching.flight.callers import PATIENCE_SECONDS, Expensive
from tests.servers import start_valkey

Boarded = Callable[[int], None]
Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture
def mortal(tmp_path: Path, use_redis: Callable[[str], None]) -> redis.Redis:
    """A server that a test may end. It is the program's Redis."""
    url = start_valkey(tmp_path)
    use_redis(url)
    return redis.Redis.from_url(url)


def kill(server: redis.Redis) -> None:
    server.shutdown(nosave=True, now=True, force=True)


async def unexpected() -> str:
    raise AssertionError("it computed")


@pytest.mark.usefixtures("broken_redis")
def test_nobody_computes_without_a_lease(value: Expensive, boarded: Boarded) -> None:
    with ThreadPoolExecutor(20) as crowd:
        answers = [crowd.submit(value.get) for _ in range(20)]
        errors = {type(answer.exception(PATIENCE_SECONDS)) for answer in answers}
    assert errors == {CacheUnavailable}
    assert value.computations == 0


@pytest.mark.usefixtures("broken_redis")
def test_nobody_computes_without_a_lease_async() -> None:
    with pytest.raises(CacheUnavailable):
        asyncio.run(share_async("d", look=pytest.fail, compute=unexpected, accept=pytest.fail))


def test_a_result_is_handed_out_though_redis_died_meanwhile(mortal: redis.Redis) -> None:
    def look() -> str:
        return share("inner", look=lambda: "looked", compute=str, accept=bool)

    def compute() -> str:
        kill(mortal)
        return "computed"

    assert share("d", look=lambda: MISS, compute=compute, accept=bool) == "computed"
    with pytest.raises(CacheUnavailable):
        look()


def test_redis_that_dies_ends_a_wait(mortal: redis.Redis, eventually: Eventually) -> None:
    leader = Lease("d")
    leader.take()
    holder = Lease("d").take()
    assert holder is not None

    def kill_when_blocked() -> None:
        eventually(lambda: mortal.info("clients")["blocked_clients"])  # type: ignore[index]
        kill(mortal)

    killer = threading.Thread(target=kill_when_blocked)
    killer.start()
    with pytest.raises(CacheUnavailable):
        wait(holder, None)
    killer.join()
    leader.land(b"")


def test_redis_that_dies_ends_an_async_wait(mortal: redis.Redis, eventually: Eventually) -> None:
    leader = Lease("d")
    leader.take()

    def kill_when_blocked() -> None:
        eventually(lambda: mortal.info("clients")["blocked_clients"])  # type: ignore[index]
        kill(mortal)

    async def ask() -> None:
        killing = asyncio.create_task(asyncio.to_thread(kill_when_blocked))
        with pytest.raises(CacheUnavailable):
            await share_async("d", look=pytest.fail, compute=unexpected, accept=pytest.fail)
        await killing

    asyncio.run(ask())
    leader.land(b"")
