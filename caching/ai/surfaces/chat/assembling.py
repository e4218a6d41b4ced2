"""From the chunks of a stream to the body that a plain reply would have had. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from caching.ai.surfaces.chat.forms import (
    CHOICE,
    ENVELOPE,
    TEXTS,
    THOUGHTS,
    Function,
    Json,
    Logprobs,
    Said,
    ToolCall,
    decode,
    encode,
    read_logprobs,
    read_said,
    whole_tool_call,
)


def assemble(chunks: Sequence[bytes]) -> bytes | None:
    draft = _Draft()
    try:
        for chunk in chunks:
            draft.add(decode(chunk))
        return encode(draft.body())
    except (ValueError, TypeError, AttributeError, msgspec.DecodeError):
        return None


@dataclass(slots=True)
class _Choice:
    said: Said = field(default_factory=Said)
    tool_calls: dict[int, ToolCall] = field(default_factory=dict)
    logprobs: Json | None = None
    finish_reason: str | None = None
    others: Json = field(default_factory=dict)

    def add(self, choice: Json) -> None:
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        delta = read_said(choice.get("delta"))
        said = self.said
        said.role = delta.role or said.role
        for name in TEXTS:
            setattr(said, name, _joined(getattr(said, name), getattr(delta, name)))
        said.function_call = _joined_calls(said.function_call, delta.function_call)
        for call in delta.tool_calls:
            self._add_tool_call(call)
        if choice.get("logprobs"):
            self._add_logprobs(read_logprobs(choice["logprobs"]))
        _only_one(self.others, choice, besides=CHOICE)

    def _add_tool_call(self, delta: ToolCall) -> None:
        index = len(self.tool_calls) if delta.index is None else delta.index
        call = self.tool_calls.setdefault(index, ToolCall())
        call.id, call.type = call.id or delta.id, call.type or delta.type
        call.function = _joined_calls(call.function, delta.function)

    def _add_logprobs(self, delta: Logprobs) -> None:
        known = self.logprobs = self.logprobs or {"content": None, "refusal": None}
        for name, tokens in (("content", delta.content), ("refusal", delta.refusal)):
            if tokens is not None:
                known[name] = [*(known[name] or ()), *tokens]

    def body(self, index: int) -> Json:
        if self.finish_reason is None:
            raise ValueError("The answer has no end.")
        said = self.said
        message: Json = {
            "role": said.role or "assistant",
            "content": said.content,
            "refusal": said.refusal or None,
        }
        message |= {name: value for name in THOUGHTS if (value := getattr(said, name))}
        if self.tool_calls:
            message["tool_calls"] = [whole_tool_call(self.tool_calls[i]) for i in sorted(self.tool_calls)]
        if said.function_call:
            message["function_call"] = said.function_call
        return {
            "index": index,
            "message": message,
            "logprobs": self.logprobs,
            "finish_reason": self.finish_reason,
            **self.others,
        }


@dataclass(slots=True)
class _Draft:
    id: str = ""
    created: int = 0
    model: str = ""
    usage: Json | None = None
    choices: dict[int, _Choice] = field(default_factory=dict)
    others: Json = field(default_factory=dict)

    def add(self, chunk: Json) -> None:
        if chunk.get("error"):
            raise ValueError("The stream broke off.")
        self.id = self.id or chunk.get("id") or ""
        self.created = self.created or chunk.get("created") or 0
        self.model = self.model or chunk.get("model") or ""
        self.usage = chunk.get("usage") or self.usage
        for choice in chunk.get("choices") or ():
            self.choices.setdefault(choice.get("index") or 0, _Choice()).add(choice)
        _only_one(self.others, chunk, besides=ENVELOPE)

    def body(self) -> Json:
        if not self.choices:
            raise ValueError("The stream brought no answer.")
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [self.choices[index].body(index) for index in sorted(self.choices)],
            "usage": self.usage,
            **self.others,
        }


def _only_one(others: Json, source: Json, *, besides: frozenset[str]) -> None:
    """Further fields are taken over if they say the same in all chunks: how to join others, only their server knows."""
    for name in source.keys() - besides:
        value = source[name]
        if value is not None and others.setdefault(name, value) != value:
            raise ValueError(f"The chunks differ in {name}.")


def _joined(text: str | None, more: str | None) -> str | None:
    return text if more is None else (text or "") + more


def _joined_calls(call: Function | None, more: Function | None) -> Function | None:
    if call is None or more is None:
        return call or more
    return Function(_joined(call.name, more.name), _joined(call.arguments, more.arguments))
