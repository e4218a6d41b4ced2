"""What the settings say is judged without a server, by the doctor and by Django's checks alike."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from caching.checks import check_encryption, check_serializers
from caching.doctor import Level, wiring


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("redis://127.0.0.1:6379/0", Level.OK),
        ("redis://localhost", Level.OK),
        ("redis://[::1]:6379/0", Level.OK),
        ("unix:///run/valkey.sock", Level.OK),
        ("rediss://cache.example.org:6379/0", Level.OK),
        ("rediss+cluster://10.0.0.1:6379,10.0.0.2:6379", Level.OK),
        ("redis://cache.example.org:6379/0", Level.FAIL),
        ("redis://127.0.0.1.example.org/0", Level.FAIL),
        ("redis+sentinel://127.0.0.1:26379,10.0.0.1:26379/main", Level.FAIL),
        ("redis+cluster://10.0.0.1:6379", Level.FAIL),
        ("http://x", Level.UNKNOWN),
    ],
)
def test_what_leaves_this_machine_is_encrypted(settings: Settings, url: str, level: Level) -> None:
    settings.REDIS_URL = settings.JOBS_REDIS_URL = url
    assert wiring.encryption().level is level
    assert [message.id for message in check_encryption()] == (["caching.E006"] if level is Level.FAIL else [])


def test_the_queue_counts_as_well_and_no_password_is_shown(settings: Settings) -> None:
    settings.JOBS_REDIS_URL = "redis://:s3cret@jobs.example.org/0"
    verdict = wiring.encryption()
    assert verdict.level is Level.FAIL
    assert verdict.said.startswith("JOBS_REDIS_URL")
    assert "s3cret" not in str(verdict)


def test_doctor_and_check_say_the_same(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://x"}}
    verdict = wiring.serializers()
    (message,) = check_serializers()
    assert verdict.level is Level.FAIL
    assert (message.msg, message.hint) == (f"{verdict.said} {verdict.consequence}", verdict.advice)


def test_without_timeouts_is_a_failure(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://x"}}
    assert wiring.timeouts().level is Level.FAIL
