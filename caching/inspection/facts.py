"""What is known of a key without reading its value. All keys of a page are asked about in one round trip a primary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from caching.connection.clients import Client
from caching.inspection import names
from caching.inspection.namespaces import Namespace
from caching.inspection.primaries import known, pipelined

# A large hash or set is estimated from so many of its elements: to weigh all of them could take seconds.
SAMPLED_ELEMENTS = 5
NEVER = -1
_GONE = -2


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a foreign key (no `namespace`) only the type is asked for. None: the server does not say.

    `ttl_ms` may be NEVER. `idle_seconds`: how long ago the value was last read or written.
    """

    name: bytes
    namespace: Namespace | None
    type: str | None
    ttl_ms: int | None = None
    size_bytes: int | None = None
    idle_seconds: int | None = None

    @property
    def never_expires(self) -> bool:
        """Every key of ours has an expiry: one that has none was made by a fault, or by hand."""
        return self.ttl_ms == NEVER


def facts_of(client: Client, found: Sequence[bytes]) -> list[Facts]:
    """Of keys that this primary owns; what has gone meanwhile is left out. Raises CacheUnavailable."""
    kinds = [names.namespace_of(name) for name in found]
    questions = [_questions(name, kind) for name, kind in zip(found, kinds, strict=True)]
    replies = iter(pipelined(client, [command for asked in questions for command in asked]))
    told = [
        _facts(name, kind, islice(replies, len(asked)))
        for name, kind, asked in zip(found, kinds, questions, strict=True)
    ]
    return [facts for facts in told if facts is not None]


def _questions(name: bytes, kind: Namespace | None) -> list[tuple[Any, ...]]:
    key = names.key_of(name)
    if kind is None:
        return [("TYPE", key)]
    return [
        ("TYPE", key),
        ("PTTL", key),
        ("MEMORY USAGE", key, "SAMPLES", SAMPLED_ELEMENTS),
        ("OBJECT", "IDLETIME", key),
    ]


def _facts(name: bytes, kind: Namespace | None, replies: Iterator[Any]) -> Facts | None:
    type_, *more = map(known, replies)
    if type_ is not None:
        type_ = names.shown(type_)
    if type_ == "none" or (more and more[0] == _GONE):
        return None
    return Facts(name, kind, type_, *more)
