"""From the body of a plain reply to chunks as a stream would have brought them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from caching.ai.surfaces.chat.forms import (
    CHOICE,
    TEXTS,
    Json,
    decode,
    encode,
    read_logprobs,
    read_said,
    whole_tool_call,
)


def replay(body: bytes) -> list[bytes]:
    try:
        return [encode(chunk) for chunk in _chunks(decode(body))]
    except (TypeError, AttributeError, KeyError, msgspec.DecodeError) as error:
        raise ValueError("This is not the body of a chat completion.") from error


def _chunks(reply: Json) -> Iterator[Json]:
    """The role of each choice, all that it says, its ending; then the usage. What the SDK's helper for streams takes
    from the first or from the last chunk only is in every one."""
    envelope = {name: value for name, value in reply.items() if name not in ("choices", "usage")}
    envelope["object"] = "chat.completion.chunk"
    choices = sorted(reply["choices"], key=lambda choice: choice["index"])
    if not choices:
        raise ValueError("There is no answer in this.")
    for steps in zip(*map(_steps, choices), strict=True):
        for choice in steps:
            yield envelope | {"choices": [choice]}
    if reply.get("usage"):
        yield envelope | {"choices": [], "usage": reply["usage"]}


def _steps(choice: Json) -> tuple[Json, Json, Json]:
    said = read_said(choice["message"])
    if any(call.function is None or call.id is None for call in said.tool_calls):
        raise ValueError("A tool call has no function.")
    others = {name: value for name, value in choice.items() if name not in CHOICE}
    index = {"index": choice["index"]}
    silent: Json = {"finish_reason": None, "logprobs": None}
    role = {"role": said.role or "assistant", "content": said.content and "", "refusal": None}
    delta: Json = {name: value for name in TEXTS if (value := getattr(said, name))}
    if said.function_call:
        delta["function_call"] = said.function_call
    if said.tool_calls:
        delta["tool_calls"] = [
            {"index": place, **whole_tool_call(call)} for place, call in enumerate(said.tool_calls)
        ]
    read_logprobs(choice.get("logprobs"))
    return (
        index | {"delta": role} | silent | others,
        index | {"delta": delta} | silent | {"logprobs": choice.get("logprobs")},
        index | {"delta": {}} | silent | {"finish_reason": choice["finish_reason"]},
    )
