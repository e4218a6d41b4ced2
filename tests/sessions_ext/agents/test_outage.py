"""Redis out of reach, refusing or silent: CacheUnavailable within 1.5 s, for threads and for coroutines."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from pytest_django import Settings

from caching.errors import CacheUnavailable
from sessions_ext import session_manager
from tests.caching.connection.fake_server import fake_server
from tests.test_health import dead_redis as dead_redis

SESSION = "a" * 40
USES: dict[str, Callable[[], Any]] = {
    "create": lambda: session_manager.create_agent_session_sync(1, "tutor"),
    "get": lambda: session_manager.get_agent_session_sync(SESSION),
    "messages": lambda: session_manager.get_messages_sync(SESSION, last=3),
    "update": lambda: session_manager.update_session_state_sync(SESSION, {"a": 1}),
    "append": lambda: session_manager.append_message_sync(SESSION, {"a": 1}),
    "append to all": lambda: session_manager.append_to_all_sync([SESSION, "b" * 40], {"a": 1}),
    "expire": lambda: session_manager.expire_session_sync(SESSION),
    "statistics": session_manager.statistics_sync,
    "create async": lambda: async_to_sync(session_manager.create_agent_session)(1, "tutor"),
    "get async": lambda: async_to_sync(session_manager.get_agent_session)(SESSION),
    "append async": lambda: async_to_sync(session_manager.append_message)(SESSION, {"a": 1}),
    "statistics async": async_to_sync(session_manager.statistics),
}


def use_redis(settings: Settings, url: str) -> None:
    settings.REDIS_URL = url
    settings.CACHES = {name: cache | {"LOCATION": url} for name, cache in settings.CACHES.items()}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_dead_redis_is_an_error_at_once(dead_redis: None, db: None, use: Callable[[], Any]) -> None:
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        use()
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_silent_redis_is_an_error_in_time(settings: Settings, db: None, use: Callable[[], Any]) -> None:
    with fake_server(lambda command: b"") as server:
        use_redis(settings, server.url)
        started = time.monotonic()
        with pytest.raises(CacheUnavailable):
            use()
        assert time.monotonic() - started < 1.5


def test_coroutines_wait_for_a_silent_redis_side_by_side(settings: Settings, db: None) -> None:
    async def append_all() -> list[Any]:
        appends = (session_manager.append_message(SESSION, {"n": n}) for n in range(20))
        return await asyncio.gather(*appends, return_exceptions=True)

    with fake_server(lambda command: b"") as server:
        use_redis(settings, server.url)
        started = time.monotonic()
        failures = async_to_sync(append_all)()
        assert time.monotonic() - started < 1.5
    assert {type(failure) for failure in failures} == {CacheUnavailable}


@pytest.mark.parametrize(
    "refusal", [b"-OOM command not allowed", b"-READONLY a replica", b"-LOADING the dataset"]
)
def test_a_redis_that_refuses_to_work_is_an_error(settings: Settings, db: None, refusal: bytes) -> None:
    with fake_server(lambda command: refusal + b"\r\n") as server:
        use_redis(settings, server.url)
        with pytest.raises(CacheUnavailable, match=refusal.split()[0][1:].decode()):
            session_manager.append_message_sync(SESSION, {"n": 1})


def test_an_append_whose_reply_was_lost_is_not_sent_again(settings: Settings, db: None) -> None:
    with fake_server(lambda command: None) as server:
        use_redis(settings, server.url)
        with pytest.raises(CacheUnavailable):
            async_to_sync(session_manager.append_message)(SESSION, {"n": 1})
        assert len(server.commands) == 1


def test_a_server_that_does_not_know_the_scripts_is_told_them(
    session_id: str, redis_servers: tuple[Any, ...]
) -> None:
    for server in redis_servers:
        server.script_flush()
    session_manager.append_message_sync(session_id, {"n": 1})
    for server in redis_servers:
        server.script_flush()
    async_to_sync(session_manager.append_message)(session_id, {"n": 2})
    assert session_manager.get_messages_sync(session_id) == [{"n": 1}, {"n": 2}]
