"""Each process says that it lives and what it keeps near; the others say so no more when they have ended."""

import os

import pytest
import redis

from caching import keys
from caching.stats import processes

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_self", processes._Self())


def test_a_living_process_is_shown() -> None:
    processes.beat(now=NOW)
    (found,) = processes.connected()
    assert found.pid == os.getpid()
    assert found.seen_at == NOW
    assert found.near_limit_bytes > 0


def test_one_that_ends_is_gone_at_once() -> None:
    processes.beat()
    processes.leave()
    assert processes.connected() == []


def test_a_killed_one_is_gone_when_it_expires(redis_server: redis.Redis, redis_key_prefix: str) -> None:
    processes.beat()
    assert 0 < redis_server.ttl(keys.process(redis_key_prefix, processes._self.id)) <= 30
    redis_server.delete(keys.process(redis_key_prefix, processes._self.id))
    assert processes.connected() == []


def test_it_says_so_again_only_after_a_while(redis_server: redis.Redis, redis_key_prefix: str) -> None:
    processes.beat(now=NOW)
    processes.beat(now=NOW + 5)
    assert processes.connected()[0].seen_at == NOW
    processes.beat(now=NOW + 10)
    assert processes.connected()[0].seen_at == NOW + 10


def test_it_says_so_although_the_clock_was_set_back() -> None:
    processes.beat(now=NOW)
    processes.beat(now=NOW - 3600)
    assert processes.connected()[0].seen_at == NOW - 3600


HUGE = (
    b'{"id":"abc","host":"h","pid":1,"role":"web","started_at":1,"seen_at":1,"near_open":true,"near_bytes":1,'
    b'"near_limit_bytes":1,"near_entries":1%s}'
)


@pytest.mark.parametrize(
    "planted", [b"no json", b"{}", b'{"id": 1}', b"\xff", HUGE % (b"0" * 400), HUGE % (b"0" * 5000)]
)
def test_what_is_no_process_is_passed_over(
    redis_server: redis.Redis, redis_key_prefix: str, planted: bytes
) -> None:
    members = {"abc": NOW, b"\xff\x00": NOW, "a:b": NOW, "": NOW, "a" * 65: NOW}
    redis_server.zadd(keys.process_index(redis_key_prefix), members)
    redis_server.set(keys.process(redis_key_prefix, "abc"), planted, ex=60)
    assert processes.connected() == []


@pytest.mark.parametrize(
    ("argv", "role"),
    [
        (["/x/manage.py", "cache_stats", "--json"], "cache_stats"),
        (["/x/bin/uvicorn", "config.asgi"], "uvicorn"),
        ([], "python"),
    ],
)
def test_a_process_is_called_after_its_program(argv: list[str], role: str) -> None:
    assert processes._called(argv) == role
