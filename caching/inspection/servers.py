"""The primaries one by one, for what each knows of itself alone: its slow commands, its latency, its settings.

A server may keep some of it from its user: that is an answer, `Unknown`, and no failure.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import redis

from caching.connection import nodes, raising_cache_unavailable
from caching.connection.clients import RawConnection
from caching.connection.failures import OUTAGES, code_of
from caching.connection.servers import fields


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the server does not tell, and why. It counts as false."""

    reason: str

    def __bool__(self) -> Literal[False]:
        return False


class Server:
    """One primary. It is asked over a connection of its own, in RESP2: replies are bytes, numbers and lists of them."""

    def __init__(self, name: str, connection: RawConnection) -> None:
        self.name = name
        self._connection = connection

    def ask(self, *words: str | int) -> Any:
        """The reply, or Unknown when this user may not ask or the server does not know the command.

        Raises CacheUnavailable.
        """
        with raising_cache_unavailable():
            try:
                self._connection.send_command(*words)
                return self._connection.read_response()
            except redis.exceptions.NoPermissionError:
                return Unknown(f"this user may not run {_name(words)}")
            except redis.ResponseError as error:
                # A part of a command that it does not know is an error of its own.
                if code_of(error) in OUTAGES or "unknown" not in str(error).lower():
                    raise
                return Unknown(f"the server does not know {_name(words)}")

    def settings(self, *names: str) -> dict[str, str] | Unknown:
        """Those of its settings that it has."""
        reply = self.ask("CONFIG", "GET", *names)
        if isinstance(reply, Unknown):
            return reply
        texts = [text.decode() for text in reply]
        return dict(zip(texts[::2], texts[1::2], strict=True))

    def info(self, section: str) -> dict[str, str] | Unknown:
        """The lines of a part of INFO."""
        reply = self.ask("INFO", section)
        return reply if isinstance(reply, Unknown) else fields(reply)

    def ping(self) -> float | Unknown:
        """Seconds until it answers."""
        began = time.perf_counter()
        reply = self.ask("PING")
        return reply if isinstance(reply, Unknown) else time.perf_counter() - began


@contextmanager
def connected() -> Iterator[list[Server]]:
    """All primaries. Raises CacheUnavailable."""
    with ExitStack() as stack:
        servers = []
        for host, port in nodes.primaries():
            connection = nodes.connect((host, port), protocol=2)
            stack.callback(connection.disconnect)
            servers.append(Server(f"{host}:{port}", connection))
        yield servers


def _name(words: tuple[str | int, ...]) -> str:
    """`SLOWLOG GET`: of what was asked for, the words that are no settings."""
    return " ".join(str(word) for word in words[:2])
