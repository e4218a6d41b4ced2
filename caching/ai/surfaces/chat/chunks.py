"""What one chunk of a stream brings. Pure."""

import msgspec

from caching.ai.surfaces.chat.forms import decode, encode, read_said


def text(chunk: bytes) -> str | None:
    try:
        choices = decode(chunk).get("choices") or ()
        if len(choices) > 1 or any(choice.get("index") or choice.get("logprobs") for choice in choices):
            return None
        said = [read_said(choice.get("delta")) for choice in choices]
    except (TypeError, AttributeError, msgspec.DecodeError):
        return None
    if any(
        one.refusal or one.tool_calls or one.function_call or one.reasoning_content or one.reasoning
        for one in said
    ):
        return None
    return "".join(one.content or "" for one in said)


def without(chunk: bytes, characters: int) -> bytes:
    read = decode(chunk)
    for choice in read["choices"]:
        if content := choice["delta"].get("content"):
            choice["delta"]["content"] = content[characters:]
    return encode(read)


def without_usage(chunk: bytes) -> bytes | None:
    if b'"usage"' not in chunk:
        return chunk
    read = decode(chunk)
    if not read.get("usage"):
        return chunk
    del read["usage"]
    return encode(read) if read.get("choices") else None


def is_last(chunk: bytes) -> bool:
    try:
        return any(choice.get("finish_reason") for choice in decode(chunk).get("choices") or ())
    except (TypeError, AttributeError, msgspec.DecodeError):
        return False
