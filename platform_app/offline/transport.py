"""The offline engine under the SDK: an httpx2 transport that answers OpenAI's HTTP requests in process, without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
from django.conf import settings

from platform_app.offline.embeddings import embedding_list
from platform_app.offline.engine import answer
from platform_app.offline.images import generated_images
from platform_app.offline.protocol import (
    MODEL,
    BadRequest,
    UnknownPath,
    chat_completion,
    model_card,
    read_body,
    read_chat_request,
)
from platform_app.offline.streaming import EventStream, events_of

_PAUSE_SECONDS = 0.012


class OfflineTransport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """For `httpx2.Client` and `httpx2.AsyncClient`.

    `token_seconds` is the pause after each word of a stream; None takes the setting OFFLINE_TOKEN_SECONDS, else 12 ms.
    """

    def __init__(self, *, token_seconds: float | None = None) -> None:
        self._token_seconds = token_seconds

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._respond(request.method, request.url.path, request.read())

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await request.aread()
        # Reading a long case takes a while: not on the event loop.
        return await asyncio.to_thread(self._respond, request.method, request.url.path, content)

    def _respond(self, method: str, path: str, content: bytes) -> httpx2.Response:
        try:
            return self._route(method, path)(content)
        except BadRequest as error:
            return _json_response(error.body(), status=error.status)

    def _route(self, method: str, path: str) -> Callable[[bytes], httpx2.Response]:
        routes = {
            ("POST", "/chat/completions"): self._chat,
            ("POST", "/embeddings"): _embeddings,
            ("POST", "/images/generations"): _images,
            ("GET", "/models"): _models,
            ("GET", f"/models/{MODEL}"): _model,
        }
        ending = path.removeprefix("/v1").rstrip("/")
        if (method, ending) not in routes:
            raise UnknownPath(f"The offline engine has nothing at {method} {path}.", code="unknown_url")
        return routes[(method, ending)]

    def _chat(self, content: bytes) -> httpx2.Response:
        request = read_chat_request(read_body(content))
        reply = answer(request)
        if not request.stream:
            return _json_response(chat_completion(request, reply))
        stream = EventStream(events_of(request, reply), self._pause())
        return httpx2.Response(
            200, headers={"content-type": "text/event-stream; charset=utf-8"}, stream=stream
        )

    def _pause(self) -> float:
        if self._token_seconds is not None:
            return self._token_seconds
        return float(getattr(settings, "OFFLINE_TOKEN_SECONDS", _PAUSE_SECONDS))


def _embeddings(content: bytes) -> httpx2.Response:
    return _json_response(embedding_list(read_body(content)))


def _images(content: bytes) -> httpx2.Response:
    return _json_response(generated_images(read_body(content)))


def _models(content: bytes) -> httpx2.Response:
    return _json_response({"object": "list", "data": [model_card()]})


def _model(content: bytes) -> httpx2.Response:
    return _json_response(model_card())


def _json_response(body: Any, *, status: int = 200) -> httpx2.Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return httpx2.Response(status, headers={"content-type": "application/json"}, content=content)
