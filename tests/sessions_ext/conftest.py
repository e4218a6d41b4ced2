"""What the tests of sessions share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis


@pytest.fixture
def lose_everything(redis_server: redis.Redis, redis_key_prefix: str) -> Callable[[], None]:
    """What FLUSHALL does, to the keys of this test."""

    def lose() -> None:
        for key in redis_server.scan_iter(match=f"{redis_key_prefix}*"):
            redis_server.delete(key)

    return lose
