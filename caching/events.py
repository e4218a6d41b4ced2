"""Append-only logs of events that many readers follow live and resume: the tokens of a turn, the steps of an analysis.

A log is one Redis stream that expires. It carries what is under way; what has to last is in the database.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import redis.asyncio

from caching import conf, keys, policy, stats
from caching.connection import async_redis_client, bounded_reply, raising_cache_unavailable, redis_client
from caching.stats import Outcome

BEGINNING = "0-0"
MAX_EVENTS = 10_000
EVENTS_A_REPLY = 1_000

_ENTRY_ID = re.compile(r"([0-9]{1,20})(?:-([0-9]{1,20}))?")
_LARGEST = 2**64 - 1

# Redis's replies to XRANGE and XREAD; the types of redis-py allow for every protocol and decoder.
Entry = tuple[bytes, dict[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Event:
    """`last` marks the end of its log."""

    id: str
    name: str
    data: dict[str, Any]
    last: bool


class EventLog:
    """The log `kind`:`log_id`. Every append renews its expiry."""

    def __init__(
        self, kind: str, log_id: int | str, *, ttl_seconds: int = policy.EVENT_LOG_TTL_SECONDS
    ) -> None:
        self._kind = kind
        self._id = log_id
        self._ttl_seconds = ttl_seconds

    @property
    def key(self) -> str:
        return keys.event_log(conf.key_prefix(), self._kind, self._id)

    def append(self, event: str, data: dict[str, Any], *, last: bool = False) -> str:
        """Adds an event and returns its id. `last=True` ends the log for its readers."""
        fields: dict[Any, Any] = {"event": event, "data": msgspec.json.encode(data), "last": int(last)}
        with raising_cache_unavailable():
            pipe = redis_client().pipeline(transaction=True)  # never a stream without an expiry
            pipe.xadd(self.key, fields, maxlen=MAX_EVENTS, approximate=True)
            pipe.expire(self.key, policy.with_jitter(self._ttl_seconds))
            entry_id: bytes = pipe.execute()[0]
        return entry_id.decode()

    def read(self, after: str | None = BEGINNING) -> list[Event]:
        """Everything after an id, which may come from a client as it is: what is not an id means the beginning."""
        with raising_cache_unavailable():
            entries: Any = redis_client().xrange(self.key, min=f"({_position(after)}")
        return _events(entries)

    def reset(self) -> None:
        """Forget what was written: the next append begins a new log."""
        with raising_cache_unavailable():
            redis_client().unlink(self.key)

    async def follow(
        self, after: str | None, *, heartbeat_seconds: float = 15, patience_seconds: float = 60
    ) -> AsyncGenerator[Event | None, None]:
        """Every event after an id, live, until the last one; None after each `heartbeat_seconds` of silence.

        `after` may come from a client as it is. A log that does not exist (not begun yet, or expired) is waited for at
        most `patience_seconds`. Raises CacheUnavailable, also in the midst, when Redis stops answering.
        """
        reader = _Reader(await async_redis_client(), self.key)
        if await reader.start(after):
            return
        give_up_at = _now() + patience_seconds
        while (silence := min(heartbeat_seconds, give_up_at - _now())) > 0:
            events = await reader.wait(silence)
            for event in events:
                yield event
                if event.last:
                    return
            if events or await reader.log_exists():
                give_up_at = _now() + max(patience_seconds, heartbeat_seconds)
            if not events:
                yield None


class _Reader:
    """One follower's place in a log."""

    def __init__(self, client: redis.asyncio.Redis, key: str) -> None:
        self._client = client
        self._key = key
        self._position = BEGINNING

    async def start(self, after: str | None) -> bool:
        """Go to where the client left off; True if that is the log's end.

        An id beyond the newest one was never given out by this log: begin again.
        """
        position = _position(after)
        async with bounded_reply():
            entries: Any = await self._client.xrevrange(self._key, count=1)
        newest = _events(entries)
        if not newest or _order(position) > _order(newest[0].id):
            return False
        self._position = position
        return newest[0].last and _order(position) == _order(newest[0].id)

    async def wait(self, seconds: float) -> list[Event]:
        """What has come after the event read last; waits for it at most so long."""
        block = max(1, round(seconds * 1000))  # for Redis, 0 is for ever
        async with bounded_reply(blocking_seconds=seconds):
            reply: Any = await self._client.xread(
                {self._key: self._position}, count=EVENTS_A_REPLY, block=block
            )
        entries: list[Entry] = reply[0][1] if reply else []
        if entries:
            self._position = entries[-1][0].decode()
        return _events(entries)

    async def log_exists(self) -> bool:
        async with bounded_reply():
            return bool(await self._client.exists(self._key))


def _events(entries: Iterable[Entry]) -> list[Event]:
    """The entries that are events of ours; another one is passed over and counted."""
    events = []
    for entry_id, fields in entries:
        try:
            events.append(_event(entry_id, fields))
        except (KeyError, ValueError):
            stats.record("event", Outcome.UNDECODABLE)
    return events


def _event(entry_id: bytes, fields: dict[bytes, bytes]) -> Event:
    data = msgspec.json.decode(fields[b"data"], type=dict[str, Any])
    return Event(entry_id.decode(), fields[b"event"].decode(), data, last=fields[b"last"] == b"1")


def _position(after: str | None) -> str:
    """An id as Redis takes it. Clients send what they like, so everything else is the beginning."""
    if after and _ENTRY_ID.fullmatch(after) and max(_order(after)) <= _LARGEST:
        return after
    return BEGINNING


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence or 0)


def _now() -> float:
    return asyncio.get_running_loop().time()
