"""Responses as a stream and as one body: the last event of the stream carries the whole body. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from caching.ai.surfaces.events import ENDINGS, events_of
from caching.ai.surfaces.tokens import usage

__all__ = ["assemble", "is_last", "replay", "text", "usage", "why_not_kept", "without", "without_usage"]

# What the model itself can say. Anything else was made by a tool at the provider, such as a search.
OWN_ITEMS = frozenset({"message", "reasoning", "function_call", "custom_tool_call"})


class _Event(msgspec.Struct):
    type: str | None = None
    response: msgspec.Raw = msgspec.Raw()


class _Part(msgspec.Struct):
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct):
    type: str
    content: list[_Part] | None = None


class _Details(msgspec.Struct):
    reason: str | None = None


class _Response(msgspec.Struct):
    status: str | None = None
    output: list[_Item] | None = None
    incomplete_details: _Details | None = None
    error: Any = None


_event = msgspec.json.Decoder(_Event).decode
_response = msgspec.json.Decoder(_Response).decode


def assemble(chunks: Sequence[bytes]) -> bytes | None:
    try:
        for chunk in reversed(chunks):
            event = _event(chunk)
            if event.type in ENDINGS:
                has_output = _response(event.response).output is not None
                return bytes(event.response) if has_output else None
    except msgspec.DecodeError:
        return None
    return None


def replay(body: bytes) -> list[bytes]:
    try:
        return [msgspec.json.encode(event) for event in events_of(msgspec.json.decode(body))]
    except (TypeError, AttributeError, KeyError, msgspec.DecodeError) as error:
        raise ValueError("This is not the body of a response.") from error


def text(chunk: bytes) -> str | None:
    """Its events number themselves and name their items: those of two answers cannot be joined."""
    return None


def without(chunk: bytes, characters: int) -> bytes:
    raise ValueError("The events of a response cannot be cut.")


def without_usage(chunk: bytes) -> bytes | None:
    """Every stream of a response ends with the usage, asked for or not."""
    return chunk


def is_last(chunk: bytes) -> bool:
    try:
        return _event(chunk).type in ENDINGS
    except msgspec.DecodeError:
        return False


def why_not_kept(body: bytes) -> str:
    try:
        response = _response(body)
    except msgspec.DecodeError:
        return "invalid"
    if response.status != "completed" or response.error:
        return _why_incomplete(response)
    items = response.output or []
    parts = [part for item in items for part in item.content or () if item.type == "message"]
    if any(part.refusal for part in parts):
        return "refusal"
    if any(item.type not in OWN_ITEMS for item in items):
        return "tools"
    has_text = any((part.text or "").strip() for part in parts)
    return "" if has_text or any(item.type.endswith("_call") for item in items) else "empty"


def _why_incomplete(response: _Response) -> str:
    reason = response.incomplete_details.reason if response.incomplete_details else None
    match reason:
        case "max_output_tokens":
            return "length"
        case "content_filter":
            return "content_filter"
    return "incomplete"
