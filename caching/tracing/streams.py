"""Answers that come bit by bit: each bit is made as a part of the request, and its end is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from typing import cast

from django.http import StreamingHttpResponse

Within = Callable[[], AbstractContextManager[object]]


def follow(response: StreamingHttpResponse, within: Within, ended: Callable[[], None]) -> None:
    """What the stream does from here on is done within that context. `ended` is called once, by a thread that may block, when
    the response is closed: at its end, and also when the client has left before."""
    if response.is_async:
        chunks = cast(AsyncIterator[bytes], response.streaming_content)
        response.streaming_content = _AsyncChunks(chunks, within, ended)
    else:
        response.streaming_content = _Chunks(cast(Iterator[bytes], response.streaming_content), within, ended)


class _Followed:
    """Django closes what it streams together with the response."""

    def __init__(self, within: Within, ended: Callable[[], None]) -> None:
        self._within = within
        self._ended: Callable[[], None] | None = ended

    def close(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            ended()


class _Chunks(_Followed):
    def __init__(self, chunks: Iterator[bytes], within: Within, ended: Callable[[], None]) -> None:
        super().__init__(within, ended)
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._within():
            return next(self._chunks)


class _AsyncChunks(_Followed):
    def __init__(self, chunks: AsyncIterator[bytes], within: Within, ended: Callable[[], None]) -> None:
        super().__init__(within, ended)
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        with self._within():
            return await anext(self._chunks)
