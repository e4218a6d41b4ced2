"""What is wrong in the settings before the first request: `manage.py check`. No server is asked.

An error (E) breaks a promise of the cache, a warning (W) its speed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.cache.backends.redis import RedisCache, RedisSerializer
from django.db import connections
from django.utils.module_loading import import_string
from django_redis.cache import RedisCache as DjangoRedisCache
from django_redis.serializers.pickle import PickleSerializer

from caching import conf
from caching.ai.semantic.tier import LEAST_THRESHOLD
from caching.connection.django_cache import ConnectionFactory
from caching.db.observed import ObservedDatabase
from caching.middleware import ConsistencyMiddleware

ENGINES = {
    "django.db.backends.postgresql": "caching.db.postgresql",
    "django.db.backends.sqlite3": "caching.db.sqlite3",
}
READERS = frozenset(
    {
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
        "django.middleware.cache.CacheMiddleware",
    }
)
"""Middlewares of Django that may read a cache, or the database through a cached function."""
MIDDLEWARE = f"{ConsistencyMiddleware.__module__}.{ConsistencyMiddleware.__qualname__}"
MOST_SECONDS = 1.5
_PICKLERS = (PickleSerializer, RedisSerializer)

Messages = list[checks.CheckMessage]


def check_engines(**_: Any) -> Messages:
    """caching.E001"""
    return [
        checks.Error(
            f"The database {alias!r} has the engine {engine!r}, through which the cache does not see what is read and"
            " written: results of cached functions that read it would be stale.",
            hint=_engine_instead(alias, engine),
            id="caching.E001",
        )
        for alias, engine in _engines()
        if engine != "django.db.backends.dummy" and not isinstance(connections[alias], ObservedDatabase)
    ]


def _engines() -> list[tuple[str, str]]:
    return [(alias, connections.settings[alias]["ENGINE"]) for alias in connections]


def _engine_instead(alias: str, engine: str) -> str:
    if engine in ENGINES:
        return f'Write DATABASES[{alias!r}]["ENGINE"] = {ENGINES[engine]!r}: the same backend, observed.'
    return (
        "Over another backend of PostgreSQL or SQLite write one of your own, as the docstrings of caching.db.postgresql.base"
        " and caching.db.sqlite3.base show. Other databases cannot be cached; if no cached function reads this one, silence"
        " this check."
    )


def check_serializers(**_: Any) -> Messages:
    """caching.E002"""
    return [
        checks.Error(
            f"The cache {alias!r} unpickles what it finds in Redis: who can write there can run code here.",
            hint=f'Set CACHES[{alias!r}]["OPTIONS"]["SERIALIZER"], to "caching.django_serializer.Serializer" for instance.',
            id="caching.E002",
        )
        for alias, cache in settings.CACHES.items()
        if _unpickles(cache)
    ]


def _unpickles(cache: Mapping[str, Any]) -> bool:
    backend = import_string(cache["BACKEND"])
    serializer: Any = _options(cache).get("SERIALIZER") or _options(cache).get("serializer")
    if serializer is None:
        # What both backends take when nobody says otherwise.
        return issubclass(backend, (DjangoRedisCache, RedisCache))
    if isinstance(serializer, str):
        serializer = import_string(serializer)
    return (
        issubclass(serializer, _PICKLERS)
        if isinstance(serializer, type)
        else isinstance(serializer, _PICKLERS)
    )


def check_timeouts(**_: Any) -> Messages:
    """caching.E003"""
    cache = settings.CACHES["default"]
    options = _options(cache)
    factory = options.get("CONNECTION_FACTORY") or getattr(settings, "DJANGO_REDIS_CONNECTION_FACTORY", None)
    # Ours has timeouts of its own; django-redis, left alone, has none.
    if factory is not None and issubclass(import_string(factory), ConnectionFactory):
        return []
    timeouts: list[Any] = [options.get("SOCKET_CONNECT_TIMEOUT"), options.get("SOCKET_TIMEOUT")]
    if None not in timeouts and sum(timeouts) <= MOST_SECONDS:
        return []
    return [
        checks.Error(
            f'CACHES["default"] may wait longer than {MOST_SECONDS} s for a Redis that does not answer: '
            f"SOCKET_CONNECT_TIMEOUT is {timeouts[0]}, SOCKET_TIMEOUT is {timeouts[1]}.",
            hint='Set in its OPTIONS "CONNECTION_FACTORY": "caching.connection.django_cache.ConnectionFactory", or both'
            f" timeouts, together at most {MOST_SECONDS}.",
            id="caching.E003",
        )
    ]


def _options(cache: Mapping[str, Any]) -> Mapping[str, Any]:
    options: Mapping[str, Any] = cache.get("OPTIONS", {})
    return options


def check_middleware(**_: Any) -> Messages:
    """caching.W001, caching.W002"""
    names: Sequence[str] = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in names:
        return [
            checks.Warning(
                f"{MIDDLEWARE} is missing: results are right, but each read asks Redis whether its copy still counts.",
                hint="Put it into MIDDLEWARE, before every middleware that may read a cache.",
                id="caching.W001",
            )
        ]
    before = [name for name in names[: names.index(MIDDLEWARE)] if _is_reader(name)]
    return [
        checks.Warning(
            f"{MIDDLEWARE} comes after {name}, which may read a cache: outside of the request's scope of consistency.",
            hint=f"Put {ConsistencyMiddleware.__name__} before it.",
            id="caching.W002",
        )
        for name in before
    ]


def _is_reader(name: str) -> bool:
    """One of `READERS`, or made of one."""
    try:
        ancestors = getattr(import_string(name), "__mro__", ())
    except ImportError:  # Django says so itself
        return False
    return any(f"{one.__module__}.{one.__qualname__}" in READERS for one in ancestors)


def check_semantic_answers(**_: Any) -> Messages:
    """caching.E004, caching.E005"""
    of_ours = conf.current()
    never = [name for name in of_ours.ai_semantic_never if of_ours.ai_semantic.get(name, "off") != "off"]
    messages: Messages = [
        checks.Error(
            f'CACHING["AI_SEMANTIC"] is {of_ours.ai_semantic[name]!r} for {name!r}, which must never be answered with the answer'
            " to another question.",
            hint=f"Take {name!r} out of AI_SEMANTIC: what a persona says depends on all that was said before.",
            id="caching.E004",
        )
        for name in never
    ]
    if of_ours.ai_semantic_threshold < LEAST_THRESHOLD:
        messages.append(
            checks.Error(
                f'CACHING["AI_SEMANTIC_THRESHOLD"] is {of_ours.ai_semantic_threshold}: so far apart, questions that look alike'
                " often ask for different things.",
                hint=f"Set it to {LEAST_THRESHOLD} at least; 0.95 is the default.",
                id="caching.E005",
            )
        )
    return messages


CHECKS: tuple[Callable[..., Messages], ...] = (
    check_engines,
    check_serializers,
    check_timeouts,
    check_middleware,
    check_semantic_answers,
)


def register() -> None:
    """For the start of the program."""
    for check in CHECKS:
        checks.register(check, checks.Tags.caches)
