"""One socket to one primary: commands out, replies in, and nothing between. It belongs to one thread.

redis-py connects and signs in; from then on its socket is driven directly with hiredis, which is three times faster than
its client. Any failure closes the link, so that a late reply is never taken for the answer to the next command.
"""

import select
import socket
import ssl
import struct
import time
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, cast

import hiredis
import redis

from caching.connection import clients
from caching.connection.failures import Gone, Refused, Unanswered, reply_error
from caching.connection.urls import Address, Target

Argument = bytes | str | int
Command = tuple[Argument, ...]
Packed = bytes
"""A command as it goes over the wire: made once by `pack`, sent again and again."""
Reply = object

EPOCH_BYTES = 8
# How long a primary is believed to be one without being asked.
CONFIRMED_SECONDS = 1.0
# A server that sends byte by byte must not be waited for at each of them: this often the deadline is looked at, and by so
# much it may be missed.
_TICK_SECONDS = 0.1
# What is sent may be large, and a server that is busy takes it later.
_SENDING_SECONDS = 0.3
_TICK = (BlockingIOError, TimeoutError)
_BUFFER_BYTES = 64 * 1024
_INFO: Command = ("INFO", "replication")
_NOT_YET = object()

# Its types know neither longer tuples nor a bytearray.
pack: Callable[[Command], bytes] = cast(Any, hiredis.pack_command)


class Link:
    """Connects at once. Methods raise redis.RedisError or OSError, and have closed the link then.

    `epoch` identifies the data of the primary: a restart and a failover change it. `replicas` is their number when the
    primary was last asked, at most `CONFIRMED_SECONDS` before the last command.
    """

    __slots__ = (
        "_buffer",
        "_confirmed_until",
        "_confirming",
        "_connection",
        "_owed",
        "_poll",
        "_reader",
        "_socket",
        "address",
        "epoch",
        "replicas",
    )

    def __init__(self, target: Target, address: Address) -> None:
        self.address = address
        self.epoch = b""
        self.replicas = 0
        self._confirmed_until = 0.0
        self._confirming = False
        self._owed = 0
        self._buffer = bytearray(_BUFFER_BYTES)
        self._reader: Any = hiredis.Reader(
            protocolError=redis.InvalidResponse, replyError=reply_error, notEnoughData=_NOT_YET
        )
        deadline = time.monotonic() + clients.REPLY_SECONDS
        # RESP2: nothing but replies may come on this socket.
        self._connection = clients.make_connection(target, address, protocol=2)
        self._connection.connect()
        self._socket = cast(socket.socket, self._connection._sock)
        _tick(self._socket)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self.exchange([], deadline)

    def exchange(self, commands: Sequence[Command | Packed], deadline: float = inf) -> list[Reply]:
        """One round trip: the replies in the order of the commands, error replies among them.

        `deadline` is a time of time.monotonic(); a server that is silent for SOCKET_SECONDS is given up before.
        """
        now = time.monotonic()
        if now > deadline:  # connecting took all the time; a reply would be waited for another tick
            self.close()
            raise _late()
        self.send(commands)
        return self.receive(len(commands), min(deadline, now + clients.SOCKET_SECONDS))

    def send(self, commands: Sequence[Command | Packed]) -> None:
        """Every `send` is followed by one `receive`, or by `close`."""
        self._confirming = time.monotonic() > self._confirmed_until
        if self._confirming:
            commands = (_INFO, *commands)
        try:
            packed = b"".join([one if isinstance(one, bytes) else pack(one) for one in commands])
        except TypeError as error:
            raise redis.DataError(str(error)) from error
        try:
            self._socket.sendall(packed)
        except OSError as error:
            self.close()
            raise Gone(f"the connection broke: {error}") from error

    def post(self, commands: Sequence[Command]) -> None:
        """Send without waiting. The replies are read, and thrown away, before those to the next commands."""
        self.send(commands)
        self._owed += len(commands) + self._confirming

    def receive(self, count: int, deadline: float) -> list[Reply]:
        """The replies to the `count` commands that were sent; `deadline` is a time of time.monotonic()."""
        try:
            if self._owed:
                self._collect(deadline)
            replies = [self._next(deadline, first=True)] if self._confirming or count else []
            if self._confirming:
                self._confirm(replies.pop())
            gets = self._reader.gets
            while len(replies) < count:
                reply = gets()
                replies.append(self._next(deadline) if reply is _NOT_YET else reply)
        except BaseException:
            self.close()
            raise
        else:
            return replies

    def is_open(self) -> bool:
        """Whether nothing waits to be read: that would be the end of the connection, or an answer too many."""
        if self._owed:
            try:
                self._collect(time.monotonic() + clients.SOCKET_SECONDS)
            except (redis.RedisError, OSError):
                self.close()
            except BaseException:
                self.close()  # interrupted: the rest would be taken for the next replies
                raise
        return bool(self._connection.is_connected) and not self._poll.poll(0)

    def close(self) -> None:
        self._connection.disconnect()

    def _collect(self, deadline: float) -> None:
        owed, self._owed = self._owed, 0
        for _ in range(owed):
            reply = self._next(deadline, first=True)
            if isinstance(reply, Refused):
                raise Gone(str(reply))

    def _next(self, deadline: float, *, first: bool = False) -> Reply:
        reply: Reply = self._reader.gets()
        while reply is _NOT_YET:
            self._feed(deadline, first=first)
            first = False
            reply = self._reader.gets()
            if reply is _NOT_YET and time.monotonic() > deadline:
                raise _late()
        return reply

    def _feed(self, deadline: float, *, first: bool) -> None:
        while True:
            try:
                size = self._socket.recv_into(self._buffer)
            except _TICK as error:
                if time.monotonic() > deadline:
                    raise _late() from error
                continue
            except OSError as error:
                raise _broken(str(error), first=first) from error
            if not size:
                raise _broken("Connection closed by server", first=first)
            self._reader.feed(self._buffer, 0, size)
            return

    def _confirm(self, reply: Reply) -> None:
        """It is still a primary, with the data that it had."""
        if not isinstance(reply, bytes):
            raise reply if isinstance(reply, Exception) else redis.InvalidResponse("INFO is not a text")
        facts = dict(line.partition(b":")[::2] for line in reply.splitlines())
        if facts.get(b"role") != b"master":
            raise Refused("READONLY the server is a replica")
        epoch = facts[b"master_replid"][:EPOCH_BYTES]
        if epoch != (self.epoch or epoch):
            raise Gone("The server has become another primary")
        self.epoch = epoch
        self.replicas = reply.count(b",state=online,")  # one that is still being filled cannot take over
        self._confirmed_until = time.monotonic() + CONFIRMED_SECONDS


def _tick(connected: socket.socket) -> None:
    """The kernel counts the time, as a timeout of Python's costs a system call at every send and receive. With TLS it has
    to be Python's, and the same for both: its reading loop goes on after the kernel's."""
    if isinstance(connected, ssl.SSLSocket):
        connected.settimeout(_SENDING_SECONDS)
        return
    connected.settimeout(None)
    for option, seconds in ((socket.SO_RCVTIMEO, _TICK_SECONDS), (socket.SO_SNDTIMEO, _SENDING_SECONDS)):
        interval = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
        connected.setsockopt(socket.SOL_SOCKET, option, interval)


def _late() -> Unanswered:
    return Unanswered("Timeout reading from socket")


def _broken(cause: str, *, first: bool) -> redis.ConnectionError:
    return Gone(cause) if first else redis.ConnectionError(cause)
