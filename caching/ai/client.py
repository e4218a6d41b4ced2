"""The typed door's way to openai: three places behind one SDK, and its exceptions as ours.

OpenAI with a key, any compatible server with a base URL; with neither, an httpx2 transport that speaks the same
protocol in this process. The SDK retries, nothing here does.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from json import JSONDecodeError
from typing import Any

import httpx2
import openai
import pydantic
from django.utils.module_loading import import_string

from caching import conf
from caching.ai.live import BrokenOff, Publish, UpstreamError
from caching.ai.provider import ai_provider
from caching.ai.replies import BROKEN_OFF, UNREADABLE, checked_png, read_delta, read_picture, read_vectors
from caching.ai.schemas import without_defaults
from caching.ai.surfaces import CHAT
from caching.ai.usage import Usage
from caching.conf import CachingConf
from caching.errors import AIAnswerUnusable, AIError, AIMisconfigured, AIRequestRejected, AIUnavailable

CONNECT_SECONDS = 5
MAX_PICTURE_BYTES = 20 * 2**20
SHARED_HEADERS = ("content-type", "retry-after", "retry-after-ms", "x-request-id")

Parameters = Mapping[str, Any]


def complete(parameters: Parameters) -> bytes:
    """The body of a whole answer. This and everything below raises UpstreamError."""
    with _provider_errors():
        return _client().chat.completions.with_raw_response.create(**parameters).content


def stream(parameters: Parameters, publish: Publish) -> bytes:
    """Publishes the chunks of an answer as they come; returns the body that a whole answer would have had."""
    said: list[bytes] = []
    with (
        _provider_errors(),
        _client().chat.completions.create(
            **parameters, stream=True, stream_options={"include_usage": True}
        ) as chunks,
    ):
        for chunk in chunks:
            said.append(_payload(chunk))
            publish(said[-1:])
    body = CHAT.assemble(said)
    if body is None:
        raise BrokenOff
    return body


def _payload(chunk: object) -> bytes:
    if not isinstance(chunk, pydantic.BaseModel):
        raise UpstreamError(cause="unreadable")
    payload = chunk.model_dump_json(exclude_unset=True).encode()
    try:
        read_delta(payload)
    except ValueError as error:
        raise UpstreamError(cause="unreadable") from error
    return payload


def embed(parameters: Parameters, texts: Sequence[Any]) -> tuple[list[array[float]], int]:
    """One vector for each text, or list of tokens, and the tokens of all together."""
    with _provider_errors():
        reply = _client().embeddings.create(**parameters, input=list(texts), encoding_format="base64")
        return read_vectors(reply, count=len(texts))


def draw(parameters: Parameters) -> tuple[bytes, Usage]:
    """A PNG picture. A URL expires, so what it points to is fetched at once."""
    with _provider_errors():
        picture, usage = read_picture(_client().images.generate(**parameters))
        return checked_png(_downloaded(picture) if isinstance(picture, str) else picture), usage


@lru_cache(maxsize=256)
def response_format(schema: type[pydantic.BaseModel]) -> dict[str, Any]:
    """Asks for JSON that fits the class, under the class's name. Raises TypeError for a class that cannot be strict."""
    strict = openai.pydantic_function_tool(schema)["function"]["parameters"]
    definition = {"name": schema.__name__, "strict": True, "schema": without_defaults(strict)}
    return {"type": "json_schema", "json_schema": definition}


def _downloaded(url: str) -> bytes:
    content = bytearray()
    with httpx2.stream(
        "GET", url, timeout=conf.current().ai_timeout_seconds, follow_redirects=True
    ) as response:
        response.raise_for_status()
        for part in response.iter_bytes():
            content += part
            if len(content) > MAX_PICTURE_BYTES:
                raise AIUnavailable("The AI provider's picture is too large.")
    return bytes(content)


class _HeldClient:
    """The SDK client in use. It keeps connections open, so there is one, replaced when the settings change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: openai.OpenAI | None = None
        self._settings: CachingConf | None = None

    def get(self, settings: CachingConf) -> openai.OpenAI:
        with self._lock:
            if self._client is None or self._settings != settings:
                self._hang_up()
                self._client, self._settings = _open(settings), settings
            return self._client

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def forget(self) -> None:
        """For a forked child: the connections are its parent's, and a thread that is not here may hold the lock."""
        self._lock = threading.Lock()
        self._client = None

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


_held = _HeldClient()
os.register_at_fork(after_in_child=_held.forget)


def _client() -> openai.OpenAI:
    return _held.get(conf.current())


def close() -> None:
    """Hang up. The next call opens a client anew."""
    _held.close()


def _open(settings: CachingConf) -> openai.OpenAI:
    provider = ai_provider()
    return openai.OpenAI(
        # Local servers need no key, but the SDK insists on one.
        api_key=settings.openai_api_key or "none",
        base_url=provider.base_url,
        timeout=httpx2.Timeout(settings.ai_timeout_seconds, connect=CONNECT_SECONDS),
        max_retries=settings.ai_max_retries,
        http_client=_offline_http(settings.offline_transport) if provider.is_offline else None,
    )


def _offline_http(transport: str) -> httpx2.Client:
    if not transport:
        raise AIMisconfigured("This platform has no AI: it has no key, no server and no offline engine.")
    return httpx2.Client(transport=import_string(transport)())


@contextmanager
def _provider_errors() -> Iterator[None]:
    try:
        yield
    except (
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.InvalidURL,
        JSONDecodeError,
        UnicodeDecodeError,
    ) as error:
        raise _upstream(error) from error
    except AIAnswerUnusable as error:
        raise unusable(error.user_message, error.reason) from error
    except AIUnavailable as error:
        raise UpstreamError(cause="unreadable") from error


def unusable(user_message: str, reason: str) -> UpstreamError:
    """The provider answered, with nothing that one could use: for all who wait."""
    return UpstreamError(0, user_message.encode(), [("reason", reason)], cause="unusable")


def _upstream(error: Exception) -> UpstreamError:
    match error:
        case openai.APIStatusError(response=reply):
            return status_error(reply)
        case openai.APITimeoutError() | httpx2.TimeoutException():
            return UpstreamError(cause="timeout")
        case JSONDecodeError() | UnicodeDecodeError() | openai.APIResponseValidationError():
            return UpstreamError(cause="unreadable")
        case httpx2.RemoteProtocolError() | httpx2.ReadError():
            return BrokenOff()
        case _:
            return UpstreamError(cause="unreachable")


def status_error(reply: httpx2.Response) -> UpstreamError:
    """An HTTP error for all who wait, with the headers that say when to come back and whom to ask."""
    headers = [(name, reply.headers[name]) for name in SHARED_HEADERS if name in reply.headers]
    return UpstreamError(reply.status_code, reply.content, headers)


def error_for_users(error: UpstreamError) -> AIError:
    """The failure in words for users."""
    match error.cause, error.status:
        case "unusable", _:
            reason: Any = next((value for name, value in error.headers if name == "reason"), "invalid")
            return AIAnswerUnusable(error.body.decode(errors="replace"), reason=reason)
        case "unreadable", _:
            return AIUnavailable(UNREADABLE)
        case "broken", _:
            return AIUnavailable(BROKEN_OFF)
        case "timeout", _:
            return AIUnavailable("The AI provider took too long to answer. Please try again.")
        case "status", 401 | 403 | 404:
            return AIMisconfigured(
                "The AI provider does not accept this platform's key or model. Please tell its operator."
            )
        case "status", 408 | 409 | 429:
            return AIUnavailable("The AI provider is overloaded. Please try again in a moment.")
        case "status", status if status < 500:
            return AIRequestRejected("The AI provider refused this request. It may be too long.")
        case _:
            return AIUnavailable("The AI provider cannot be reached or is out of order. Please try again.")
