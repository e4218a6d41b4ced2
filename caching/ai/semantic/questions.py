"""Which requests may be answered with the answer to another question, and what of them is the question. Pure.

Only a plain question: instructions of the system, one text of a user, nothing else. With a history, tools, pictures or a
form that the answer must have, no other answer will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from caching import keys
from caching.ai.requests import NOT_MEANING, AIRequest

MOST_CHARACTERS = 400
"""Two long texts are alike by what they have in common, whatever the one sentence asks in which they differ."""
MOST_TEMPERATURE = 1.0
"""Above it somebody wants variety."""
ALLOWED_PARAMETERS = (NOT_MEANING - {"extra_body"}) | {
    "frequency_penalty",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "model",
    "presence_penalty",
    "reasoning_effort",
    "seed",
    "stop",
    "temperature",
    "top_p",
    "verbosity",
}
"""What is not named here, also what providers have yet to invent, keeps a request out."""
_INSTRUCTIONS = frozenset({"system", "developer"})


def is_plain(request: AIRequest) -> bool:
    given = {name for name, value in request.parameters.items() if value is not None}
    return (
        request.kind == "chat"
        and given <= ALLOWED_PARAMETERS
        and (request.parameters.get("temperature") or 0) <= MOST_TEMPERATURE
        and _is_one_question(request.parameters["messages"])
    )


def _is_one_question(messages: Sequence[Mapping[str, Any]]) -> bool:
    if not messages or messages[-1].get("role") != "user":
        return False
    text = messages[-1].get("content")
    return (
        _is_text(text)
        and 0 < len(text.strip()) <= len(text) <= MOST_CHARACTERS
        and all(
            message.get("role") in _INSTRUCTIONS and _is_text(message.get("content"))
            for message in messages[:-1]
        )
    )


def _is_text(content: object) -> TypeGuard[str]:
    return isinstance(content, str)


def question_of(request: AIRequest) -> str:
    """What the user asks in a plain request."""
    question: str = request.parameters["messages"][-1]["content"]
    return question


def asking_instead(request: AIRequest, question: str) -> AIRequest:
    """The same request in all but the question: its digest leads to the answer to that one."""
    *instructions, last = request.parameters["messages"]
    messages = [*instructions, {**last, "content": question}]
    return replace(request, parameters={**request.parameters, "messages": messages})


def neighbourhood(request: AIRequest, embedding_model: str) -> str:
    """A digest of everything but the question: only questions with the same one are compared."""
    around = asking_instead(request, "").canonical()
    return keys.digest(b"%s\0%s\0%s" % (request.operation.encode(), embedding_model.encode(), around))
