"""The tier as a door uses it, with vectors that a test chooses: the angle between two questions, in degrees."""

from __future__ import annotations

import math
from array import array
from typing import Any

from caching.ai import kept
from caching.ai.answers import Answer
from caching.ai.policies import DEFAULT
from caching.ai.requests import AIRequest
from caching.ai.semantic import Found, background, find, learn
from caching.ai.semantic.tier import Miss
from caching.ai.usage import Usage
from caching.codec import MISS
from caching.connection import wire

OPERATION = "glossary"


def asking(question: str, **changes: Any) -> AIRequest:
    """A plain request of the operation that the tests switch on."""
    messages = [{"role": "system", "content": "Explain."}, {"role": "user", "content": question}]
    fields = {"operation": OPERATION, "provider": "http://provider/v1", "scopes": ("scenario:1",)} | {
        name: changes.pop(name)
        for name in ("operation", "provider", "scopes", "prompt_version")
        if name in changes
    }
    return AIRequest(
        "chat",
        parameters={"model": "m", "messages": messages} | changes,
        **fields,  # type: ignore[arg-type]
    )


class Desk:
    """`vectors`: the direction of each question in degrees; all others lie at a right angle."""

    def __init__(self, vectors: dict[str, float]) -> None:
        self.vectors = vectors
        self.embedded: list[str] = []

    def embed(self, text: str) -> array[float]:
        self.embedded.append(text)
        angle = math.radians(self.vectors.get(text, 90))
        return array("f", [3 * math.cos(angle), 3 * math.sin(angle)])

    def look_up(self, request: AIRequest) -> Answer | Miss:
        found = kept.read(kept.place_of(request))
        return Answer(found.body.decode(), "m", "stop", Usage()) if isinstance(found, kept.Found) else MISS

    def keep(self, request: AIRequest, text: str) -> None:
        """The provider has answered: the answer is kept and its question learned."""
        place = kept.place_of(request)
        stamps = kept.stamps_for(place, {})
        keeping = kept.storing(place, text.encode(), stamps, computed_seconds=0, policy=DEFAULT)
        wire.checked(wire.call([keeping]))
        learn(request, embed=self.embed, look_up=self.look_up)
        assert background.drain(10)

    def find(self, request: AIRequest) -> Found[Answer] | None:
        found = find(request, embed=self.embed, look_up=self.look_up)
        assert background.drain(10)
        return found
