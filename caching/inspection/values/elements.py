"""A value of any type of Redis, its first elements as text: counts, and whatever else a kind of key holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from caching.connection import raising_cache_unavailable
from caching.connection.clients import Client
from caching.inspection.names import shown
from caching.inspection.primaries import known
from caching.inspection.values.opened import Block, Opened

MOST_ELEMENTS = 100
MOST_ENTRIES = 20
MOST_ELEMENT_CHARACTERS = 2000

Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Elements:
    """How many there are, and the first of them: a name, which may be empty, and a text."""

    count: int
    rows: Rows


def elements_of(client: Client, key: bytes, type_: str) -> Elements | None:
    """None: no such type, or not readable. Raises CacheUnavailable."""
    if type_ not in _TYPES:
        return None
    ask, rows_of = _TYPES[type_]
    with raising_cache_unavailable():
        pipe = client.pipeline(transaction=False)
        ask(pipe, key)
        count, reply = map(known, pipe.execute(raise_on_error=False))
    return None if count is None or reply is None else Elements(count, rows_of(reply))


def open_elements(opened: Opened, elements: Elements, *, may_read: bool) -> None:
    opened.details.append(("Elements", f"{elements.count:,}"))
    if may_read:
        lines = [f"{name}: {text}" if name else text for name, text in elements.rows[:MOST_ELEMENTS]]
        whole = f"{elements.count:,} elements" if elements.count > len(lines) else ""
        opened.blocks.append(Block("Elements", "\n".join(lines), whole))


def text_of(element: Any) -> str:
    text = shown(element[: MOST_ELEMENT_CHARACTERS + 1] if isinstance(element, bytes) else str(element))
    return text if len(text) <= MOST_ELEMENT_CHARACTERS else f"{text[:MOST_ELEMENT_CHARACTERS]}…"


def _named(items: Any) -> Rows:
    return [(text_of(name), text_of(value)) for name, value in items]


def _unnamed(members: Any) -> Rows:
    return [("", text_of(member)) for member in members]


def _stream_rows(reply: Any) -> Rows:
    return [
        (text_of(place), ", ".join(f"{name}={value}" for name, value in _named(fields.items())))
        for place, fields in reply
    ]


def _ask_hash(pipe: Any, key: bytes) -> None:
    pipe.hlen(key)
    pipe.hscan(key, count=MOST_ELEMENTS)


def _ask_set(pipe: Any, key: bytes) -> None:
    pipe.scard(key)
    pipe.sscan(key, count=MOST_ELEMENTS)


def _ask_list(pipe: Any, key: bytes) -> None:
    pipe.llen(key)
    pipe.lrange(key, 0, MOST_ELEMENTS - 1)


def _ask_zset(pipe: Any, key: bytes) -> None:
    pipe.zcard(key)
    pipe.zrange(key, 0, MOST_ELEMENTS - 1, withscores=True)


def _ask_stream(pipe: Any, key: bytes) -> None:
    pipe.xlen(key)
    pipe.xrevrange(key, count=MOST_ENTRIES)


_TYPES: dict[str, tuple[Callable[[Any, bytes], None], Callable[[Any], Rows]]] = {
    "hash": (_ask_hash, lambda reply: sorted(_named(reply[1].items()))),
    "set": (_ask_set, lambda reply: sorted(_unnamed(reply[1]))),
    "list": (_ask_list, _unnamed),
    "zset": (_ask_zset, lambda reply: [(f"{score:g}", text_of(member)) for member, score in reply]),
    "stream": (_ask_stream, _stream_rows),
}
