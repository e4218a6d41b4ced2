"""Rubbish under every family of keys: a pickle that would run code, random bytes, other types. A miss each, and no more.

The next reading finds the right value, the one after it hits again.
"""

import pickle
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.core.cache import cache
from pytest_django import Settings

from caching import CacheUnavailable, cache_db_query, keys, stats
from caching.ai import ai
from caching.events import EventLog
from caching.flight.lease import Lease
from caching.stats import Outcome
from platform_app.models import Scenario
from sessions_ext import keys as session_keys
from sessions_ext.engine import SessionStore
from tests.caching.patience import await_posted
from tests.loopback_openai import LoopbackOpenAI
from tests.test_worker import Bomb

Planting = Callable[[str], None]
KIND = "query:planted_titles"
ran: list[int] = []


@cache_db_query("planted_titles")
def titles() -> list[str]:
    ran.append(1)
    return list(Scenario.objects.values_list("title", flat=True))


@pytest.fixture(autouse=True)
def without_near_cache(settings: Settings) -> None:
    """A near copy would hide what lies in Redis."""
    settings.CACHING = {**settings.CACHING, "NEAR_CACHE": False}
    ran.clear()


def random_bytes(length: int) -> bytes:
    return random.Random(length).randbytes(length)


@pytest.fixture
def crater(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A pickle that writes this file has been executed."""
    path = tmp_path_factory.mktemp("planted") / "crater"
    yield pickle.dumps(Bomb(path))
    assert not path.exists()


@pytest.fixture(
    params=[
        "pickle bomb",
        "random bytes",
        "few random bytes",
        "nothing",
        "false mark",
        "list",
        "hash",
        "stream",
    ]
)
def plant(request: pytest.FixtureRequest, redis_server: redis.Redis, crater: bytes) -> Planting:
    """`plant(key)`: puts rubbish there, in place of whatever it holds."""
    rubbish = {
        "pickle bomb": crater,
        "random bytes": random_bytes(300),
        "few random bytes": random_bytes(3),
        "nothing": b"",
        "false mark": b"!no such writer=",
    }

    def put(key: str) -> None:
        redis_server.delete(key)
        match request.param:
            case "list":
                redis_server.rpush(key, crater, "x")
            case "hash":
                redis_server.hset(key, "field", crater)
            case "stream":
                redis_server.xadd(key, {"field": crater})
            case text:
                redis_server.set(key, rubbish[text])
        # Without an expiry it stays until somebody replaces it.
        assert redis_server.ttl(key) == -1

    return put


def keys_of(server: redis.Redis, prefix: str, family: str) -> list[str]:
    await_posted()
    return [key.decode() for key in server.scan_iter(match=f"{prefix}{family}*", count=1000)]


@pytest.mark.django_db
class TestQueries:
    def assert_one_computation_then_hits(self) -> None:
        ran.clear()
        assert titles() == []
        assert len(ran) == 1
        misses = stats.counts(KIND).misses
        assert titles() == titles() == []
        assert len(ran) == 1
        assert stats.counts(KIND).misses == misses
        assert stats.count(KIND, Outcome.HIT) >= 2

    def test_an_entry(self, plant: Planting, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        titles()
        before = stats.counts(KIND).misses
        (key,) = keys_of(redis_server, redis_key_prefix, "db_query:")
        plant(key)
        self.assert_one_computation_then_hits()
        assert stats.counts(KIND).misses == before + 1
        assert redis_server.ttl(key) > 0

    def test_tags(self, plant: Planting, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        titles()
        for key in keys_of(redis_server, redis_key_prefix, "tag:"):
            plant(key)
        self.assert_one_computation_then_hits()
        assert all(redis_server.ttl(key) > 0 for key in keys_of(redis_server, redis_key_prefix, "tag:"))

    def test_a_flight(self, plant: Planting, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        digest = self.forget_entry(redis_server, redis_key_prefix)
        plant(keys.flight(redis_key_prefix, digest))
        self.assert_one_computation_then_hits()

    def test_a_landing(self, plant: Planting, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        """Another process leads a flight, and somebody else wrote where its landing is told."""
        digest = self.forget_entry(redis_server, redis_key_prefix)
        lease = Lease(digest)
        assert lease.take() is None
        plant(keys.landing(redis_key_prefix, digest, lease.token))
        self.assert_right_answer_when_landed(lease)

    def test_rubbish_in_a_list_of_landings(
        self, redis_server: redis.Redis, redis_key_prefix: str, crater: bytes
    ) -> None:
        for number, rubbish in enumerate((crater, random_bytes(50), b"")):
            digest = self.forget_entry(redis_server, redis_key_prefix)
            lease = Lease(digest)
            assert lease.take() is None
            redis_server.rpush(keys.landing(redis_key_prefix, digest, lease.token), rubbish)
            self.assert_right_answer_when_landed(lease)
            assert len(ran) <= 2 * (number + 1) + 1

    def forget_entry(self, server: redis.Redis, prefix: str) -> str:
        titles()
        (key,) = keys_of(server, prefix, "db_query:")
        server.delete(key)
        return key.rpartition(":")[2]

    def assert_right_answer_when_landed(self, lease: Lease) -> None:
        """The waiter may wait until the flight ends, and no longer."""
        with ThreadPoolExecutor(1) as others:
            landing = others.submit(threading.Event().wait, 0.2)
            landing.add_done_callback(lambda _: lease.land(b"\x92\xc2\xc0"))
            assert titles() == []
        assert titles() == []


def test_an_answer_of_an_ai(
    plant: Planting, redis_server: redis.Redis, redis_key_prefix: str, provider_server: LoopbackOpenAI
) -> None:
    question = [{"role": "user", "content": "Who are you?"}]
    ai.chat("chat", question)
    (key,) = keys_of(redis_server, redis_key_prefix, "ai_cache:")
    plant(key)
    before = stats.counts("ai_chat").misses
    again = ai.chat("chat", question)
    assert not again.from_cache
    assert stats.counts("ai_chat").misses == before + 1
    assert ai.chat("chat", question).from_cache


@pytest.mark.django_db
def test_a_session(plant: Planting) -> None:
    session = SessionStore()
    session["a"] = 1
    session.save()
    plant(session_keys.session(session.digest))
    assert SessionStore(session.session_key).load() == {}
    fresh = SessionStore()
    fresh["a"] = 2
    fresh.save()
    assert SessionStore(fresh.session_key)["a"] == 2


def test_a_log_of_events(plant: Planting, redis_server: redis.Redis) -> None:
    log = EventLog("planted", 7)
    plant(log.key)
    if redis_server.type(log.key) == b"stream":
        assert log.read() == []
    else:
        # No cache: there is nothing to compute a log from.
        with pytest.raises(CacheUnavailable):
            log.read()
    log.reset()
    log.append("step", {"n": 1})
    assert [event.name for event in log.read()] == ["step"]


def test_django_s_own_cache(plant: Planting, redis_key_prefix: str) -> None:
    cache.set("page", {"a": 1}, 60)
    key = cache.make_key("page")
    assert str(key).startswith(f"{redis_key_prefix}cache:")
    plant(str(key))
    assert cache.get("page") is None
    assert stats.counts("django_cache").undecodable == 1
    assert cache.get_many(["page"]) == {}
    assert cache.get_or_set("page", {"a": 2}, 60) == {"a": 2}
    assert cache.get("page") == {"a": 2}
