"""Texts that others wrote, error replies above all, without our passwords. Some servers repeat the command that they refuse."""

from __future__ import annotations

from contextlib import suppress

from caching import conf
from caching.connection import urls
from caching.errors import CacheUnavailable

MASK = "***"


def masked(text: str) -> str:
    """On one line, without a full stop at its end."""
    for secret in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return " ".join(text.split()).rstrip(".")


def _secrets() -> set[str]:
    found: set[str] = set()
    for url in (conf.redis_url(), conf.jobs_redis_url()):
        with suppress(CacheUnavailable):
            found.update(urls.parse(url).secrets)
    return found
