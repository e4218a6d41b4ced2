"""An answer as a stream of server-sent events, word by word."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import httpx2

from platform_app.offline.protocol import CREATED, MODEL, ChatRequest, Reply, usage_of

_WORD = re.compile(r"\s*\S+")


def words_of(text: str) -> list[str]:
    """The text in pieces of a word each; together they are the text."""
    pieces = _WORD.findall(text)
    rest = text[sum(map(len, pieces)) :]
    return [*pieces, rest] if rest else pieces


def chunks_of(request: ChatRequest, reply: Reply) -> Iterator[dict[str, Any]]:
    """The chunks of a chat completion: role, words, end, and the usage if it was asked for."""
    kind = "refusal" if reply.refusal else "content"
    yield _chunk(request, {"role": "assistant", "content": "", "refusal": None})
    for word in words_of(reply.refusal or reply.text):
        yield _chunk(request, {kind: word})
    yield _chunk(request, {}, finish_reason=reply.finish_reason)
    if request.include_usage:
        yield _frame(request) | {"choices": [], "usage": usage_of(request, reply)}


def _frame(request: ChatRequest) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{request.digest[:24]}",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": MODEL,
    }


def _chunk(
    request: ChatRequest, delta: dict[str, Any], *, finish_reason: str | None = None
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    usage = {"usage": None} if request.include_usage else {}
    return _frame(request) | {"choices": [choice]} | usage


def events_of(request: ChatRequest, reply: Reply) -> list[bytes]:
    lines = [
        json.dumps(chunk, ensure_ascii=False, separators=(",", ":")) for chunk in chunks_of(request, reply)
    ]
    return [f"data: {line}\n\n".encode() for line in [*lines, "[DONE]"]]


class EventStream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Events with a pause after each, so that a reader sees an answer being written."""

    def __init__(self, events: Sequence[bytes], pause_seconds: float) -> None:
        self._events = events
        self._pause = pause_seconds

    def __iter__(self) -> Iterator[bytes]:
        for event in self._events:
            yield event
            if self._pause > 0:
                time.sleep(self._pause)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for event in self._events:
            yield event
            if self._pause > 0:
                await asyncio.sleep(self._pause)
