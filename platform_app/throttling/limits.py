"""Attempts are counted in Redis, in a sliding log: no span as long as the window ever holds more than are allowed.

Fixed windows let twice the number pass at their seam, and the leaky bucket (GCRA) lets one pass after another while a
full bucket drains; its one number also could not take back an attempt that others have followed. The price is an entry
for each attempt that counts: some hundreds for an address, for as long as the window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import cast

from django.utils.crypto import salted_hmac

from caching.connection import wire
from caching.keys import DIGEST_DIGITS
from platform_app.errors import TooManyAttempts
from sessions_ext import keys

MICROSECONDS = 1_000_000
COUNT = wire.Script("count_attempt", Path(__file__).resolve().parent.parent / "scripts")


@dataclass(frozen=True)
class Attempt:
    """One entry of a log."""

    key: str
    token: bytes

    def take_back(self) -> None:
        """It turned out to be harmless: a whole class may sign in from one address."""
        wire.call([("ZREM", self.key, self.token)], idempotent=True)  # what is no log any more counts nothing


@dataclass(frozen=True)
class Limit:
    """`attempts` in any `window_seconds` for each subject, which is an address or the like."""

    name: str
    attempts: int
    window_seconds: int = 60

    def count_attempt(self, subject: str) -> Attempt:
        """Count one more before it is made; raises TooManyAttempts beyond the limit, CacheUnavailable when nobody can count.

        What is refused does not count.
        """
        (attempt,) = count_together((self, subject))
        return attempt

    def attempt(self, subject: str) -> Attempt:
        """One that nobody has counted yet."""
        # A digest that needs our SECRET_KEY: names of keys are seen by everybody who may look at Redis.
        digest = salted_hmac("platform_app.throttling", subject, algorithm="sha256").hexdigest()
        return Attempt(keys.throttle(self.name, digest[:DIGEST_DIGITS]), token_bytes(12))


def count_together(*counted: tuple[Limit, str]) -> list[Attempt]:
    """Counts one attempt under each limit, in one round trip; under none of them if one refuses. Raises as `count_attempt`.

    The limits are steps of their own: while one is being taken back, somebody else may be refused because of it.
    """
    attempts = [limit.attempt(subject) for limit, subject in counted]
    calls = [
        (attempt.key, attempt.token, limit.attempts, limit.window_seconds * MICROSECONDS)
        for attempt, (limit, _) in zip(attempts, counted, strict=True)
    ]
    waits = wire.run(COUNT, calls, idempotent=True)
    wire.checked(waits)
    longest = max(cast(list[int], waits))
    if longest:
        for attempt, wait in zip(attempts, waits, strict=True):
            if not wait:
                attempt.take_back()
        raise TooManyAttempts(math.ceil(longest / MICROSECONDS))
    return attempts
