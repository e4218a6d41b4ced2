"""The tier as a door uses it, with vectors that a test chooses: the angle between two questions, in degrees."""

from __future__ import annotations

import math
from array import array
from typing import Any

from caching import conf, keys, store
from caching.ai.answers import ANSWER, Answer
from caching.ai.requests import AIRequest
from caching.ai.semantic import Found, background, find, learn
from caching.ai.usage import Usage
from caching.store import Miss, Slot

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
        return store.get(slot(request))

    def keep(self, request: AIRequest, text: str) -> None:
        """The provider has answered: the answer is kept and its question learned."""
        store.put(slot(request), Answer(text, "m", "stop", Usage()))
        learn(request, embed=self.embed, look_up=self.look_up)
        assert background.drain(10)

    def find(self, request: AIRequest) -> Found[Answer] | None:
        found = find(request, embed=self.embed, look_up=self.look_up)
        assert background.drain(10)
        return found


def slot(request: AIRequest) -> Slot[Answer]:
    key = keys.ai_entry(conf.key_prefix(), request.operation, request.digest())
    return Slot(key, ANSWER, "ai_chat", 600)
