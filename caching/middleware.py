"""One scope of consistency for each request: what it reads is at least as new as its beginning.

It belongs before every middleware that may read a cache. The body of a streaming response is produced after the
middleware has returned and may run for hours: each of its chunks has a scope of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from caching.near.scopes import fresh

Response = HttpResponseBase
GetResponse = Callable[[HttpRequest], Response | Awaitable[Response]]


class ConsistencyMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Response | Awaitable[Response]:
        if self._is_async:
            return self._respond_async(request)
        with fresh():
            return _with_scopes_for_chunks(cast(Response, self.get_response(request)))

    async def _respond_async(self, request: HttpRequest) -> Response:
        with fresh():
            return _with_scopes_for_chunks(await cast(Awaitable[Response], self.get_response(request)))


def _with_scopes_for_chunks(response: Response) -> Response:
    # Files read no cache, and the server sends them faster when they stay files.
    if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
        if response.is_async:
            response.streaming_content = _chunks_async(cast(AsyncIterator[bytes], response.streaming_content))
        else:
            response.streaming_content = _chunks(cast(Iterator[bytes], response.streaming_content))
    return response


def _chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with fresh():
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk


async def _chunks_async(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        with fresh():
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        yield chunk
