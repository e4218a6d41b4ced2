"""Questions to the primaries that own their keys, when there are several of them, or when they change.

All nodes are sent their part before the first one is read, so that many nodes cost one round trip. What another node
should have been asked is asked again, within a bound; nothing is sent twice that may have been executed, unless it is
idempotent.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import redis

from caching import trace
from caching.connection import clients, links
from caching.connection.failures import MISDIRECTIONS, Gone, Refused, Unanswered, Unsent, code_of
from caching.connection.link import Command, Link, Reply
from caching.connection.topology import Topology
from caching.connection.urls import Address

Keyed = tuple[str | bytes, Command]
"""A command and the key that says where it goes."""

# A round that begins later could not end in time.
ROUNDS_BEGIN_SECONDS = 0.8
PAUSE_SECONDS = 0.03
WAIT_MS = 400


@dataclass(frozen=True, slots=True)
class _Part:
    """What one primary was sent: the commands at these positions, some after ASKING, and perhaps a WAIT."""

    link: Link
    positions: list[int]
    asking: frozenset[int]
    waits: bool


class Question:
    """Commands that are on their way. `answer` is called once; it raises redis.RedisError or OSError.

    `before_sending` is given each link before anything is sent. With `durable`, a reply counts only when a replica has
    what was written, if there is any replica.
    """

    def __init__(
        self,
        topology: Topology,
        commands: Sequence[Keyed],
        *,
        idempotent: bool,
        durable: bool = False,
        before_sending: Callable[[Link], None] | None = None,
    ) -> None:
        self._topology = topology
        self._commands = commands
        self._idempotent = idempotent
        self._durable = durable
        self._before_sending = before_sending
        self._replies: list[Reply] = [None] * len(commands)
        self._open = set(range(len(commands)))
        self._asked_to: dict[int, Address] = {}
        self._failure: Exception = redis.ConnectionError("nobody was asked")

    def answer(self) -> list[Reply]:
        started = time.monotonic()
        while self._open:
            with trace.round_trip():
                self._round()
            if self._open:
                if time.monotonic() - started > ROUNDS_BEGIN_SECONDS:
                    raise self._failure
                time.sleep(PAUSE_SECONDS)
        return self._replies

    def _round(self) -> None:
        reached = self._reach()
        deadline = time.monotonic() + clients.SOCKET_SECONDS
        unread: list[_Part] = []
        try:
            for link, positions in reached:
                unread.extend(self._send(link, positions))
            while unread:
                self._receive(unread[0], deadline)
                del unread[0]
        finally:
            for part in unread:
                links.close(part.link)

    def _reach(self) -> list[tuple[Link, list[int]]]:
        """The links to all owners, as far as they can be reached now."""
        reached = []
        for address, positions in self._by_owner().items():
            try:
                reached.append((self._link(address), positions))
            except Unsent as error:
                self._doubt(address, error)
        if self._before_sending:
            for link, _ in reached:
                self._before_sending(link)
        return reached

    def _by_owner(self) -> dict[Address, list[int]]:
        owners: dict[Address, list[int]] = defaultdict(list)
        for position in sorted(self._open):
            address = self._asked_to.get(position) or self._topology.owner(self._commands[position][0])
            owners[address].append(position)
        return owners

    def _link(self, address: Address) -> Link:
        link = links.to(self._topology.target, address)
        if self._idempotent or link.is_open():
            return link
        links.close(link)  # the server has closed it meanwhile, and what follows may not be sent twice
        return links.to(self._topology.target, address)

    def _send(self, link: Link, positions: list[int]) -> list[_Part]:
        asking = frozenset(self._asked_to).intersection(positions)
        part = _Part(link, positions, asking, waits=bool(self._durable and link.replicas))
        commands: list[Command] = []
        for position in positions:
            if position in asking:
                commands.append(("ASKING",))
            commands.append(self._commands[position][1])
        if part.waits:
            commands.append(("WAIT", 1, WAIT_MS))
        try:
            link.send(commands)
        except Gone as error:
            self._lost(link, error)
            return []
        return [part]

    def _receive(self, part: _Part, deadline: float) -> None:
        count = len(part.positions) + len(part.asking) + part.waits
        try:
            replies = iter(part.link.receive(count, deadline))
        except Gone as error:
            self._lost(part.link, error)
            return
        except (redis.RedisError, OSError) as error:
            self._doubt(part.link.address, error)
            raise
        for position in part.positions:
            if position in part.asking:
                next(replies)
                del self._asked_to[position]
            self._take(part.link, position, next(replies))
        if part.waits and not _is_positive(next(replies)):
            raise Unanswered("no replica has confirmed the write")

    def _take(self, link: Link, position: int, reply: Reply) -> None:
        if isinstance(reply, redis.ResponseError):
            if code_of(reply) in MISDIRECTIONS:
                self._misdirected(link, position, reply)
                return
            if isinstance(reply, Refused):
                raise reply
        self._replies[position] = reply
        self._open.discard(position)

    def _misdirected(self, link: Link, position: int, reply: redis.ResponseError) -> None:
        self._doubt(link.address, reply)
        if code_of(reply) == "ASK":
            host, _, port = str(reply).rpartition(" ")[2].rpartition(":")
            self._asked_to[position] = (host or link.address[0], int(port))

    def _lost(self, link: Link, error: Gone) -> None:
        links.close(link)
        self._doubt(link.address, error)
        if not self._idempotent:
            raise error

    def _doubt(self, address: Address, error: Exception) -> None:
        self._failure = error
        self._topology.doubt(address)


def _is_positive(reply: Reply) -> bool:
    return isinstance(reply, int) and reply > 0
