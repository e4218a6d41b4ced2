"""What a leader tells those who follow him, as records of a Redis stream, and what readers in a process get of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

import msgspec

Cause = Literal["status", "timeout", "unreachable", "broken", "unreadable", "unusable"]


class Opened(msgspec.Struct, frozen=True, array_like=True, tag="o"):
    """The provider is being asked, from the beginning. `token` is that of the lease under which it is."""

    token: str


class Said(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    """Chunks of a stream: the JSON of its `data:` lines."""

    chunks: list[bytes]


class Complete(msgspec.Struct, frozen=True, array_like=True, tag="e"):
    """The whole, as the body of a reply that was not streamed."""

    body: bytes


class Broke(msgspec.Struct, frozen=True, array_like=True, tag="b"):
    """The provider failed; `status`, `body` and `headers` are those of its HTTP reply, if it gave one.

    "unusable": it answered, but with nothing that one could use. `body` says why, in words for users.
    """

    cause: Cause
    status: int
    body: bytes
    headers: list[tuple[str, str]]


class Abandoned(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """The leader gave up for reasons of his own: somebody else may lead."""


Record = Opened | Said | Complete | Broke | Abandoned

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Record).decode
"""Raises msgspec.DecodeError for what is no record."""


class UpstreamError(Exception):
    """The provider failed, for all who wait for this answer."""

    def __init__(
        self,
        status: int = 0,
        body: bytes = b"",
        headers: list[tuple[str, str]] | None = None,
        *,
        cause: Cause = "status",
    ) -> None:
        super().__init__(f"{cause} {status}" if status else cause)
        self.cause: Cause = cause
        self.status = status
        self.body = body
        self.headers = headers or []


class BrokenOff(UpstreamError):
    """The provider's stream ended before its answer did."""

    def __init__(self) -> None:
        super().__init__(cause="broken")


def broke(error: UpstreamError) -> Broke:
    return Broke(error.cause, error.status, error.body, error.headers)


def error_of(record: Broke) -> UpstreamError:
    if record.cause == "broken":
        return BrokenOff()
    return UpstreamError(record.status, record.body, record.headers, cause=record.cause)


class Restart(Enum):
    RESTART = "restart"


RESTART: Final = Restart.RESTART
"""For readers: another answer than the one shown so far begins. What was shown is void."""


@dataclass(frozen=True, slots=True)
class Ended:
    """For readers: the whole. `asked`: for this reader; else another one has, or it was kept."""

    body: bytes
    asked: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """For readers: there will be no answer. `own`: the fault is the leading caller's alone, others may ask themselves."""

    error: BaseException
    own: bool = False


News = bytes | Restart | Ended | Failed
"""What readers get: chunks, and one of the last two at the end."""
