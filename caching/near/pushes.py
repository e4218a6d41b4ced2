"""One connection on which a primary pushes the name of every tag that changes: client tracking in broadcast mode.

RESP3, read with a reader of its own. Pushes are handed over in the order in which they arrive, before the reply behind
them is returned. Every method raises redis.RedisError, OSError or CacheUnavailable; after that the link is of no use.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import struct
from collections.abc import Callable
from time import monotonic
from typing import Any, cast

import hiredis
import redis

from caching.connection import nodes
from caching.connection.urls import Address

# Connecting, and each answer: together with the network read that follows it stays below the 1.5 s of an outage.
ANSWER_SECONDS = 0.4
_CHUNK_BYTES = 16 * 1024
_pack: Any = hiredis.pack_command
_PING: bytes = _pack(("PING",))
_INFO: bytes = _pack(("INFO", "clients", "replication"))
_TRACKERS = re.compile(rb"^tracking_clients:(\d+)", re.MULTILINE)
_NOT_YET = object()

Pushed = Callable[[list[str] | None], None]
"""Takes the names of the tags that changed; None: all of them are gone."""


class PushLink:
    """Connects at once; from then on no change of a tag below `tag_prefix` is missed."""

    def __init__(self, address: Address, tag_prefix: str, pushed: Pushed) -> None:
        self._pushed = pushed
        self._prefix_bytes = len(tag_prefix.encode())
        self._reader = hiredis.Reader(
            protocolError=redis.InvalidResponse, replyError=redis.ResponseError, notEnoughData=_NOT_YET
        )
        # redis-py closes the socket when this object goes.
        self._connection: Any = nodes.connect(address, protocol=3, seconds=ANSWER_SECONDS)
        self._socket = cast(socket.socket, self._connection._sock)
        try:
            _bound_silence(self._socket)
            self._socket.sendall(_pack(("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", tag_prefix)))
            self._reply(monotonic() + ANSWER_SECONDS)
        except BaseException:
            self.close()
            raise

    def ask(self, *, about_itself: bool) -> None:
        self._socket.sendall(_PING + _INFO if about_itself else _PING)

    def hear(self, *, about_itself: bool) -> int:
        """Apply all that was pushed before the answer. How many connections the server tracks, if it was asked."""
        deadline = monotonic() + ANSWER_SECONDS
        self._reply(deadline)
        return _trackers(self._reply(deadline)) if about_itself else 0

    def close(self) -> None:
        self._connection.disconnect()

    def abandon(self) -> None:
        """In the child of a fork: only this copy of the descriptor goes, the parent's connection lives on."""
        if self._socket.fileno() >= 0:
            os.close(self._socket.detach())

    def _reply(self, deadline: float) -> Any:
        while True:
            reply = self._reader.gets()
            if reply is _NOT_YET:
                self._receive(deadline)
            elif isinstance(reply, hiredis.PushNotification):
                self._hand_over(reply)
            elif isinstance(reply, Exception):
                raise reply
            else:
                return reply

    def _receive(self, deadline: float) -> None:
        # The time limit of the socket is for silence; a server that trickles must not hold us for ever either.
        if monotonic() > deadline:
            raise TimeoutError("the answer took too long")
        data = self._socket.recv(_CHUNK_BYTES)
        if not data:
            raise redis.ConnectionError("the server closed the connection")
        self._reader.feed(data)

    def _hand_over(self, push: list[Any]) -> None:
        if push[0] != b"invalidate":
            return
        tag_keys = push[1]
        if tag_keys is None:
            self._pushed(None)
        else:
            self._pushed([key[self._prefix_bytes :].decode(errors="replace") for key in tag_keys])


def _bound_silence(connected: socket.socket) -> None:
    """Where possible the kernel keeps the time: Python would ask it whether there is something before each read."""
    if isinstance(connected, ssl.SSLSocket):
        connected.settimeout(ANSWER_SECONDS)
        return
    limit = struct.pack("ll", 0, round(ANSWER_SECONDS * 1_000_000))
    connected.settimeout(None)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def _trackers(info: bytes | str) -> int:
    """Raises redis.ConnectionError when it is no primary any more: a replica pushes late."""
    text = info.encode() if isinstance(info, str) else info
    if b"role:master" not in text:
        raise redis.ConnectionError("the server is not a primary any more")
    found = _TRACKERS.search(text)
    return int(found[1]) if found else 0
