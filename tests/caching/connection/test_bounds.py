"""What a failover may not break, each rule of `bounds` by itself."""

import signal
from collections.abc import Callable

import pytest
from pytest_django import Settings

from caching.connection import bounds, wire
from caching.connection.wire import Script
from caching.errors import CacheUnavailable
from tests.topologies import SentinelServers

UseRedis = Callable[[str], None]
ANNOUNCE = Script("announce_write")


@pytest.fixture(autouse=True)
def with_sentinels(sentinels: SentinelServers, use_redis: UseRedis, settings: Settings) -> None:
    use_redis(sentinels.url)
    settings.CACHING = {**settings.CACHING, "QUARANTINE_SECONDS": 5}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that writers waited; nobody really does."""
    seconds: list[float] = []
    monkeypatch.setattr(bounds, "sleep", seconds.append)
    return seconds


def announce(prefix: str) -> list[wire.Reply]:
    return wire.run(ANNOUNCE, [(f"{prefix}tag:a", "w1", 30_000)], durable=True)


def test_nothing_is_stored_under_a_new_primary_until_the_quarantine_is_over(
    known_epochs: dict[bytes, float], redis_key_prefix: str, settings: Settings
) -> None:
    assert not wire.may_store(redis_key_prefix)
    known_epochs[wire.epoch_of(redis_key_prefix)] -= 4.5
    assert not wire.may_store(redis_key_prefix)
    known_epochs[wire.epoch_of(redis_key_prefix)] -= 0.5
    assert wire.may_store(redis_key_prefix)


def test_another_process_goes_by_the_same_first_sight(
    known_epochs: dict[bytes, float], redis_key_prefix: str, sentinels: SentinelServers
) -> None:
    assert not wire.may_store(redis_key_prefix)
    epoch = wire.epoch_of(redis_key_prefix).decode()
    with sentinels.primary.client() as client:
        key = f"{redis_key_prefix}flight:epoch:{epoch}"
        client.decrby(key, 60_000)
        client.persist(key)
        known_epochs.clear()  # as in a process that begins now
        assert wire.may_store(redis_key_prefix)
        assert client.ttl(key) > 0


@pytest.mark.parametrize("planted", ["words", ""])
def test_a_planted_first_sight_only_makes_the_primary_younger(
    known_epochs: dict[bytes, float], redis_key_prefix: str, sentinels: SentinelServers, planted: str
) -> None:
    key = f"{redis_key_prefix}flight:epoch:{wire.epoch_of(redis_key_prefix).decode()}"
    with sentinels.primary.client() as client:
        client.set(key, planted) if planted else client.lpush(key, "a list")
    assert not wire.may_store(redis_key_prefix)


def test_a_writer_waits_until_the_primary_is_two_seconds_old(
    known_epochs: dict[bytes, float], redis_key_prefix: str, waits: list[float]
) -> None:
    announce(redis_key_prefix)
    assert waits[0] == pytest.approx(2.0, abs=0.5)
    known_epochs[wire.epoch_of(redis_key_prefix)] -= 2.0
    waits.clear()
    announce(redis_key_prefix)
    assert waits == []


def test_a_mark_is_on_a_replica_before_its_writer_goes_on(
    known_epochs: dict[bytes, float], redis_key_prefix: str, waits: list[float], sentinels: SentinelServers
) -> None:
    (mark,) = announce(redis_key_prefix)
    with sentinels.replica.client() as replica:
        assert replica.get(f"{redis_key_prefix}tag:a") == mark


def test_a_mark_that_no_replica_confirms_refuses_the_write(
    known_epochs: dict[bytes, float], redis_key_prefix: str, waits: list[float], sentinels: SentinelServers
) -> None:
    announce(redis_key_prefix)
    sentinels.replica.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(CacheUnavailable, match="no replica has confirmed"):
            announce(redis_key_prefix)
    finally:
        sentinels.replica.process.send_signal(signal.SIGCONT)


def test_without_replicas_there_is_nobody_to_wait_for(
    known_epochs: dict[bytes, float],
    redis_key_prefix: str,
    waits: list[float],
    sentinels: SentinelServers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("caching.connection.link.CONFIRMED_SECONDS", 0.0)
    with sentinels.sentinel.client() as client:
        client.execute_command("SENTINEL", "SET", "platform", "down-after-milliseconds", 60_000)
    with sentinels.replica.client() as replica:
        replica.replicaof("NO", "ONE")
    announce_until_alone(redis_key_prefix, sentinels)
    (mark,) = announce(redis_key_prefix)
    assert isinstance(mark, bytes)


def announce_until_alone(prefix: str, sentinels: SentinelServers) -> None:
    with sentinels.primary.client() as client:
        while client.info("replication")["connected_slaves"]:
            pass
    wire.mget([prefix])  # which asks the primary who it is
