"""The Redis stream of one flight: the leader speaks, followers in other processes listen. Both block.

Who speaks must have the lease: a leader that was frozen and replaced is refused, and notices.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import redis

from caching import conf, keys, stats
from caching.ai.live import records
from caching.ai.live.records import Opened, Record, Said
from caching.connection import nodes, raising_cache_unavailable, wire
from caching.connection.clients import RawConnection
from caching.connection.scripts import Script
from caching.connection.wire import Command
from caching.errors import CacheUnavailable
from caching.flight.lease import Lease
from caching.stats import Outcome

_SAY = Script("say_flight")
_GONE = -1
# Longer than any provider takes between two words.
LIFE_MS = 600_000
# For followers who were about to read. What is kept is found by others where it is kept.
AFTERLIFE_MS = 20_000
SHORT_AFTERLIFE_MS = 1_000
REPLY_SECONDS = 0.9
# Before the lease is looked at again, when the stream could not be heard.
PAUSE_SECONDS = 0.03
BEGINNING = "0"


class LostLease(Exception):
    """Somebody else leads now."""


class Speaker:
    """What a leader says. Raises LostLease, and CacheUnavailable."""

    def __init__(self, lease: Lease, key: str) -> None:
        self._lease = lease
        self._key = key
        self._said: list[bytes] = []
        self.last_id = BEGINNING

    def open(self) -> None:
        if self._say(Opened(self._lease.token), first=True) == _GONE:
            raise CacheUnavailable("it does not keep what it is told")

    def say(self, chunks: Sequence[bytes]) -> None:
        self._said += chunks
        self._say_again_if_gone(Said([*chunks]))

    def end(self, record: Record) -> None:
        self._say_again_if_gone(record)

    def bury(self, *, is_kept: bool) -> Command:
        """The command that lets the stream go, soon: to be sent after the end."""
        return ("PEXPIRE", self._key, AFTERLIFE_MS if is_kept else SHORT_AFTERLIFE_MS)

    def _say_again_if_gone(self, record: Record) -> None:
        if self._say(record) == _GONE:
            # Evicted. Followers compare what they hear with what they have heard.
            self.open()
            if self._said:
                self._say(Said(self._said))
            if not isinstance(record, Said):
                self._say(record)

    def _say(self, record: Record, *, first: bool = False) -> int:
        command = (
            "EVAL", _SAY.text, 2, self._lease.key, self._key,
            self._lease.token, records.encode(record), LIFE_MS, "first" if first else "",
        )  # fmt: skip
        (reply,) = wire.call([command])
        if isinstance(reply, bytes):
            self.last_id = reply.decode()
            return 0
        if reply == _GONE:
            return _GONE
        if isinstance(reply, Exception):
            wire.checked([reply])
        raise LostLease


class Listener:
    """A connection of its own on which a follower blocks. Raises CacheUnavailable."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._connection: RawConnection | None = None
        self.last_id = BEGINNING

    def records(self, seconds: float) -> Iterator[Record] | None:
        """What was said since; waits for it at most so long. None: nothing was, or it cannot be heard here now."""
        try:
            with raising_cache_unavailable():
                reply = self._read(seconds)
        except CacheUnavailable as error:
            self.close()
            if not isinstance(error.__cause__, redis.ResponseError):
                raise
            # Another type under the key, or a primary that has become another one: the lease tells who leads.
            time.sleep(PAUSE_SECONDS)
            return None
        entries = reply[0][1] if reply else []
        if not entries:
            return None
        self.last_id = entries[-1][0].decode()
        return _decoded(entries)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None

    def _read(self, seconds: float) -> Any:
        if self._connection is None:
            self._connection = nodes.connect(nodes.current().owner(self._key), protocol=2)
        milliseconds = max(1, round(seconds * 1000))  # for Redis, 0 is for ever
        self._connection.send_command("XREAD", "BLOCK", milliseconds, "STREAMS", self._key, self.last_id)
        return self._connection.read_response(timeout=seconds + REPLY_SECONDS)


def _decoded(entries: Sequence[Any]) -> Iterator[Record]:
    for _, fields in entries:
        try:
            yield records.decode(fields[fields.index(b"r") + 1])
        except (msgspec.DecodeError, ValueError, IndexError):
            stats.record("ai_live", Outcome.UNDECODABLE)


def stream_key(digest: str) -> str:
    return keys.live_stream(conf.key_prefix(), digest)
