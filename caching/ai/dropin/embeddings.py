"""Embeddings as the SDK asks for them: from the same vectors as at the typed door, in the form that is wanted."""

from __future__ import annotations

from array import array
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import msgspec

from caching.ai.asking import Reply
from caching.ai.dropin.calls import Call
from caching.ai.dropin.upstream import Upstream
from caching.ai.embeddings import Batch, Input, packed
from caching.ai.live import Publish, Source
from caching.ai.replies import read_vectors
from caching.ai.requests import AIRequest
from caching.codec import little_endian
from caching.errors import AIRequestRejected

Asking = Callable[[Call], Upstream]


class EmbeddingsCall:
    """One call, of which only the unknown inputs are sent, in one request."""

    def __init__(self, call: Call, inputs: list[Input], asking: Asking) -> None:
        self._call = call
        self._asking = asking
        self._tokens = 0
        self.batch = Batch(
            inputs, call.request, self._request_of, self._ask, policy=call.policy, at_once=len(inputs)
        )

    def reply(self) -> Reply[bytes]:
        """The body in the form that was asked for. The usage is that of the inputs that this call had to send."""
        wants_text = self._call.parameters.get("encoding_format") == "base64"
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": _as_text(one) if wants_text else one.tolist(),
            }
            for index, one in enumerate(self.batch.in_order())
        ]
        usage = {"prompt_tokens": self._tokens, "total_tokens": self._tokens}
        model = self._call.parameters.get("model")
        body = msgspec.json.encode({"object": "list", "data": data, "model": model, "usage": usage})
        return Reply(body, body, "provider" if self._tokens else "cache")

    def _request_of(self, one: Input) -> AIRequest:
        return self._call.with_parameters(input=one).request

    def _ask(self, inputs: list[Input]) -> Source:
        upstream = self._asking(self._call.with_parameters(input=inputs))

        def ask(publish: Publish) -> bytes:
            body = upstream(publish)
            fresh, tokens = read_vectors(msgspec.json.decode(body), count=len(inputs))
            self._tokens += tokens
            return packed(inputs, fresh, tokens)

        return ask


def embeddings_call(call: Call, asking: Asking) -> EmbeddingsCall | None:
    """None for a call that the SDK has to make by itself, such as one that is not to be kept, or that nobody understands."""
    inputs = _inputs(call.parameters.get("input"))
    if not inputs or call.policy.no_store:
        return None
    try:
        return EmbeddingsCall(call, inputs, asking)
    except (TypeError, AIRequestRejected):
        return None


def _inputs(given: Any) -> list[Input]:
    """One text or several, or the same as tokens."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list):
        return []
    if all(isinstance(one, int) for one in given):
        return [tuple(given)] if given else []
    return [tuple(one) if isinstance(one, list) else one for one in given]


def _as_text(vector: array[float]) -> str:
    return b64encode(little_endian(vector).tobytes()).decode()
