"""The servers of a test run, and that none of its doors leads outside."""

import os

import redis
from django.conf import settings


def test_every_test_has_its_own_key_prefix(redis_key_prefix: str) -> None:
    assert redis_key_prefix == settings.REDIS_KEY_PREFIX
    assert redis_key_prefix.startswith("t")


def test_the_server_is_a_real_one(redis_server: redis.Redis) -> None:
    redis_server.set("t:x", 1, ex=5)
    assert redis_server.get("t:x") == b"1"


def test_no_test_can_reach_a_provider() -> None:
    assert [name for name in os.environ if name.startswith("OPENAI_")] == []
