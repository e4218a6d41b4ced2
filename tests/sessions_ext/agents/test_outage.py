"""Redis out of reach, refusing or silent: CacheUnavailable within 1.5 s, for threads and for coroutines."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from caching.errors import CacheUnavailable
from sessions_ext import session_manager
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


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_dead_redis_is_an_error_at_once(dead_redis: None, db: None, use: Callable[[], Any]) -> None:
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        use()
    assert time.monotonic() - started < 1.5
