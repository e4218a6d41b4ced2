"""The only importer of openai: three places behind one SDK, and its exceptions as ours.

OpenAI with a key, any compatible server with a base URL; with neither, an httpx2 transport that speaks the same
protocol in this process. The SDK retries, nothing here does.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from json import JSONDecodeError
from typing import Any

import httpx2
import openai
import pydantic
from django.utils.module_loading import import_string

from caching import conf
from caching.ai.answers import Answer
from caching.ai.provider import ai_provider
from caching.ai.replies import Transcript, checked_png, read_picture, read_vectors
from caching.ai.schemas import without_defaults
from caching.conf import CachingConf
from caching.errors import AIError, AIMisconfigured, AIRequestRejected, AIUnavailable

CONNECT_SECONDS = 5
MAX_PICTURE_BYTES = 20 * 2**20

Parameters = Mapping[str, Any]


def complete(parameters: Parameters) -> Answer:
    """A whole answer, or an AIError."""
    transcript = Transcript()
    with _provider_errors():
        transcript.add(_client().chat.completions.create(**parameters))
    return transcript.answer()


def stream(parameters: Parameters) -> Generator[str, None, Answer]:
    """The answer's text as it comes; the generator returns the whole. Closing it early hangs up."""
    transcript = Transcript()
    with _provider_errors():
        chunks = _client().chat.completions.create(
            **parameters, stream=True, stream_options={"include_usage": True}
        )
        with chunks:
            for chunk in chunks:
                if text := transcript.add(chunk):
                    yield text
    return transcript.answer()


def embed(parameters: Parameters, texts: Sequence[str]) -> list[array[float]]:
    """One vector for each text."""
    with _provider_errors():
        reply = _client().embeddings.create(**parameters, input=list(texts), encoding_format="base64")
        return read_vectors(reply, count=len(texts))


def draw(parameters: Parameters) -> bytes:
    """A PNG picture. A URL expires, so what it points to is fetched at once."""
    with _provider_errors():
        picture = read_picture(_client().images.generate(**parameters))
        content = _downloaded(picture) if isinstance(picture, str) else picture
    return checked_png(content)


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
    except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, JSONDecodeError) as error:
        raise _translated(error) from error


def _translated(error: Exception) -> AIError:
    match error:
        case openai.APITimeoutError() | httpx2.TimeoutException():
            return AIUnavailable("The AI provider took too long to answer. Please try again.")
        case openai.APIStatusError(status_code=401 | 403 | 404):
            return AIMisconfigured(
                "The AI provider does not accept this platform's key or model. Please tell its operator."
            )
        case openai.APIStatusError(status_code=408 | 409 | 429):
            return AIUnavailable("The AI provider is overloaded. Please try again in a moment.")
        case openai.APIStatusError(status_code=status) if status < 500:
            return AIRequestRejected("The AI provider refused this request. It may be too long.")
        case _:
            return AIUnavailable("The AI provider cannot be reached or is out of order. Please try again.")
