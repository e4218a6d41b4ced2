"""The lease in Redis: one holder, renewed while he lives, given back only by him; and what a stranger puts in its place."""

import os
from collections.abc import Callable
from itertools import pairwise

import pytest
import redis
from pytest_django import Settings

from caching import keys
from caching.errors import CacheUnavailable
from caching.flight.lease import Holder, Lease, _Renewal, wait
from caching.flight.outcomes import ABANDONED, Landing, pack
from tests.caching.flight.callers import Expensive
from tests.caching.patience import await_posted

Eventually = Callable[[Callable[[], object]], None]

DONE = b"\x92\xc2\xc0"


def test_only_one_holds_it_until_he_gives_it_back(redis_key_prefix: str) -> None:
    first, second = Lease("d"), Lease("d")
    assert first.take() is None
    assert second.take() is not None
    first.land(DONE)
    assert second.take() is None
    second.land(DONE)


def test_who_waits_is_told_how_it_ended(redis_key_prefix: str) -> None:
    first = Lease("d")
    first.take()
    holder = Lease("d").take()
    assert holder is not None
    first.land(pack(ABANDONED))
    assert wait(holder, None) == wait(holder, None) == Landing(abandoned=True)


def test_an_earlier_flight_wakes_nobody(redis_key_prefix: str) -> None:
    first, second = Lease("d"), Lease("d")
    first.take()
    first.land(DONE)
    second.take()
    holder = Lease("d").take()
    assert holder is not None
    assert wait(holder, 0.05) is None
    second.land(DONE)


def test_a_lease_that_ran_out_is_not_taken_from_its_next_holder(
    redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    first, second = Lease("d"), Lease("d")
    first.take()
    redis_server.delete(first.key)
    second.take()
    first.land(DONE)
    assert redis_server.get(second.key) == second.token.encode()
    second.land(DONE)


def test_a_lease_is_renewed_as_long_as_it_is_held(
    settings: Settings,
    redis_server: redis.Redis,
    redis_key_prefix: str,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renewal = _Renewal()
    monkeypatch.setattr("caching.flight.lease._renewal", renewal)
    monkeypatch.setattr("caching.flight.lease.LOOKS_IN_VAIN", 2)
    settings.CACHING = settings.CACHING | {"FLIGHT_LEASE_SECONDS": 0.3}
    lease = Lease("d")
    lease.take()
    # The thread once read the settings itself, and a wrong one ended it for good.
    settings.CACHING = settings.CACHING | {"FLIGHT_LEASE_SECONDS": -1}
    lives: list[int] = []

    def renewed_twice() -> bool:
        lives.append(int(redis_server.pttl(lease.key)))
        return sum(later > earlier for earlier, later in pairwise(lives)) >= 2

    eventually(renewed_twice)
    assert min(lives) > 0
    settings.CACHING = settings.CACHING | {"FLIGHT_LEASE_SECONDS": 0.3}
    lease.land(DONE)
    eventually(lambda: not redis_server.exists(lease.key))
    eventually(lambda: not renewal._is_running)


def test_every_key_has_an_expiry(redis_server: redis.Redis, redis_key_prefix: str) -> None:
    lease = Lease("d")
    lease.take()
    assert 0 < int(redis_server.pttl(lease.key)) <= 5000
    lease.land(DONE)
    await_posted()
    assert 0 < int(redis_server.pttl(keys.landing(redis_key_prefix, "d", lease.token))) <= 10_000


@pytest.mark.parametrize("planted", ["text", "token without expiry", "token of a year", "list", "binary"])
def test_what_a_stranger_puts_in_place_of_a_lease_stops_nobody(
    value: Expensive, planted: str, eventually: Eventually
) -> None:
    key, server = keys.flight(value.prefix, "value"), value.server
    match planted:
        case "text":
            server.set(key, "hello", ex=3)
        case "token without expiry":
            server.set(key, "0" * 32)
        case "token of a year":
            server.set(key, "0" * 32, ex=365 * 86400)
        case "list":
            server.rpush(key, "hello")
        case "binary":
            server.set(key, os.urandom(32))
    assert value.get() == "value 1"
    eventually(lambda: not server.exists(key))


def test_a_wait_is_never_for_ever() -> None:
    assert wait(Holder("nowhere", -0.5, "token"), None) is None
    assert wait(Holder("nowhere", 5.0, "token"), 0.0) is None
    assert wait(Holder("nowhere", 0.0, "token"), None) is None


def test_a_server_that_refuses_is_cache_unavailable(
    redis_server: redis.Redis, redis_key_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caching.flight.lease.wire.call", lambda commands: [redis.ResponseError("OOM"), -2])
    with pytest.raises(CacheUnavailable, match="OOM"):
        Lease("d").take()
