"""Kinds of keys at a glance: counted where there are few, and else estimated with an error that holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from pytest_django import Settings

from caching.connection import redis_client
from caching.inspection import samples
from caching.inspection.memory import memory
from caching.inspection.samples import NamespaceShare, Sample, sample
from tests.caching.inspection.planted import empty_redis, key, plant


@pytest.fixture
def alone(settings: Settings, redis_key_prefix: str) -> Iterator[None]:
    """No other keys than those of the test, and no prefix."""
    settings.REDIS_KEY_PREFIX = ""
    empty_redis()
    yield
    settings.REDIS_KEY_PREFIX = redis_key_prefix
    empty_redis()


def shares(of: Sample) -> dict[str, NamespaceShare]:
    return {share.namespace.start if share.namespace else "": share for share in of.namespaces}


def test_few_keys_are_counted_exactly(alone: None) -> None:
    plant((f"db_query:numbers:{number}" for number in range(300)), b"x" * 100, seconds=500)
    plant((f"theirs:{number}" for number in range(200)), seconds=100)
    redis_client().set(key("stats:endless"), "x")
    taken = sample()
    assert taken.complete
    assert (taken.keys_total, taken.looked_at) == (501, 501)
    by_kind = shares(taken)
    assert [share.keys for share in taken.namespaces] == [300, 200, 1]
    assert {share.keys_error for share in taken.namespaces} == {0}
    assert {share.bytes_error for share in taken.namespaces} == {0}
    assert by_kind["db_query:"].median_ttl == pytest.approx(500, abs=5)
    assert 300 * 100 < (by_kind["db_query:"].bytes or 0) < 300 * 300
    assert (by_kind["stats:"].without_ttl, by_kind["stats:"].median_ttl) == (1, None)
    assert by_kind["db_query:"].without_ttl == 0


def test_of_many_keys_the_error_holds(alone: None) -> None:
    plant((f"db_query:numbers:{number}" for number in range(6000)), b"x" * 200, seconds=500)
    plant((f"stats:{number}" for number in range(1000)), b"x" * 50_00, seconds=100)
    plant(f"theirs:{number}" for number in range(3000))
    keys_held = bytes_held = 0
    exact_bytes = 1000 * (redis_client().memory_usage(key("stats:1")) or 0)
    for _ in range(20):
        taken = sample()
        assert not taken.complete
        assert taken.keys_total == 10_000
        assert 100 <= taken.looked_at <= samples.SAMPLED_KEYS + 20
        by_kind = shares(taken)
        share = by_kind["db_query:"]
        assert 0 < share.keys_error < 1000  # 430 with 500 keys; a slow machine looks at fewer
        keys_held += abs(share.keys - 6000) <= share.keys_error
        bytes_held += abs((by_kind["stats:"].bytes or 0) - exact_bytes) <= by_kind["stats:"].bytes_error
        assert sum(each.keys for each in taken.namespaces) == pytest.approx(10_000, abs=5)
    # 95 % each: with twenty, fewer than 15 happen once in ten thousand runs.
    assert keys_held >= 15
    assert bytes_held >= 15


def test_it_takes_a_bounded_time(alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(f"theirs:{number}" for number in range(5000))
    monkeypatch.setattr(samples, "SECONDS", -1.0)
    taken = sample()
    assert taken.looked_at <= 3 * samples.KEYS_A_STEP
    assert taken.keys_total == 5000


def test_an_empty_redis_has_no_kinds(alone: None) -> None:
    assert sample() == Sample(0, 0, (), True)


def test_what_this_user_may_not_ask_is_unknown(alone: None, redis_servers: tuple[redis.Redis, ...]) -> None:
    plant(["stats:1"])
    for server in redis_servers:
        server.execute_command("ACL", "SETUSER", "default", "-memory|usage")
    try:
        (share,) = sample().namespaces
    finally:
        for server in redis_servers:
            server.execute_command("ACL", "SETUSER", "default", "+@all")
    assert (share.keys, share.bytes, share.bytes_error) == (1, None, 0)


def test_a_name_of_any_bytes_is_sampled(alone: None) -> None:
    plant([b"stats:\xff\n", b"\xff\xfe"])
    assert set(shares(sample())) == {"stats:", ""}


def test_each_primary_tells_its_memory(redis_servers: tuple[Any, ...]) -> None:
    told = memory()
    assert len(told) == len(redis_servers)
    for one in told:
        assert (one.used_bytes or 0) > 100_000
        assert one.max_bytes == 0
        assert one.fragmentation is not None
        assert (one.evicted_keys, one.expired_keys) != (None, None)


def test_memory_that_this_user_may_not_see_is_unknown(redis_servers: tuple[redis.Redis, ...]) -> None:
    memory()
    for server in redis_servers:
        server.execute_command("ACL", "SETUSER", "default", "-info")
    try:
        told = memory()
    finally:
        for server in redis_servers:
            server.execute_command("ACL", "SETUSER", "default", "+@all")
    assert {one.used_bytes for one in told} == {None}
