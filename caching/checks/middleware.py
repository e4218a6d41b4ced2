"""Where the middleware of the cache stands among the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.utils.module_loading import import_string

from caching.middleware import ConsistencyMiddleware

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

Messages = list[checks.CheckMessage]


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
