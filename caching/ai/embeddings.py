"""Embeddings: an entry for each text. A batch is one look, and only unknown texts are sent, each once."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import msgspec

from caching import keys, stats
from caching.ai import client, kept
from caching.ai.kept import Found, Missing, Place
from caching.ai.live import Plan, Publish
from caching.ai.policies import DEFAULT
from caching.ai.provider import ai_provider
from caching.ai.requests import AIRequest
from caching.ai.surfaces import PLAIN
from caching.codec import Floats, Undecodable
from caching.connection.wire import Command
from caching.stats import Outcome
from caching.tags import Stamps

# OpenAI takes 300,000 tokens in one request: this leaves each input about 600.
EMBEDDINGS_A_REQUEST = 512

_FLOATS = Floats()
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[bytes]).decode


class Batch:
    """The texts of one call. `vectors` has those that are known."""

    def __init__(self, operation: str, texts: Sequence[str], model: str | None) -> None:
        if isinstance(texts, str):
            raise TypeError("embed() takes several texts, not one.")
        provider = ai_provider()
        self._texts = texts
        self._parameters: Mapping[str, object] = {"model": model or provider.embedding_model}
        self._places = {
            text: kept.place_of(
                AIRequest("embedding", operation, provider.base_url, {**self._parameters, "input": text}),
                DEFAULT,
            )
            for text in texts
        }
        self.vectors: dict[str, array[float]] = {}
        self._stamps: Stamps = {}

    def look(self) -> None:
        """Raises CacheUnavailable."""
        found = kept.read_many(list(self._places.values()))
        for (text, place), one in zip(self._places.items(), found, strict=True):
            vector = _opened(place, one)
            if vector is not None:
                self.vectors[text] = vector
            elif isinstance(one, Missing):
                self._stamps |= one.stamps
        unknown = self._unknown()
        if unknown:
            self._stamps = kept.stamps_for(self._places[unknown[0]], self._stamps)

    def plans(self) -> list[tuple[list[str], Plan]]:
        """One for each request that has to be made, with its texts."""
        unknown = self._unknown()
        steps = range(0, len(unknown), EMBEDDINGS_A_REQUEST)
        return [
            (part, self._plan(part)) for part in (unknown[at : at + EMBEDDINGS_A_REQUEST] for at in steps)
        ]

    def take(self, texts: Sequence[str], body: bytes) -> None:
        self.vectors |= {text: _FLOATS.load(one) for text, one in zip(texts, _unpack(body), strict=True)}

    def in_order(self) -> list[array[float]]:
        return [self.vectors[text][:] for text in self._texts]  # two equal texts get two arrays

    def _unknown(self) -> list[str]:
        return [text for text in self._places if text not in self.vectors]

    def _plan(self, texts: list[str]) -> Plan:
        places = [self._places[text] for text in texts]
        stamps = self._stamps

        def ask(publish: Publish) -> bytes:
            vectors = client.embed(self._parameters, texts)
            return _pack([_FLOATS.dump(vector) for vector in vectors])

        def look() -> bytes | None:
            found = kept.read_many(places)
            bodies = [one.body for one in found if isinstance(one, Found)]
            return _pack(bodies) if len(bodies) == len(texts) else None

        def keep(body: bytes, seconds: float) -> list[Command]:
            if not kept.may_keep(places[0], stamps):
                return []
            return [
                kept.storing(place, one, stamps, seconds)
                for place, one in zip(places, _unpack(body), strict=True)
            ]

        identity = "\0".join([*(place.key for place in places), *map(repr, stamps.values())])
        return Plan(keys.digest(identity.encode()), PLAIN, ask, look, keep)


def _opened(place: Place, found: Found | Missing) -> array[float] | None:
    """None: it has to be asked for."""
    if isinstance(found, Missing):
        stats.record(place.kind, found.outcome)
        return None
    try:
        vector = _FLOATS.load(found.body)
    except (ValueError, Undecodable):
        stats.record(place.kind, Outcome.UNDECODABLE)
        return None
    stats.record(place.kind, found.outcome)
    return vector
