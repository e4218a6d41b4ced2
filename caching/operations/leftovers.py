"""What the cache itself may leave behind: keys that have lost their expiry, and entries that nobody can decode."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

from caching.ai.semantic import shadow
from caching.connection import wire
from caching.connection.scripts import Script
from caching.connection.wire import Argument
from caching.invalidation.census import kept_in
from caching.operations import cleaning
from caching.operations.cleaning import Cleaner, KeyCleaner, Keys
from caching.operations.purging import unlink
from caching.operations.shapes import Shape

PORTION_BYTES = 2**19
"""So much is read at once of entries; a larger one is read alone."""
VALUE_BYTES = 64
_END_OR_EXPIRE = Script("end_or_expire")


def remove_endless(keys: Keys) -> int:
    """Cached values without an expiry."""
    return _mend([(key, shape) for key, shape in keys if shape.life_seconds is None])


def expire_endless(keys: Keys) -> int:
    """Everything else without one: sessions, stamps and leases are not removed, they get the expiry that they should have."""
    return _mend([(key, shape) for key, shape in keys if shape.life_seconds is not None])


def remove_undecodable(keys: Keys) -> int:
    """Of entries, what no reader can make anything of. One that is written meanwhile may go with it, and is a miss."""
    entries = [key for key, shape in keys if shape.kind == "string" and shape.life_seconds is None]
    return sum(unlink(_undecodable(portion)) for portion in _portions(entries))


def forget_questions() -> int:
    """Recorded questions that are older than they may become."""
    purged = shadow.purge()
    return purged.deleted + purged.blanked


def _mend(keys: Keys) -> int:
    endless = _without_expiry(keys)
    if not endless:
        return 0
    calls = [
        (key, shape.kind, shape.field, 1000 * (shape.life_seconds() if shape.life_seconds else 0))
        for key, shape in endless
    ]
    replies = wire.run(_END_OR_EXPIRE, calls, idempotent=True)
    wire.checked(replies)
    return sum(cast(list[int], replies))


def _without_expiry(keys: Keys) -> list[tuple[str, Shape]]:
    replies = wire.call([("PTTL", key) for key, _ in keys], idempotent=True) if keys else []
    endless = [each for each, reply in zip(keys, replies, strict=True) if reply == -1]
    judged = [(key, shape.kind) for key, shape in endless if shape.value]
    firsts = dict(zip(judged, _firsts(judged), strict=True))
    return [
        (key, shape)
        for key, shape in endless
        if not shape.value or re.match(shape.value, firsts[key, shape.kind])
    ]


_FIRST: dict[str, tuple[Argument, ...]] = {
    "string": ("GETRANGE", 0, VALUE_BYTES - 1),
    "zset": ("ZRANGE", 0, 0),
    "stream": ("XRANGE", "-", "+", "COUNT", 1),
}


def _firsts(keys: Sequence[tuple[str, str]]) -> list[str]:
    """The first thing in each of these keys and types; "" for one of another type."""
    commands = [(_FIRST[kind][0], key, *_FIRST[kind][1:]) for key, kind in keys]
    replies = wire.call(commands, idempotent=True) if commands else []
    return [_first(reply) for reply in replies]


def _first(reply: object) -> str:
    """Of a stream it lies deeper: [[id, [field, value]]]."""
    match reply:
        case bytes():
            return reply.decode(errors="replace")
        case [[_, [field, *_]]]:
            return _first(field)
        case [member]:
            return _first(member)
    return ""


def _portions(keys: Sequence[str]) -> Iterator[list[str]]:
    portion: list[str] = []
    size = 0
    lengths = wire.call([("STRLEN", key) for key in keys], idempotent=True) if keys else []
    for key, length in zip(keys, lengths, strict=True):
        if not isinstance(length, int):  # of another type, so it is not ours
            continue
        if portion and size + length > PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(key)
        size += length
    if portion:
        yield portion


def _undecodable(keys: list[str]) -> list[str]:
    values = zip(keys, wire.mget(keys), strict=True)
    return [key for key, packed in values if packed is not None and kept_in(key, packed) is None]


def register() -> None:
    """For the start of the program: the models are there only then."""
    cleaning.register(
        KeyCleaner("without_expiry", "Cached values without an expiry", remove_endless),
        KeyCleaner("given_expiry", "Other keys without an expiry, which get one", expire_endless),
        KeyCleaner("undecodable", "Entries that nobody can decode", remove_undecodable),
        Cleaner("old_questions", "Recorded questions beyond their retention", forget_questions),
    )
