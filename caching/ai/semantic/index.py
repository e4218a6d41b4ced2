"""The kept questions of one neighbourhood with their vectors, in Redis: one bounded list, the newest first.

It only points to where an answer may be. Each question leads through the digest of its own request to an entry, which
counts only if it is still there and valid; so nothing has to be taken out of here when answers are invalidated.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
import redis

from caching import codec, conf, keys, policy, stats
from caching.codec import Typed
from caching.connection import raising_cache_unavailable, redis_client
from caching.stats import Outcome

MOST_QUESTIONS = 2000
UNCOMPRESSED = 2**31
KIND = "ai_semantic"

Vector = npt.NDArray[np.float32]
logger = logging.getLogger(__name__)


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """A question and its vector, float32 of length one, little-endian."""

    question: str
    vector: bytes


_KEPT = Typed(_Kept)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near another question is: the cosine of the angle between the two vectors."""

    question: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Index:
    """The questions under one digest of `questions.neighbourhood`."""

    operation: str
    neighbourhood: str

    @property
    def key(self) -> str:
        return keys.ai_questions(conf.key_prefix(), self.operation, self.neighbourhood)

    def nearest(self, vector: array[float], *, at_least: float, most: int) -> list[Likeness]:
        """The questions with at least this cosine, the nearest first. One round trip."""
        kept = list(self._read(dimensions=len(vector)))
        if not kept:
            return []
        vectors = np.frombuffer(b"".join(one.vector for one in kept), "<f4").reshape(len(kept), -1)
        cosines = vectors @ unit(vector)
        order = np.argsort(-cosines, kind="stable")
        near = (Likeness(kept[place].question, float(cosines[place])) for place in order[:most])
        return [likeness for likeness in near if likeness.cosine >= at_least]

    def add(self, question: str, vector: array[float], *, ttl_seconds: int) -> None:
        """Puts it first; what is too much falls off at the end."""
        kept = _Kept(question, unit(vector).astype("<f4").tobytes())
        entry = codec.encode(_KEPT, kept, compress_above=UNCOMPRESSED)
        with raising_cache_unavailable():
            pipe = redis_client().pipeline(transaction=True)  # never a list without an expiry
            pipe.lrem(self.key, 1, entry)  # type: ignore[arg-type]  # redis-py takes bytes as well
            pipe.lpush(self.key, entry)
            pipe.ltrim(self.key, 0, MOST_QUESTIONS - 1)
            pipe.expire(self.key, policy.with_jitter(ttl_seconds))
            pipe.execute()

    def _read(self, *, dimensions: int) -> Iterator[_Kept]:
        """Each question once, as it was added last. What is not an entry of ours is passed over and counted."""
        seen = set()
        for entry in self._entries():
            try:
                kept = codec.decode(_KEPT, entry)
            except codec.Undecodable:
                stats.record(KIND, Outcome.UNDECODABLE)
                continue
            if len(kept.vector) == 4 * dimensions and kept.question not in seen:
                seen.add(kept.question)
                yield kept

    def _entries(self) -> list[bytes]:
        with raising_cache_unavailable():
            try:
                entries: list[bytes] = redis_client().lrange(self.key, 0, -1)
            except redis.ResponseError as error:
                if not str(error).startswith("WRONGTYPE"):
                    raise
                stats.record(KIND, Outcome.UNDECODABLE)
                redis_client().unlink(self.key)
                return []
        return entries


def unit(vector: array[float]) -> Vector:
    """The same direction with length one; a vector of zeros stays what it is, and is like none."""
    numbers = np.frombuffer(vector, np.float32)
    length = float(np.linalg.norm(numbers))
    return numbers / np.float32(length) if length > 0 else numbers
