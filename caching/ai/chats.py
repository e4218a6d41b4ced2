"""Chats: from what the typed door is given to a question, for a text or for a value of a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, TypedDict, TypeVar

import pydantic

from caching.ai import client
from caching.ai.answers import GOOD_ENDING, Answer, Source, StructuredAnswer
from caching.ai.asking import Question, question
from caching.ai.live import Publish
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.ai.provider import ai_provider
from caching.ai.replies import read_completion, with_usage_of
from caching.ai.requests import AIRequest
from caching.ai.surfaces import CHAT
from caching.errors import AIAnswerUnusable

M = TypeVar("M", bound=pydantic.BaseModel)
Messages = Sequence[Mapping[str, Any]]

# Decided by the door; a caller that sets one is mistaken.
RESERVED = frozenset({"n", "stream", "stream_options"})
_USAGE = attrgetter("usage")
WRONG_FORM = "The AI's answer had the wrong form. Please try again."


class ChatOptions(TypedDict, total=False):
    """What a chat may say beside its messages. Any other parameter of the provider may stand beside these."""

    model: str | None
    temperature: float | None
    max_tokens: int | None
    scopes: tuple[str, ...]
    prompt_version: str
    policy: AnswerPolicy
    prompt_cache_key: str
    response_format: Mapping[str, Any]
    seed: int
    tools: Sequence[Mapping[str, Any]]
    top_p: float
    verbosity: str


def text_question(
    operation: str, messages: Messages, options: ChatOptions, *, streamed: bool
) -> Question[Answer]:
    request, policy = _request(operation, messages, options)
    ask = client.stream if streamed else _complete
    return question(request, CHAT, ask, read_completion, policy, usage=_USAGE, is_immutable=True)


def structure_question(
    operation: str, messages: Messages, schema: type[M], options: ChatOptions
) -> Question[StructuredAnswer[M]]:
    """Raises TypeError for a class that cannot be strict."""
    asked: ChatOptions = {**options, "response_format": client.response_format(schema)}
    request, policy = _request(operation, messages, asked)
    ask = partial(_ask_for_structure, schema)
    return question(request, CHAT, ask, partial(_structured, schema), policy, usage=_USAGE)


def _request(operation: str, messages: Messages, options: ChatOptions) -> tuple[AIRequest, AnswerPolicy]:
    parameters: dict[str, Any] = {**options, "messages": list(messages)}
    if clash := RESERVED & parameters.keys():
        raise TypeError(f"The door decides these itself: {', '.join(sorted(clash))}")
    policy = parameters.pop("policy", DEFAULT)
    scopes = parameters.pop("scopes", ())
    prompt_version = parameters.pop("prompt_version", "1")
    provider = ai_provider()
    parameters["model"] = parameters.get("model") or provider.model
    parameters[provider.token_limit_parameter] = parameters.pop("max_tokens", None)
    given = {name: value for name, value in parameters.items() if value is not None}
    return AIRequest("chat", operation, provider.base_url, given, scopes, prompt_version), policy


def _complete(parameters: Mapping[str, Any], publish: Publish) -> bytes:
    return client.complete(parameters)


def _ask_for_structure(schema: type[M], parameters: Mapping[str, Any], publish: Publish) -> bytes:
    """When the answer does not fit, the model is told why and asked once more."""
    first = client.complete(parameters)
    try:
        answer = read_completion(first)
        schema.model_validate_json(answer.text)
    except AIAnswerUnusable:
        return first  # cut off or refused: to ask again would bring the same
    except pydantic.ValidationError as error:
        correction = _correction(answer, error)
    else:
        return first
    second = client.complete({**parameters, "messages": [*parameters["messages"], *correction]})
    try:
        _structured(schema, second, "provider")
    except pydantic.ValidationError as error:
        raise client.unusable(WRONG_FORM, "invalid") from error
    return with_usage_of(second, first)


def _structured(schema: type[M], body: bytes, source: Source) -> StructuredAnswer[M]:
    answer = read_completion(body, source)
    if answer.finish_reason != GOOD_ENDING:
        raise AIAnswerUnusable("The AI's answer is not complete. Please try again.", reason="invalid")
    value = schema.model_validate_json(answer.text)
    return StructuredAnswer(value, answer.model, answer.usage, source, text=answer.text)


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
