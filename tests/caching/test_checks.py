"""Each wrong setting is named before the first request, with what to write instead; no server is asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections
from pytest_django import Settings

from caching.checks import (
    check_engines,
    check_middleware,
    check_semantic_answers,
    check_serializers,
    check_timeouts,
)
from caching.checks.middleware import MIDDLEWARE, READERS

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
JSON = "django_redis.serializers.json.JSONSerializer"


def ids(messages: list[checks.CheckMessage]) -> list[str | None]:
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


@pytest.fixture
def other_database() -> Iterator[Any]:
    """`other_database(engine)`: one more entry in DATABASES."""

    def add(engine: str) -> None:
        connections.settings["other"] = {**connections.settings["default"], "ENGINE": engine}

    yield add
    connections.settings.pop("other", None)
    if hasattr(connections._connections, "other"):
        del connections["other"]


class TestEngines:
    def test_ours_are_right(self) -> None:
        assert check_engines() == []

    @pytest.mark.parametrize("vendor", ["postgresql", "sqlite3"])
    def test_djangos_own_are_named_with_ours_instead(self, other_database: Any, vendor: str) -> None:
        other_database(f"django.db.backends.{vendor}")
        (found,) = check_engines()
        assert found.id == "caching.E001"
        assert "'other'" in found.msg
        assert f"'caching.db.{vendor}'" in (found.hint or "")

    def test_a_project_without_databases_is_right(self, other_database: Any) -> None:
        other_database("django.db.backends.dummy")
        assert check_engines() == []


class TestSerializers:
    def caches(self, settings: Settings, backend: str, **options: Any) -> list[str | None]:
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://x", "OPTIONS": options}}
        return ids(check_serializers())

    def test_those_of_the_project_are_right(self) -> None:
        assert check_serializers() == []

    @pytest.mark.parametrize(
        "backend", ["django_redis.cache.RedisCache", "django.core.cache.backends.redis.RedisCache"]
    )
    def test_both_backends_unpickle_when_nothing_is_said(self, settings: Settings, backend: str) -> None:
        assert self.caches(settings, backend) == ["caching.E002"]

    def test_pickle_by_name_is_found(self, settings: Settings) -> None:
        pickle = "django_redis.serializers.pickle.PickleSerializer"
        assert self.caches(settings, "django_redis.cache.RedisCache", SERIALIZER=pickle) == ["caching.E002"]
        pickle = "django.core.cache.backends.redis.RedisSerializer"
        assert self.caches(settings, "django.core.cache.backends.redis.RedisCache", serializer=pickle) == [
            "caching.E002"
        ]

    def test_json_and_caches_without_redis_are_right(self, settings: Settings) -> None:
        assert self.caches(settings, "django_redis.cache.RedisCache", SERIALIZER=JSON) == []
        assert self.caches(settings, "django.core.cache.backends.locmem.LocMemCache") == []


class TestTimeouts:
    def found(self, settings: Settings, **options: Any) -> list[str | None]:
        settings.CACHES = {
            "default": {
                "BACKEND": "django_redis.cache.RedisCache",
                "LOCATION": "redis://x",
                "OPTIONS": options,
            }
        }
        return ids(check_timeouts())

    def test_our_factory_has_its_own(self) -> None:
        assert check_timeouts() == []

    def test_none_at_all_is_wrong(self, settings: Settings) -> None:
        assert self.found(settings) == ["caching.E003"]

    def test_one_alone_is_wrong(self, settings: Settings) -> None:
        assert self.found(settings, SOCKET_TIMEOUT=1) == ["caching.E003"]
        assert self.found(settings, SOCKET_CONNECT_TIMEOUT=1) == ["caching.E003"]

    def test_both_together_have_a_bound(self, settings: Settings) -> None:
        assert self.found(settings, SOCKET_CONNECT_TIMEOUT=1, SOCKET_TIMEOUT=1) == ["caching.E003"]
        assert self.found(settings, SOCKET_CONNECT_TIMEOUT=0.5, SOCKET_TIMEOUT=1) == []

    def test_another_factory_is_not_taken_for_ours(self, settings: Settings) -> None:
        factory = "django_redis.pool.ConnectionFactory"
        assert self.found(settings, CONNECTION_FACTORY=factory) == ["caching.E003"]


class TestMiddleware:
    def test_it_may_not_be_missing(self, settings: Settings) -> None:
        settings.MIDDLEWARE = [SESSIONS]
        assert ids(check_middleware()) == ["caching.W001"]

    def test_it_comes_before_those_that_read(self, settings: Settings) -> None:
        settings.MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", MIDDLEWARE, *READERS]
        assert check_middleware() == []

    def test_each_reader_before_it_is_named(self, settings: Settings) -> None:
        settings.MIDDLEWARE = [SESSIONS, "django.middleware.common.CommonMiddleware", MIDDLEWARE]
        (found,) = check_middleware()
        assert found.id == "caching.W002"
        assert SESSIONS in found.msg

    def test_one_made_of_a_reader_is_a_reader(self, settings: Settings) -> None:
        settings.MIDDLEWARE = ["sessions_ext.middleware.SessionMiddleware", MIDDLEWARE]
        assert ids(check_middleware()) == ["caching.W002"]


class TestSemanticAnswers:
    @pytest.mark.parametrize("modes", [{}, {"glossary": "on"}, {"persona_answer": "off"}], ids=str)
    def test_what_is_off_or_no_conversation_is_right(self, settings: Settings, modes: dict[str, str]) -> None:
        settings.CACHING = {**settings.CACHING, "AI_SEMANTIC": modes}
        assert check_semantic_answers() == []

    @pytest.mark.parametrize("operation", ["persona_answer", "persona_opening"])
    @pytest.mark.parametrize("mode", ["shadow", "on"])
    def test_a_conversation_is_named(self, settings: Settings, operation: str, mode: str) -> None:
        settings.CACHING = {**settings.CACHING, "AI_SEMANTIC": {"glossary": "on", operation: mode}}
        (found,) = check_semantic_answers()
        assert ids([found]) == ["caching.E004"]
        assert repr(operation) in found.msg

    def test_a_low_threshold_is_named(self, settings: Settings) -> None:
        settings.CACHING = {**settings.CACHING, "AI_SEMANTIC_THRESHOLD": 0.89}
        assert ids(check_semantic_answers()) == ["caching.E005"]
        settings.CACHING = {**settings.CACHING, "AI_SEMANTIC_THRESHOLD": 0.9}
        assert check_semantic_answers() == []


def test_the_command_runs_them_without_a_server(settings: Settings, other_database: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    other_database("django.db.backends.sqlite3")
    with pytest.raises(SystemCheckError, match=r"caching\.E001"):
        call_command("check")
