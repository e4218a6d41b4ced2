"""The fields of a chat completion that both forms have, and nothing but these. Pure."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Json = dict[str, Any]

decode = msgspec.json.Decoder(Json).decode
encode = msgspec.json.Encoder().encode

ENVELOPE = frozenset({"id", "object", "created", "model", "choices", "usage", "obfuscation"})
TEXTS = ("content", "refusal", "reasoning_content", "reasoning")
"""The texts of a message, which come in pieces."""
THOUGHTS = TEXTS[2:]
CHOICE = frozenset({"index", "delta", "message", "finish_reason", "logprobs"})


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """What has a field that is not named below would lose it."""


class Function(Strict):
    name: str | None = None
    arguments: str | None = None


class ToolCall(Strict):
    index: int | None = None
    id: str | None = None
    type: Literal["function"] | None = None
    function: Function | None = None


class Said(Strict):
    """A message, or the part of it that one chunk brings."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    """What a model thought, by servers such as vLLM and DeepSeek; others call it `reasoning`."""
    reasoning: str | None = None
    function_call: Function | None = None
    tool_calls: list[ToolCall] = []


class Logprobs(Strict):
    content: list[Any] | None = None
    refusal: list[Any] | None = None


def read_said(value: object) -> Said:
    """Fields with nothing in them are no loss: servers send `annotations: []` with every message."""
    given = value if isinstance(value, dict) else {}
    return msgspec.convert({k: v for k, v in given.items() if v is not None and v not in ([], {})}, Said)


def read_logprobs(value: object) -> Logprobs:
    return msgspec.convert(value or {}, Logprobs)


def whole_tool_call(call: ToolCall) -> Json:
    function = call.function or Function()
    return {
        "id": call.id,
        "type": call.type or "function",
        "function": {"name": function.name, "arguments": function.arguments or ""},
    }
