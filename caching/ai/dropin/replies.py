"""What the SDK is given in place of the provider's reply: a response as from HTTP, made of an answer that is here already,
or of one that is arriving; and the SDK's own exceptions.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Iterator
from functools import lru_cache
from json import JSONDecodeError, loads

import httpx2
import openai

from caching.ai.asking import Reply
from caching.ai.dropin.calls import Call
from caching.ai.dropin.sse import DONE, frame, is_error, named_frame
from caching.ai.dropin.upstream import Headers
from caching.ai.live import Restart, UpstreamError
from caching.ai.surfaces import CHAT

Piece = bytes | Restart | Reply[bytes]

SOURCE_HEADER = "x-ai-cache"
"""Of every reply of ours: where the answer comes from (answers.Source), or "live" of a stream that is arriving."""
KEPT_SOURCES = frozenset({"cache", "near"})

_CLASSES: dict[int, type[openai.APIStatusError]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}


def plain(call: Call, reply: Reply[bytes], headers: Headers | None) -> httpx2.Response:
    """`headers` are the provider's, if it was asked for this very call."""
    if headers is None or reply.source != "provider":
        headers = [("content-type", "application/json")]
    headers = [*headers, (SOURCE_HEADER, reply.source)]
    return httpx2.Response(200, headers=headers, content=reply.body, request=_request(call))


def replayed(call: Call, reply: Reply[bytes]) -> httpx2.Response | None:
    """The stream of a whole answer. None for one that no stream could bring."""
    try:
        chunks = call.surface.replay(reply.body)
    except ValueError:
        return None
    content = b"".join([*framed(call, chunks), *ending(call)])
    return httpx2.Response(
        200, headers=_stream_headers(reply.source), content=content, request=_request(call)
    )


def arriving(call: Call, stream: Arriving | AsyncArriving) -> httpx2.Response:
    return httpx2.Response(200, headers=_stream_headers("live"), stream=stream, request=_request(call))


def was_kept(response: httpx2.Response) -> bool:
    return response.headers[SOURCE_HEADER] in KEPT_SOURCES


def _stream_headers(source: str) -> dict[str, str]:
    return {"content-type": "text/event-stream; charset=utf-8", SOURCE_HEADER: source}


def framed(call: Call, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """As they stand on the wire for this caller."""
    as_frame: Callable[[bytes], bytes] = frame if call.surface is CHAT else named_frame
    for chunk in chunks:
        shown = chunk if call.wants_usage else call.surface.without_usage(chunk)
        if shown is not None:
            yield as_frame(shown)


def ending(call: Call) -> list[bytes]:
    return [frame(DONE)] if call.surface is CHAT else []


class Arriving(httpx2.SyncByteStream):
    """A stream whose first piece is here. What breaks it off, breaks it off as a connection would."""

    def __init__(self, call: Call, first: bytes, pieces: Generator[Piece, None, None]) -> None:
        self._call = call
        self._first = first
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from framed(self._call, [self._first])
        try:
            for piece in self._pieces:
                yield from framed(self._call, _chunks_of(piece))
        except UpstreamError as error:
            yield _last_words(error)
        yield from ending(self._call)

    def close(self) -> None:
        """The caller leaves; the answer goes on arriving for others, and is kept."""
        self._pieces.close()


class AsyncArriving(httpx2.AsyncByteStream):
    def __init__(self, call: Call, first: bytes, pieces: AsyncGenerator[Piece, None]) -> None:
        self._call = call
        self._first = first
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for one in framed(self._call, [self._first]):
            yield one
        try:
            async for piece in self._pieces:
                for one in framed(self._call, _chunks_of(piece)):
                    yield one
        except UpstreamError as error:
            yield _last_words(error)
        for one in ending(self._call):
            yield one

    async def aclose(self) -> None:
        await self._pieces.aclose()


def exception(error: UpstreamError, call: Call) -> openai.OpenAIError:
    """As the SDK would raise it, for everybody who waited."""
    request = _request(call)
    if error.cause == "timeout":
        return openai.APITimeoutError(request=request)
    if not error.status:
        return openai.APIConnectionError(request=request)
    response = httpx2.Response(error.status, headers=error.headers, content=error.body, request=request)
    default = openai.InternalServerError if error.status >= 500 else openai.APIStatusError
    message, body = _said(error)
    return _CLASSES.get(error.status, default)(message, response=response, body=body)


def _chunks_of(piece: Piece) -> list[bytes]:
    match piece:
        case bytes():
            return [piece]
        case Reply():
            return []
    # The protocol cannot take back what it has shown.
    raise httpx2.RemoteProtocolError("The answer begins anew; what came so far is void.")


def _last_words(error: UpstreamError) -> bytes:
    """What the provider said, which the SDK raises; a stream that just broke breaks here as well."""
    if is_error(error.body):
        return frame(error.body)
    raise httpx2.RemoteProtocolError("The provider broke off in the middle of its answer.") from error


def _request(call: Call) -> httpx2.Request:
    """Its headers tell the SDK how its caller wants the reply presented (with_raw_response)."""
    return httpx2.Request("POST", _parsed(call.url), headers=call.headers)


@lru_cache(maxsize=256)
def _parsed(url: str) -> httpx2.URL:
    """To parse it takes longer than all else that is done here for a hit."""
    return httpx2.URL(url)


def _said(error: UpstreamError) -> tuple[str, object]:
    """The message in the SDK's words, and the error of the body."""
    text = error.body.decode(errors="replace").strip()
    try:
        body = loads(text)
    except JSONDecodeError:
        return f"Error code: {error.status}", text
    inner = body.get("error", body) if isinstance(body, dict) else body
    message = inner.get("message") if isinstance(inner, dict) else None
    return f"Error code: {error.status}" + (f" - {message}" if message else ""), inner
