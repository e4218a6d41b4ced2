"""Attempts are counted in Redis, in windows of fixed length, so that all processes count together.

Refuses to trust `X-Forwarded-For`, which anybody may send: behind a proxy, the web server puts the client's address
into REMOTE_ADDR. At the seam of two windows twice the number of attempts is possible.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from caching.connection import raising_cache_unavailable
from platform_app.errors import TooManyAttempts


@dataclass(frozen=True)
class Attempt:
    key: str

    def take_back(self) -> None:
        """It turned out to be harmless: a whole class may sign in from one address."""
        with raising_cache_unavailable(), suppress(ValueError):  # ValueError: Redis has evicted the counter
            cache.decr(self.key)


@dataclass(frozen=True)
class Limit:
    """`attempts` a window for each subject, which is an address or the like."""

    name: str
    attempts: int
    window_seconds: int = 60

    def count_attempt(self, subject: str) -> Attempt:
        """Count one more before it is made; raises TooManyAttempts beyond the limit, CacheUnavailable when nobody can count."""
        window, passed = divmod(int(time()), self.window_seconds)
        key = self._key(subject, window)
        with raising_cache_unavailable():
            # The number of the window is part of the key, and the key outlives it: `incr` always finds it.
            cache.add(key, 0, timeout=2 * self.window_seconds)
            attempts = cache.incr(key)
        if attempts > self.attempts:
            raise TooManyAttempts(self.window_seconds - passed)
        return Attempt(key)

    def _key(self, subject: str, window: int) -> str:
        # A digest that needs our SECRET_KEY: names of keys are seen by everybody who may look at Redis.
        digest = salted_hmac("platform_app.throttling", subject, algorithm="sha256").hexdigest()
        return f"throttle:{self.name}:{digest[:40]}:{window}"


def address_of(request: HttpRequest) -> str:
    return str(request.META["REMOTE_ADDR"])
