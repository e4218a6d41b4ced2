"""Whether an answer ended well. Pure."""

from typing import Any

import msgspec

GOOD_ENDINGS = frozenset({"stop", "tool_calls", "function_call"})


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[Any] | None = None
    function_call: Any = None


class _Ended(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Ended]


_completion = msgspec.json.Decoder(_Completion).decode


def why_not_kept(body: bytes) -> str:
    """One bad answer of several spoils them all."""
    try:
        choices = _completion(body).choices
    except msgspec.DecodeError:
        return "invalid"
    return next(filter(None, map(_why_bad, choices)), "") if choices else "empty"


def _why_bad(choice: _Ended) -> str:
    said = choice.message
    if choice.finish_reason in ("length", "content_filter"):
        return choice.finish_reason
    if choice.finish_reason not in GOOD_ENDINGS:
        return "incomplete"
    if said.refusal:
        return "refusal"
    calls = said.tool_calls or said.function_call
    if choice.finish_reason != "stop" and not calls:
        return "incomplete"
    return "" if calls or (said.content or "").strip() else "empty"
