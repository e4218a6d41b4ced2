"""A primary that is killed, and the replica that takes over."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from caching.connection import nodes, redis_client, wire
from caching.errors import CacheUnavailable
from tests.topologies import SentinelServers

UseRedis = Callable[[str], None]
T = TypeVar("T")
PATIENCE_SECONDS = 20.0


@pytest.fixture(autouse=True)
def with_sentinels(sentinels: SentinelServers, use_redis: UseRedis) -> None:
    use_redis(sentinels.url)


def kill(sentinels: SentinelServers) -> None:
    os.kill(sentinels.primary.process.pid, signal.SIGKILL)
    sentinels.primary.process.wait()


def patiently(question: Callable[[], T]) -> T:
    """The answer, as soon as there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return question()
        except CacheUnavailable:
            if time.monotonic() > deadline:
                raise
            threading.Event().wait(0.02)


def test_the_wire_follows_to_the_new_primary(
    sentinels: SentinelServers, redis_key_prefix: str, changes: list[str]
) -> None:
    key = f"{redis_key_prefix}x"
    assert nodes.primaries() == (("127.0.0.1", sentinels.primary.port),)
    wire.call([("SET", key, "1", "EX", 600)])
    with sentinels.primary.client() as client:
        client.wait(1, 5000)
    before = wire.epoch_of(key)
    changes.clear()
    kill(sentinels)
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        wire.mget([key])
    assert time.monotonic() - started < 1.5
    assert patiently(lambda: wire.mget([key])) == [b"1"]
    assert wire.epoch_of(key) != before
    assert nodes.primaries() == (("127.0.0.1", sentinels.replica.port),)
    assert changes
    assert patiently(lambda: wire.call([("INCR", key)])) == [2]
    assert redis_client().get(key) == b"2"


def test_a_primary_that_was_demoted_is_left_without_being_told(
    sentinels: SentinelServers, redis_key_prefix: str
) -> None:
    key = f"{redis_key_prefix}x"
    wire.call([("SET", key, "1", "EX", 600)])
    with sentinels.sentinel.client() as client:
        client.execute_command("SENTINEL", "FAILOVER", "platform")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while nodes.primaries() != (("127.0.0.1", sentinels.replica.port),):
        assert time.monotonic() < deadline
    assert patiently(lambda: wire.call([("SET", key, "2", "EX", 600)])) == [b"OK"]
    with sentinels.replica.client() as client:
        assert client.get(key) == b"2"


def test_without_a_sentinel_nobody_knows_the_primary(sentinels: SentinelServers) -> None:
    os.kill(sentinels.sentinel.process.pid, signal.SIGKILL)
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        wire.mget(["x"])
    assert time.monotonic() - started < 1.5
