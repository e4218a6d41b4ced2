"""Entries as they lie in Redis, read for people: with bounds on what planted bytes may cost, and without deciding anything."""

from __future__ import annotations

from typing import Annotated

import msgspec

from caching import codec
from caching.ai import vectors
from caching.ai.vectors import Sealed
from caching.codec import Undecodable
from caching.entries import Entry

MOST_TAGS = 20_000
MOST_EXPANDED_BYTES = 8 * 2**20

_Names = Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_TAGS)]
_Stamps = Annotated[tuple[bytes, ...], msgspec.Meta(max_length=MOST_TAGS)]


class _Bounded(msgspec.Struct, frozen=True, array_like=True):
    """`entries.Entry`, but a list of millions of tags is refused before it is built."""

    tags: _Names
    stamps: _Stamps
    computed_seconds: Annotated[float, msgspec.Meta(ge=0)]
    expires_at: float
    body: bytes


_CODEC = codec.Typed(_Bounded)


def entry_in(packed: bytes) -> Entry | Sealed:
    """Raises Undecodable."""
    if codec.expanded_bytes(packed) > MOST_EXPANDED_BYTES:
        raise Undecodable("too large")
    try:
        found = codec.decode(_CODEC, packed)
    except Undecodable:
        sealed: Sealed = codec.decode(vectors.CODEC, packed)
        return sealed
    if len(found.tags) != len(found.stamps):
        raise Undecodable("tags without stamps")
    return Entry(found.tags, found.stamps, found.computed_seconds, found.expires_at, found.body)
