"""Django's own cache works on a server, with Sentinels and on a cluster. `TEST_REDIS` says on which."""

import asyncio
from typing import Any

import pytest
import redis
from django.core.cache import cache, caches
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.views.decorators.cache import cache_page

from caching.connection import async_redis_client, bounded_reply, redis_client, require_redis
from caching.events import EventLog

MANY = {f"key{number}": {"number": number} for number in range(40)}


def test_the_server_of_the_settings_is_there() -> None:
    require_redis()


@pytest.mark.parametrize("value", [None, 0, False, "", "text", 7, -1, 1.5, [1, "two"], {"a": {"b": None}}])
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    cache.set("key", value, 60)
    assert cache.get("key", "absent") == value
    assert cache.has_key("key")
    assert "key" in cache


def test_one_value_is_added_deleted_and_made_once() -> None:
    assert cache.add("key", 1, 60)
    assert not cache.add("key", 2, 60)
    assert cache.get_or_set("key", lambda: 3, 60) == 1
    assert cache.delete("key")
    assert not cache.delete("key")
    assert cache.get("key") is None
    assert cache.get_or_set("key", lambda: 4, 60) == 4


def test_many_values_on_all_nodes() -> None:
    assert not cache.set_many(MANY, 60)
    assert cache.get_many([*MANY, "absent"]) == MANY
    cache.delete_many([*MANY][:10])
    assert set(cache.get_many(MANY)) == set([*MANY][10:])
    assert cache.get_many([]) == {}
    cache.delete_many([])


def test_counters() -> None:
    with pytest.raises(ValueError):
        cache.incr("count")
    cache.set("count", 1, 60)
    assert cache.incr("count", 4) == 5
    assert cache.decr("count") == 4


def test_expiries() -> None:
    cache.set("key", 1, 60)
    assert 50 < cache.ttl("key") <= 60
    assert cache.touch("key", 600)
    assert 500 < cache.ttl("key") <= 600
    assert cache.expire("key", 60)
    assert cache.persist("key")
    assert cache.ttl("key") is None
    assert cache.touch("key", 60)
    assert not cache.touch("absent", 60)
    cache.set("key", 1, 0)
    assert cache.get("key") is None


def test_versions() -> None:
    cache.set("key", "one", 60)
    cache.set("key", "two", 60, version=2)
    assert cache.get("key") == "one"
    assert cache.get("key", version=2) == "two"
    assert cache.incr_version("key", 4) == 5
    assert cache.get("key") is None
    assert cache.get("key", version=5) == "one"


def test_keys_are_found_and_deleted_by_pattern() -> None:
    cache.set_many(MANY, 60)
    cache.set("other", 1, 60)
    assert len(cache.keys("key*")) == len(list(cache.iter_keys("key*"))) == len(MANY)
    assert cache.delete_pattern("key*") == len(MANY)
    assert cache.get_many([*MANY, "other"]) == {"other": 1}


def test_clearing_takes_what_the_cache_has_written_and_nothing_else(
    redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    cache.set_many(MANY, 60)
    cache.set("key", 1, 60, version=2)
    redis_server.set(f"{redis_key_prefix}session:7", "signed in", ex=60)
    caches["default"].clear()
    assert cache.get_many(MANY) == {}
    assert cache.get("key", version=2) is None
    assert redis_server.get(f"{redis_key_prefix}session:7") == b"signed in"


def test_pages_and_fragments_are_cached(rf: RequestFactory) -> None:
    made = []

    @cache_page(60)
    def page(request: HttpRequest) -> HttpResponse:
        made.append(1)
        return HttpResponse("a page")

    assert page(rf.get("/page")).content == page(rf.get("/page")).content == b"a page"
    assert len(made) == 1
    fragment = Template("{% load cache %}{% cache 60 part who %}{{ text }}{% endcache %}")
    assert fragment.render(Context({"who": 1, "text": "first"})) == "first"
    assert fragment.render(Context({"who": 1, "text": "second"})) == "first"
    assert fragment.render(Context({"who": 2, "text": "third"})) == "third"


def test_locks_and_streams_of_the_client(redis_key_prefix: str) -> None:
    with redis_client().lock(f"{redis_key_prefix}lock", timeout=5):
        assert redis_client().exists(f"{redis_key_prefix}lock")
    log = EventLog("turn", 7)
    log.append("token", {"text": "a"})
    log.append("token", {"text": "b"}, last=True)
    assert [event.data["text"] for event in log.read()] == ["a", "b"]


def test_async_callers_follow_a_stream() -> None:
    log = EventLog("turn", 8)
    log.append("token", {"text": "a"})

    async def follow() -> list[str]:
        client = await async_redis_client()
        async with bounded_reply():
            assert await client.exists(log.key)
        texts = []
        async for event in log.follow(None):
            assert event is not None
            texts.append(event.data["text"])
            if not event.last:
                await asyncio.to_thread(log.append, "token", {"text": "b"}, last=True)
        return texts

    assert asyncio.run(follow()) == ["a", "b"]
