"""Entries in Redis: typed values with an expiry. Whatever is not a value of the expected type is a counted miss.

Every function raises CacheUnavailable when Redis does not work; there is no fallback.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import redis

from caching import codec, policy, stats
from caching.codec import MISS, Absence, Codec
from caching.connection import raising_cache_unavailable, redis_client
from caching.stats import Outcome

T = TypeVar("T")
Miss = Literal[Absence.MISS]


@dataclass(frozen=True, slots=True)
class Slot(Generic[T]):
    """The place of one value: its key, its type, the kind under which it is counted, and how long it lives."""

    key: str
    codec: Codec[T]
    kind: str
    ttl_seconds: int

    def open(self, reply: object) -> T | Miss:
        """The value in a reply to GET."""
        if reply is None:
            stats.record(self.kind, Outcome.ABSENT)
            return MISS
        try:
            value = codec.decode(self.codec, _entry(reply))
        except codec.Undecodable:
            stats.record(self.kind, Outcome.UNDECODABLE)
            return MISS
        stats.record(self.kind, Outcome.HIT)
        return value


def get(slot: Slot[T]) -> T | Miss:
    with raising_cache_unavailable():
        try:
            reply: object = redis_client().get(slot.key)
        except redis.ResponseError as error:
            reply = error
        return slot.open(reply)


def get_many(slots: Sequence[Slot[T]]) -> list[T | Miss]:
    """One round trip. A pipeline and not MGET: the keys may lie on different nodes of a cluster."""
    with raising_cache_unavailable():
        pipe = redis_client().pipeline(transaction=False)
        for slot in slots:
            pipe.get(slot.key)
        replies = pipe.execute(raise_on_error=False)
        return [slot.open(reply) for slot, reply in zip(slots, replies, strict=True)]


def put(slot: Slot[T], value: T) -> None:
    put_many([(slot, value)])


def put_many(values: Iterable[tuple[Slot[T], T]]) -> None:
    with raising_cache_unavailable():
        pipe = redis_client().pipeline(transaction=False)
        for slot, value in values:
            pipe.set(slot.key, codec.encode(slot.codec, value), ex=policy.with_jitter(slot.ttl_seconds))
        pipe.execute()


def _entry(reply: object) -> bytes:
    match reply:
        case bytes():
            return reply
        # A list or a stream under our key is nothing that we have written; a SET will replace it.
        case redis.ResponseError() if str(reply).startswith("WRONGTYPE"):
            raise codec.Undecodable(str(reply)) from reply
        case Exception():
            raise reply
    raise TypeError(f"GET does not answer {type(reply)}")
