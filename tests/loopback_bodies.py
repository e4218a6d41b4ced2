"""What the provider on the loopback says: bodies of plain replies, and the frames of streams, as OpenAI documents them."""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, Literal

MODEL = "loopback-model"
DIMENSIONS = 1536

Json = dict[str, Any]


def png(seed: str = "") -> bytes:
    """A valid picture of one pixel, its colour made from the seed."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\0" + sha256(seed.encode()).digest()[:3])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def vector(text: str) -> list[float]:
    """The embedding of a text: other texts have other vectors."""
    random = Random(text)
    return [random.uniform(-1, 1) for _ in range(DIMENSIONS)]


@dataclass(frozen=True)
class Reply:
    """What the server does with one call."""

    text: str = ""
    finish_reason: str | None = "stop"
    refusal: str | None = None
    tool_calls: tuple[tuple[str, str], ...] = ()
    """name and arguments, as JSON"""
    usage: dict[str, Any] | None = field(
        default_factory=lambda: {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 64},
        }
    )
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The body as it is, with the content type of JSON (or of an event stream when one was asked for)."""
    content_type: str | None = None
    delay_seconds: float = 0
    pause_seconds: float = 0
    """after each piece of a stream"""
    cut_after: int | None = None
    """A stream ends after so many pieces …"""
    cut: Literal["torn", "clean"] = "torn"
    """… in the middle of a chunk, or as if that were all."""
    as_numbers: bool = False
    """Embeddings as lists of numbers, whatever was asked for."""
    picture: bytes | None = None
    by_url: bool = False
    """A picture is not sent but pointed to."""

    def pieces(self, text: str) -> list[str]:
        return [text[i : i + 7] for i in range(0, len(text), 7)]


# --- Chat completions -------------------------------------------------------------------------------------------------


def completion(reply: Reply, body: Json) -> Json:
    choices = [
        {
            "index": index,
            "message": _message(reply, index),
            "finish_reason": reply.finish_reason,
            "logprobs": _logprobs(_said(reply, index)) if body.get("logprobs") else None,
        }
        for index in range(body.get("n") or 1)
    ]
    return _envelope("chat.completion") | {"choices": choices, "usage": reply.usage}


def completion_frames(reply: Reply, body: Json) -> Iterator[str]:
    """Each piece, the tool calls, the ending, the usage, [DONE]."""
    for index in range(body.get("n") or 1):
        for piece in reply.pieces(_said(reply, index)):
            yield _chunk(
                {"content": piece}, index, logprobs=_logprobs(piece) if body.get("logprobs") else None
            )
        for delta in _tool_call_deltas(reply):
            yield _chunk({"tool_calls": [delta]}, index)
        yield _chunk({"refusal": reply.refusal} if reply.refusal else {}, index, reply.finish_reason)
    if reply.usage and (body.get("stream_options") or {}).get("include_usage"):
        whole = _envelope("chat.completion.chunk") | {"choices": [], "usage": reply.usage}
        yield f"data: {json.dumps(whole)}"
    yield "data: [DONE]"


def _message(reply: Reply, index: int) -> Json:
    message: Json = {"role": "assistant", "content": _said(reply, index) or None, "refusal": reply.refusal}
    if reply.tool_calls:
        message["tool_calls"] = [_tool_call(*call, number) for number, call in enumerate(reply.tool_calls)]
    return message


def _said(reply: Reply, index: int) -> str:
    return f"{reply.text} ({index})" if index else reply.text


def _tool_call(name: str, arguments: str, number: int) -> Json:
    return {"id": f"call-{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _tool_call_deltas(reply: Reply) -> Iterator[Json]:
    for number, (name, arguments) in enumerate(reply.tool_calls):
        yield {"index": number, **_tool_call(name, "", number)}
        for piece in reply.pieces(arguments):
            yield {"index": number, "function": {"arguments": piece}}


def _logprobs(text: str) -> Json:
    tokens = [
        {"token": word, "logprob": -0.5, "bytes": list(word.encode()), "top_logprobs": []}
        for word in text.split()
    ]
    return {"content": tokens, "refusal": None}


def _chunk(delta: Json, index: int, finish_reason: str | None = None, *, logprobs: Json | None = None) -> str:
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason, "logprobs": logprobs}
    return f"data: {json.dumps(_envelope('chat.completion.chunk') | {'choices': [choice], 'usage': None})}"


def _envelope(kind: str) -> Json:
    return {"id": "loopback", "object": kind, "created": 1, "model": MODEL}


# --- Responses --------------------------------------------------------------------------------------------------------


def response(reply: Reply, body: Json) -> Json:
    reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(
        reply.finish_reason or ""
    )
    return {
        "id": "resp-loopback",
        "object": "response",
        "created_at": 1,
        "status": "incomplete" if reason else "completed",
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": body.get("instructions"),
        "model": MODEL,
        "output": _items(reply),
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
        "usage": _response_usage(reply),
    }


def response_frames(reply: Reply, body: Json) -> Iterator[str]:
    """The events of a response, of which each says its kind twice. There is no [DONE]."""
    whole = response(reply, body)
    begun = whole | {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    events: list[Json] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(whole["output"]):
        events += [event | {"output_index": index} for event in _item_events(reply, item)]
    events.append({"type": f"response.{whole['status']}", "response": whole})
    for number, event in enumerate(events):
        yield f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}"


def _items(reply: Reply) -> list[Json]:
    part: Json = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
    if reply.refusal:
        part = {"type": "refusal", "refusal": reply.refusal}
    message = {
        "id": "msg-0",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    calls = [
        {
            "id": f"fc-{number}",
            "type": "function_call",
            "call_id": f"call-{number}",
            "name": name,
            "arguments": arguments,
            "status": "completed",
        }
        for number, (name, arguments) in enumerate(reply.tool_calls)
    ]
    return calls if calls and not reply.text else [message, *calls]


def _item_events(reply: Reply, item: Json) -> Iterator[Json]:
    is_message = item["type"] == "message"
    empty: Json = {"content": []} if is_message else {"arguments": ""}
    yield {"type": "response.output_item.added", "item": item | empty | {"status": "in_progress"}}
    for event in _part_events(reply, item["content"][0]) if is_message else _argument_events(reply, item):
        yield event | {"item_id": item["id"]} | ({"content_index": 0} if is_message else {})
    yield {"type": "response.output_item.done", "item": item}


def _part_events(reply: Reply, part: Json) -> Iterator[Json]:
    field_name = "refusal" if part["type"] == "refusal" else "text"
    more: Json = {} if part["type"] == "refusal" else {"logprobs": []}
    yield {"type": "response.content_part.added", "part": part | {field_name: ""}}
    for piece in reply.pieces(part[field_name]):
        yield {"type": f"response.{part['type']}.delta", "delta": piece} | more
    yield {"type": f"response.{part['type']}.done", field_name: part[field_name]} | more
    yield {"type": "response.content_part.done", "part": part}


def _argument_events(reply: Reply, item: Json) -> Iterator[Json]:
    for piece in reply.pieces(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", "delta": piece}
    yield {"type": "response.function_call_arguments.done", "arguments": item["arguments"]}


def _response_usage(reply: Reply) -> Json | None:
    usage = reply.usage
    return usage and {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage["total_tokens"],
    }


# --- Embeddings -------------------------------------------------------------------------------------------------------


def embeddings(body: Json, reply: Reply) -> Json:
    """In another order than asked for: the index counts, not the place."""

    def encoded(text: object) -> Any:
        numbers = vector(str(text))
        if reply.as_numbers or body.get("encoding_format") != "base64":
            return numbers
        return b64encode(struct.pack(f"<{DIMENSIONS}f", *numbers)).decode()

    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [{"object": "embedding", "index": i, "embedding": encoded(t)} for i, t in enumerate(texts)]
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    return {"object": "list", "data": data[::-1], "model": MODEL, "usage": usage}
