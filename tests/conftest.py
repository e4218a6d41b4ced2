"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis
from pytest_django import Settings


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    """The server of this test run, for looking at and clearing keys from outside the program."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client


@pytest.fixture(autouse=True)
def redis_key_prefix(settings: Settings, redis_server: redis.Redis) -> Iterator[str]:
    """Every test has keys of its own: a fresh prefix, cleared afterwards."""
    prefix = f"t{uuid4().hex[:12]}:"
    settings.REDIS_KEY_PREFIX = prefix
    yield prefix
    keys = list(redis_server.scan_iter(match=f"{prefix}*", count=1000))
    if keys:
        redis_server.unlink(*keys)
