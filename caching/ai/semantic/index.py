"""The kept questions of one neighbourhood with their vectors, in Redis: one bounded, append-only stream that expires.

It only points to where an answer may be. Each question leads through the digest of its own request to an entry, which
counts only if it is still there and valid; so nothing has to be taken out of here when answers are invalidated.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
import redis

from caching import conf, keys, policy, stats
from caching.ai.cosine import Vector, unit
from caching.connection import raising_cache_unavailable, redis_client
from caching.connection.failures import code_of
from caching.stats import Outcome

MOST_QUESTIONS = 2000
KIND = "ai_semantic"
BEGINNING = "-"


@dataclass(frozen=True, slots=True)
class Added:
    """`place` is where it stands in the stream. The vector has length one."""

    place: str
    question: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class Index:
    """The questions under one digest of `questions.neighbourhood`."""

    operation: str
    neighbourhood: str

    @property
    def key(self) -> str:
        return keys.ai_questions(conf.key_prefix(), self.operation, self.neighbourhood)

    def add(self, question: str, vector: array[float], *, ttl_seconds: int) -> None:
        """Puts it at the end; what is too much falls off at the beginning."""
        fields: dict[Any, Any] = {"question": question, "vector": unit(vector).astype("<f4").tobytes()}
        with raising_cache_unavailable():
            pipe = redis_client().pipeline(transaction=True)  # never a stream without an expiry
            pipe.xadd(self.key, fields, maxlen=MOST_QUESTIONS, approximate=False)
            pipe.expire(self.key, policy.with_jitter(ttl_seconds))
            pipe.execute()

    def added_after(self, place: str) -> list[Added]:
        """What has come after a place, in its order. What is not a question of ours is passed over and counted."""
        after = place if place == BEGINNING else f"({place}"
        with raising_cache_unavailable():
            try:
                entries: Any = redis_client().xrange(self.key, min=after)
            except redis.ResponseError as error:
                if code_of(error) != "WRONGTYPE":
                    raise
                stats.record(KIND, Outcome.UNDECODABLE)
                redis_client().unlink(self.key)
                return []
        return [added for entry in entries if (added := _read(*entry))]


def _read(place: bytes, fields: dict[bytes, bytes]) -> Added | None:
    try:
        vector = np.frombuffer(fields[b"vector"], "<f4").astype(np.float32)
        return Added(place.decode(), fields[b"question"].decode(), vector)
    except (KeyError, ValueError):
        stats.record(KIND, Outcome.UNDECODABLE)
        return None
