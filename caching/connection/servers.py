"""What servers say of themselves, and asking each primary for it over the links of the hot path, all in one round trip."""

from __future__ import annotations

import time
from collections.abc import Mapping

from caching import trace
from caching.connection import clients, links, nodes
from caching.connection.failures import Refused, code_of, raising_cache_unavailable
from caching.connection.link import Link, Reply
from caching.connection.topology import Topology
from caching.connection.urls import Address

Info = Mapping[str, str]


def info() -> dict[str, Info]:
    """INFO of each primary, by its address; one that we may not ask is not among them. Raises CacheUnavailable."""
    with raising_cache_unavailable(), trace.round_trip():
        topology = nodes.current()
        asked = [(address, _sent(topology, address)) for address in topology.primaries()]
        replies = _replies([link for _, link in asked])
        return {
            _name(address): _fields(reply)
            for (address, _), reply in zip(asked, replies, strict=True)
            if not _is_denied(reply)
        }


def _sent(topology: Topology, address: Address) -> Link:
    link = links.to(topology.target, address)
    if not link.is_open():
        links.close(link)
        link = links.to(topology.target, address)
    link.send([("INFO",)])
    return link


def _replies(asked: list[Link]) -> list[Reply]:
    """Of all, within the time of one. A link whose reply is not read is closed, or it would pass for the next one's."""
    deadline = time.monotonic() + clients.SOCKET_SECONDS
    replies: list[Reply] = []
    try:
        for link in asked:
            replies += link.receive(1, deadline)
    finally:
        for link in asked[len(replies) :]:
            links.close(link)
    return replies


def _is_denied(reply: Reply) -> bool:
    return isinstance(reply, Refused) and code_of(reply) == "NOPERM"


def fields(text: bytes) -> dict[str, str]:
    """What a server says of itself a line each, `used_memory:1024`, below headings."""
    lines = text.decode(errors="replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line and not line.startswith("#"))


def _fields(reply: Reply) -> Info:
    if isinstance(reply, Exception):
        raise reply
    return fields(reply) if isinstance(reply, bytes) else {}


def _name(address: Address) -> str:
    host, port = address
    return f"{host}:{port}" if port else host
