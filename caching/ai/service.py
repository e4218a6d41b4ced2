"""Answers that a developer keeps by hand, and invalidation by hand of all answers: a thin face on the same entries.

What is kept here for a list of messages is what `ai.chat` finds for them, and the other way round. Use the door where you
can: it asks the provider once for all who ask at the same time.
"""

from __future__ import annotations

import hashlib
import time
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pydantic

from caching import keys, stats, trace
from caching.ai import kept, vectors
from caching.ai.kept import Found, Place
from caching.ai.policies import AnswerPolicy
from caching.ai.provider import ai_provider
from caching.ai.replies import read_completion
from caching.ai.requests import AIRequest, Kind
from caching.ai.surfaces import CHAT
from caching.connection import wire
from caching.entries import Invalidated, invalidate
from caching.errors import AIError, Uncacheable
from caching.results.codec import ANYTHING
from caching.stats import Outcome

# A completion that was made here of a mere text.
_BY_HAND = "kept-by-hand"
_OWNERS = ("user", "scenario", "simulation", "persona", "scene")
_NOT_MEANING_BY_HAND = frozenset({"scopes", "prompt_version", *(f"{owner}_id" for owner in _OWNERS)})


class AICacheService:
    """Raises CacheUnavailable when Redis does not work, Uncacheable for what has no plain form.

    `more` is whatever else shapes the answer, and `scopes=("user:7", …)` who shares it; `user_id=7` and the like are the
    same as a scope. `get_…` gives `default` for what is not there; a kept None is a hit.
    """

    def cache_openai_response(
        self,
        *,
        operation: str,
        input_data: Any,
        response: Any,
        model: str,
        temperature: float | None = None,
        ttl: int | None = None,
        **more: Any,
    ) -> bool:
        """Keeps a response: of the SDK, as a dict, or as a text. False: it ended badly, and such are never kept."""
        request = _request(operation, input_data, {"model": model, "temperature": temperature, **more})
        if request.kind != "chat":
            return _keep(request, _encoded(response), ttl)
        body = _completion(response, model)
        return not CHAT.why_not_kept(body) and _keep(request, body, ttl)

    def get_cached_openai_response(
        self,
        *,
        operation: str,
        input_data: Any,
        model: str,
        temperature: float | None = None,
        default: Any = None,
        **more: Any,
    ) -> Any:
        """What was kept: a text as a text, a response of the provider as a dict."""
        request = _request(operation, input_data, {"model": model, "temperature": temperature, **more})
        return _get(request, _completion_as_given if request.kind == "chat" else ANYTHING.load, default)

    def cache_embedding(
        self, text: str, embedding: Sequence[float], *, model: str, operation: str = "embedding"
    ) -> None:
        place = _place(_embedding(text, model, operation))
        stamps = kept.stamps_for(place, {})
        if not kept.why_not_keep(place, stamps):
            body = vectors.dump(array("f", embedding))
            wire.checked(wire.call([vectors.storing(place, body, stamps, now=time.time())]))

    def get_cached_embedding(
        self, text: str, *, model: str, operation: str = "embedding"
    ) -> array[float] | None:
        """As float32."""
        (found,) = vectors.read_many([_place(_embedding(text, model, operation))])
        stats.record("ai_embedding", found.outcome)
        return vectors.load(found.body) if isinstance(found, Found) else None

    def cache_scenario_analysis(
        self, pdf_content: bytes | str, analysis: Any, *, ttl: int | None = None, **more: Any
    ) -> None:
        """By the content of the document, whatever its name; `model=` and `prompt_version=` belong into `more`."""
        _keep(_analysis(pdf_content, more), _encoded(analysis), ttl)

    def get_cached_scenario_analysis(
        self, pdf_content: bytes | str, *, default: Any = None, **more: Any
    ) -> Any:
        return _get(_analysis(pdf_content, more), ANYTHING.load, default)

    def cache_simulation_response(
        self,
        simulation_id: int | str,
        user_message: str,
        response: Any,
        *,
        persona_id: int | str,
        scene_id: int | str,
        history: Sequence[Any],
        ttl: int | None = None,
        **more: Any,
    ) -> None:
        """For this simulation, persona, scene and everything that was said before."""
        said = {"message": user_message, "history": list(history)}
        owners = {"simulation_id": simulation_id, "persona_id": persona_id, "scene_id": scene_id}
        _keep(_value("simulation_response", said, owners | more), _encoded(response), ttl)

    def get_cached_simulation_response(
        self,
        simulation_id: int | str,
        user_message: str,
        *,
        persona_id: int | str,
        scene_id: int | str,
        history: Sequence[Any],
        default: Any = None,
        **more: Any,
    ) -> Any:
        said = {"message": user_message, "history": list(history)}
        owners = {"simulation_id": simulation_id, "persona_id": persona_id, "scene_id": scene_id}
        return _get(_value("simulation_response", said, owners | more), ANYTHING.load, default)

    def invalidate_user_cache(self, user_id: int | str) -> Invalidated:
        """Every answer in this user's scope, and nobody else's."""
        return invalidate([keys.answer_tag(f"user:{user_id}")])

    def invalidate_simulation_cache(self, scenario_id: int | str) -> Invalidated:
        """Every answer in this scenario's scope, and no other's."""
        return invalidate([keys.answer_tag(f"scenario:{scenario_id}")])

    def invalidate_operation(self, operation: str) -> Invalidated:
        return invalidate([keys.answer_tag(f"operation:{operation}")])


ai_cache_service = AICacheService()


def _request(operation: str, input_data: Any, more: Mapping[str, Any]) -> AIRequest:
    if _are_messages(input_data):
        return _made("chat", operation, {"messages": list(input_data)}, more)
    return _value(operation, {"input": input_data}, more)


def _are_messages(input_data: Any) -> bool:
    return (
        isinstance(input_data, Sequence)
        and not isinstance(input_data, str | bytes)
        and bool(input_data)
        and all(isinstance(message, Mapping) and "role" in message for message in input_data)
    )


def _value(operation: str, meaning: Mapping[str, Any], more: Mapping[str, Any]) -> AIRequest:
    """All of `more` is meaning here, also what is not when it is sent to a provider."""
    owners = {name: of for name, of in more.items() if name in _NOT_MEANING_BY_HAND}
    rest = {name: of for name, of in more.items() if name not in owners}
    return _made("value", operation, {"by_hand": [meaning, rest]}, owners)


def _made(kind: Kind, operation: str, meaning: Mapping[str, Any], more: Mapping[str, Any]) -> AIRequest:
    parameters = dict(more)
    owners = ((owner, parameters.pop(f"{owner}_id", None)) for owner in _OWNERS)
    scopes = [*parameters.pop("scopes", ()), *(f"{owner}:{of}" for owner, of in owners if of is not None)]
    version = str(parameters.pop("prompt_version", "1"))
    return AIRequest(
        kind, operation, ai_provider().base_url, {**parameters, **meaning}, tuple(scopes), version
    )


def _analysis(pdf_content: bytes | str, more: Mapping[str, Any]) -> AIRequest:
    content = pdf_content.encode() if isinstance(pdf_content, str) else pdf_content
    return _value("scenario_analysis", {"document": hashlib.sha256(content).hexdigest()}, more)


def _embedding(text: str, model: str, operation: str) -> AIRequest:
    return AIRequest("embedding", operation, ai_provider().base_url, {"model": model, "input": text})


def _keep(request: AIRequest, body: bytes, ttl: int | None) -> bool:
    place, policy = _place(request), AnswerPolicy(ttl_seconds=ttl)
    stamps = kept.stamps_for(place, {})
    if kept.why_not_keep(place, stamps):
        return False
    wire.checked(wire.call([kept.storing(place, body, stamps, computed_seconds=0, policy=policy)]))
    kept.forget_copy(place)
    return True


def _get(request: AIRequest, open_: Any, default: Any) -> Any:
    began = trace.clock()
    place = _place(request)
    found = kept.read(place)
    outcome, value = found.outcome, default
    if isinstance(found, Found):
        try:
            value = open_(found.body)
        except (ValueError, AIError):
            outcome = Outcome.UNDECODABLE
    stats.record(place.counted_as, outcome)
    if began:
        trace.note(place.counted_as, outcome, place.key, since=began)
    return value


def _place(request: AIRequest) -> Place:
    try:
        return kept.place_of(request)
    except TypeError as error:
        raise Uncacheable(f"What an answer is kept under has to be plain data: {error}") from error


def _completion(response: Any, model: str) -> bytes:
    if isinstance(response, str):
        message = {"role": "assistant", "content": response, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        response = {
            "id": _BY_HAND, "object": "chat.completion", "created": 0, "model": model, "choices": [choice],
        }  # fmt: skip
    if isinstance(response, pydantic.BaseModel):
        return response.model_dump_json(exclude_unset=True).encode()
    try:
        return msgspec.json.encode(response)
    except (TypeError, ValueError) as error:
        raise Uncacheable(f"This is no response of a provider: {error}") from error


def _completion_as_given(body: bytes) -> Any:
    completion = msgspec.json.decode(body, type=dict[str, Any])
    return read_completion(body).text if completion.get("id") == _BY_HAND else completion


def _encoded(value: Any) -> bytes:
    """Any plain value, or an object of the SDK as a dict."""
    return ANYTHING.dump(value.model_dump(mode="json") if isinstance(value, pydantic.BaseModel) else value)
