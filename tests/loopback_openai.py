"""An OpenAI-compatible server on the loopback for tests: scripted answers and faults, every call recorded.

    def test_it(provider_server):
        provider_server.script(Reply("Hello."), Reply(status=500))

Without a script every question gets an answer of its own ("Answer 1.", "Answer 2." …), so that a test sees by the text
whether it was asked again.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pytest_django import Settings

from caching.ai import client
from tests.loopback import LoopbackServer
from tests.loopback_bodies import (
    DIMENSIONS,
    MODEL,
    Reply,
    completion,
    completion_frames,
    embeddings,
    png,
    response,
    response_frames,
    vector,
)

__all__ = ["API_KEY", "DIMENSIONS", "MODEL", "Call", "LoopbackOpenAI", "Reply", "png", "vector"]

API_KEY = "sk-loopback-secret"


@dataclass(frozen=True)
class Call:
    path: str
    body: dict[str, Any]
    headers: dict[str, str]


class LoopbackOpenAI(LoopbackServer):
    """The server. `calls` are all questions so far; pictures fetched by URL are not among them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.pictures: dict[str, bytes] = {}
        self._script: deque[Reply] = deque()
        self._always: Reply | None = None
        self._lock = threading.Lock()
        self._spoken = threading.Condition()
        self._pieces = 0
        super().__init__(_Handler)

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [call.body for call in self.calls]

    def script(self, *replies: Reply) -> None:
        """The next calls get these replies, one each."""
        self._script.extend(replies)

    def always(self, reply: Reply) -> None:
        """Every call that has no scripted reply gets this one."""
        self._always = reply

    def wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def begin_piece(self, pause_seconds: float) -> None:
        if pause_seconds:
            self.wait(pause_seconds)
        with self._spoken:
            self._pieces += 1
            self._spoken.notify_all()

    def wait_for_pieces(self, count: int) -> None:
        """Until so many pieces of streams have been sent, of all calls together."""
        with self._spoken:
            assert self._spoken.wait_for(lambda: self._pieces >= count, timeout=60)

    def wait_for_calls(self, count: int) -> None:
        with self._spoken:
            assert self._spoken.wait_for(lambda: len(self.calls) >= count, timeout=60)

    def take(self, call: Call) -> Reply:
        with self._lock, self._spoken:
            self._spoken.notify_all()
            self.calls.append(call)
            number = len(self.calls)
            return self._script.popleft() if self._script else self._always or Reply(f"Answer {number}.")


class _Handler(BaseHTTPRequestHandler):
    owner: LoopbackOpenAI
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        picture = self.owner.pictures.get(self.path)
        self._send(200 if picture else 404, picture or b"", "image/png")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.owner.take(Call(self.path, body, headers))
        if reply.delay_seconds:
            self.owner.wait(reply.delay_seconds)
        if reply.raw is not None:
            default = "text/event-stream" if body.get("stream") else "application/json"
            return self._send(reply.status, reply.raw, reply.content_type or default)
        if reply.status != 200:
            error = {"message": f"No, {API_KEY}.", "type": "loopback", "code": None, "param": None}
            return self._send_json({"error": error}, reply)
        match self.path.partition("?")[0]:
            case "/v1/chat/completions" if body.get("stream"):
                return self._stream(reply, completion_frames(reply, body))
            case "/v1/chat/completions":
                return self._send_json(completion(reply, body), reply)
            case "/v1/responses" if body.get("stream"):
                return self._stream(reply, response_frames(reply, body))
            case "/v1/responses":
                return self._send_json(response(reply, body), reply)
            case "/v1/embeddings":
                return self._send_json(embeddings(body, reply), reply)
            case "/v1/images/generations":
                return self._send_json(self._picture(body, reply), reply)
        return self._send(404, b"{}", "application/json")

    def _send_json(self, value: Any, reply: Reply) -> None:
        self._send(
            reply.status, json.dumps(value).encode(), reply.content_type or "application/json", reply.headers
        )

    def _send(
        self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, reply: Reply, frames: Iterator[str]) -> None:
        torn = reply.cut == "torn"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header(*(("Transfer-Encoding", "chunked") if torn else ("Connection", "close")))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for number, frame in enumerate(frames):
            if number == reply.cut_after:
                self.close_connection = True
                return
            self.owner.begin_piece(reply.pause_seconds)
            data = f"{frame}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if torn else data)
        if torn:
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = not torn

    def _picture(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        picture = png(body["prompt"]) if reply.picture is None else reply.picture
        if not reply.by_url:
            return {"created": 1, "data": [{"b64_json": b64encode(picture).decode()}]}
        path = f"/files/{len(self.owner.pictures)}.png"
        self.owner.pictures[path] = picture
        return {"created": 1, "data": [{"url": self.owner.root + path}]}


@pytest.fixture
def provider_server(settings: Settings) -> Iterator[LoopbackOpenAI]:
    """The AI door asks this server; nothing is retried and nothing waits for long."""
    with LoopbackOpenAI() as server:
        settings.CACHING = {
            **settings.CACHING,
            "OPENAI_API_KEY": API_KEY,
            "OPENAI_BASE_URL": server.url,
            "AI_MODEL": MODEL,
            "AI_MAX_RETRIES": 0,
            "AI_TIMEOUT_SECONDS": 5,
        }
        yield server
        client.close()
