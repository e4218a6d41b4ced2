"""The typed door: every question to an AI goes through here, and every good answer is kept in Redis.

An answer is found again only by the whole meaning of its request (`requests`). Redis is asked first and must answer:
without it every method raises CacheUnavailable within 1.5 s, and no provider is called.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

import pydantic

from caching import conf, keys, policy, store
from caching.ai import client
from caching.ai.answers import (
    ANSWER,
    GOOD_ENDING,
    PICTURE,
    VECTOR,
    Answer,
    AnswerStream,
    StructureCodec,
    StructuredAnswer,
    Usage,
)
from caching.ai.provider import Provider, ai_provider
from caching.ai.requests import AIRequest
from caching.codec import MISS, Codec
from caching.errors import AIAnswerUnusable
from caching.store import Slot

M = TypeVar("M", bound=pydantic.BaseModel)
T = TypeVar("T")
Messages = Sequence[Mapping[str, Any]]

# OpenAI takes 300,000 tokens in one request: this leaves each input about 600.
EMBEDDINGS_A_REQUEST = 512
# Decided by the door; a caller that sets one is mistaken.
RESERVED = frozenset({"n", "stream", "stream_options"})


class Door:
    """Questions to the AI. Every method raises AIError where there is no good answer.

    `operation` names what is asked for (a-z, 0-9, _); it is part of the key and decides how long an answer lives.
    `scopes`, such as ("user:7", "persona:3"), say who shares it: only requests with the same scopes.
    `more` are further parameters of the provider.
    """

    def provider(self) -> Provider:
        return ai_provider()

    def chat(
        self,
        operation: str,
        messages: Messages,
        *,
        model: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        scopes: tuple[str, ...] = (),
        prompt_version: str = "1",
        **more: Any,
    ) -> Answer:
        """One whole answer."""
        more |= {"model": model, "temperature": temperature, "max_tokens": max_tokens}
        request = _chat_request(operation, messages, more, scopes, prompt_version)
        slot = _slot(request, ANSWER)
        kept = store.get(slot)
        return _keep(slot, client.complete(request.parameters)) if kept is MISS else kept

    def stream(
        self,
        operation: str,
        messages: Messages,
        *,
        model: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        scopes: tuple[str, ...] = (),
        prompt_version: str = "1",
        **more: Any,
    ) -> AnswerStream:
        """What `chat` would answer, and from the same entry, but in pieces. The first one calls the provider."""
        more |= {"model": model, "temperature": temperature, "max_tokens": max_tokens}
        request = _chat_request(operation, messages, more, scopes, prompt_version)
        slot = _slot(request, ANSWER)
        kept = store.get(slot)
        # The provider is asked later: by then the caller may have changed what the key was made of.
        return AnswerStream(_live(slot, deepcopy(request.parameters)) if kept is MISS else _replay(kept))

    def structured(
        self,
        operation: str,
        messages: Messages,
        schema: type[M],
        *,
        model: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        scopes: tuple[str, ...] = (),
        prompt_version: str = "1",
        **more: Any,
    ) -> StructuredAnswer[M]:
        """An answer as a value of `schema`, validated before it is kept and again when it is found.

        When it does not fit, the model is told why and asked once more.
        """
        more |= {"model": model, "temperature": temperature, "max_tokens": max_tokens}
        more["response_format"] = client.response_format(schema)
        request = _chat_request(operation, messages, more, scopes, prompt_version)
        slot = _slot(request, StructureCodec(schema))
        kept = store.get(slot)
        if kept is not MISS:
            return kept
        answer = _ask_for_structure(schema, request.parameters)
        store.put(slot, answer)
        return answer

    def peek(
        self,
        operation: str,
        messages: Messages,
        *,
        schema: type[pydantic.BaseModel] | None = None,
        model: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        scopes: tuple[str, ...] = (),
        prompt_version: str = "1",
        **more: Any,
    ) -> Answer | None:
        """What `chat` or `stream`, or with a `schema` `structured`, would find for the same question. Calls nobody."""
        more |= {"model": model, "temperature": temperature, "max_tokens": max_tokens}
        if schema is not None:
            more["response_format"] = client.response_format(schema)
        kept = store.get(_slot(_chat_request(operation, messages, more, scopes, prompt_version), ANSWER))
        return None if kept is MISS else kept

    def embed(self, operation: str, texts: Sequence[str], *, model: str | None = None) -> list[array[float]]:
        """A float32 vector for each text. Each has an entry of its own; only unknown texts are sent, and each once."""
        if isinstance(texts, str):
            raise TypeError("embed() takes several texts, not one.")
        provider = ai_provider()
        parameters = {"model": model or provider.embedding_model}
        slots = {}
        for text in texts:
            request = AIRequest("embedding", operation, provider.base_url, parameters | {"input": text})
            slots[text] = _slot(request, VECTOR)
        found = store.get_many(list(slots.values()))
        vectors = {text: vector for text, vector in zip(slots, found, strict=True) if vector is not MISS}
        unknown = [text for text in slots if text not in vectors]
        for start in range(0, len(unknown), EMBEDDINGS_A_REQUEST):
            batch = unknown[start : start + EMBEDDINGS_A_REQUEST]
            fresh = dict(zip(batch, client.embed(parameters, batch), strict=True))
            store.put_many((slots[text], vector) for text, vector in fresh.items())
            vectors |= fresh
        return [vectors[text][:] for text in texts]  # two equal texts get two arrays

    def image(
        self, operation: str, prompt: str, *, size: str = "1024x1024", model: str | None = None
    ) -> bytes:
        """A PNG picture, kept as bytes."""
        provider = ai_provider()
        parameters = {"model": model or provider.image_model, "prompt": prompt, "size": size}
        slot = _slot(AIRequest("image", operation, provider.base_url, parameters), PICTURE)
        picture = store.get(slot)
        if picture is MISS:
            picture = client.draw(parameters)
            store.put(slot, picture)
        return picture


ai = Door()


def _chat_request(
    operation: str,
    messages: Messages,
    parameters: dict[str, Any],
    scopes: tuple[str, ...],
    prompt_version: str,
) -> AIRequest:
    if clash := RESERVED & parameters.keys():
        raise TypeError(f"The door decides these itself: {', '.join(sorted(clash))}")
    provider = ai_provider()
    parameters["model"] = parameters["model"] or provider.model
    parameters[provider.token_limit_parameter] = parameters.pop("max_tokens")
    given = {name: value for name, value in parameters.items() if value is not None}
    return AIRequest(
        "chat", operation, provider.base_url, {"messages": list(messages), **given}, scopes, prompt_version
    )


def _slot(request: AIRequest, codec: Codec[T]) -> Slot[T]:
    key = keys.ai_entry(conf.key_prefix(), request.operation, request.digest())
    ttl_seconds = policy.ai_ttl_seconds(request.operation, request.kind, conf.current().ai_ttl_seconds)
    return Slot(key, codec, f"ai_{request.kind}", ttl_seconds)


def _keep(slot: Slot[Answer], answer: Answer) -> Answer:
    if answer.finish_reason == GOOD_ENDING:
        store.put(slot, answer)
    return answer


def _live(slot: Slot[Answer], parameters: Mapping[str, Any]) -> Generator[str, None, Answer]:
    """Whatever ends this generator before its return, an error or a caller who leaves, ends it before the keeping."""
    answer = yield from client.stream(parameters)
    return _keep(slot, answer)


def _replay(answer: Answer) -> Generator[str, None, Answer]:
    yield from answer.pieces()
    return answer


def _ask_for_structure(schema: type[M], parameters: Mapping[str, Any]) -> StructuredAnswer[M]:
    first = client.complete(parameters)
    try:
        return _structured(schema, first, first.usage)
    except pydantic.ValidationError as error:
        correction = _correction(first, error)
    second = client.complete({**parameters, "messages": [*parameters["messages"], *correction]})
    try:
        return _structured(schema, second, first.usage + second.usage)
    except pydantic.ValidationError as error:
        raise AIAnswerUnusable(
            "The AI's answer had the wrong form. Please try again.", reason="invalid"
        ) from error


def _structured(schema: type[M], answer: Answer, usage: Usage) -> StructuredAnswer[M]:
    if answer.finish_reason != GOOD_ENDING:
        raise AIAnswerUnusable("The AI's answer is not complete. Please try again.", reason="invalid")
    value = schema.model_validate_json(answer.text)
    return StructuredAnswer(value, answer.model, usage, from_cache=False, text=answer.text)


def _correction(answer: Answer, error: pydantic.ValidationError) -> list[dict[str, str]]:
    faults = "\n".join(
        f"- {'.'.join(map(str, fault['loc'])) or 'JSON'}: {fault['msg']}" for fault in error.errors()
    )
    return [
        {"role": "assistant", "content": answer.text},
        {
            "role": "user",
            "content": f"This does not fit the schema:\n{faults}\nAnswer again, with the whole JSON only.",
        },
    ]
