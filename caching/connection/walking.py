"""The keys of all primaries, step by step: each step is one short command, and says where the next one begins.

So a walk can be bounded, paused, and taken up again by another process. Keys that are there all the while are met at least
once, and perhaps twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from caching.connection import address_of, primary_clients, raising_cache_unavailable

KEYS_A_STEP = 500
_LARGEST = 2**64


class Place(NamedTuple):
    """Where a walk stands: at which of the primaries, and at which cursor of its SCAN."""

    server: int = 0
    cursor: int = 0

    def __str__(self) -> str:
        return f"{self.server}-{self.cursor}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for what `str` cannot have written."""
        server, dash, cursor = text.partition("-")
        if not (dash and text.isascii() and server.isdigit() and cursor.isdigit() and len(text) < 30):
            raise ValueError(f"{text[:40]!r} is no place in a walk.")
        place = cls(int(server), int(cursor))
        if place.cursor >= _LARGEST:
            raise ValueError("There is no such place in a walk.")
        return place


BEGINNING = Place()


class Step(NamedTuple):
    """`then`: where the next one begins; None: that was all."""

    keys: list[str]
    then: Place | None


def walk(
    pattern: str, place: Place = BEGINNING, *, kind: str | None = None, pause_seconds: float = 0
) -> Iterator[Step]:
    """`kind`: only keys of this type, by Redis's name for it. `pause_seconds` between two steps are for other people's
    commands. Raises CacheUnavailable. With fewer primaries than when the place was noted, it may end early.
    """
    there: Place | None = place
    while there is not None:
        step = _step(pattern, there, kind)
        yield step
        there = step.then
        if there is not None and pause_seconds:
            time.sleep(pause_seconds)


def count_keys() -> int:
    """Of all primaries, whosever they are. Raises CacheUnavailable."""
    with raising_cache_unavailable():
        return sum(int(server.dbsize()) for server in _servers())


def _step(pattern: str, place: Place, kind: str | None) -> Step:
    with raising_cache_unavailable():
        servers = _servers()
        if place.server >= len(servers):
            return Step([], None)
        cursor, found = servers[place.server].scan(place.cursor, match=pattern, count=KEYS_A_STEP, _type=kind)
    return Step(_names(found), _after(place, int(cursor), len(servers)))


def _after(place: Place, cursor: int, servers: int) -> Place | None:
    if cursor:
        return Place(place.server, cursor)
    return Place(place.server + 1) if place.server + 1 < servers else None


def _servers() -> list[Any]:
    """In an order that stays the same, for a number must go on meaning the same one."""
    return sorted(primary_clients(), key=lambda server: address_of(server) or ("", 0))


def _names(found: list[bytes]) -> list[str]:
    """What is not UTF-8 is not ours."""
    names = []
    for key in found:
        try:
            names.append(key.decode())
        except UnicodeDecodeError:
            continue
    return names
