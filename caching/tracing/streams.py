"""Answers that come bit by bit: each bit is made as a part of the request, and its end is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import cast

from django.http import StreamingHttpResponse

from caching.trace import Account, accounting


def follow(response: StreamingHttpResponse, account: Account, ended: Callable[[], None]) -> None:
    """What the stream does from here on belongs to the account. `ended` is called once, by a thread that may block, when the
    response is closed: at its end, and also when the client has left before."""
    if response.is_async:
        chunks = cast(AsyncIterator[bytes], response.streaming_content)
        response.streaming_content = _AsyncChunks(chunks, account, ended)
    else:
        response.streaming_content = _Chunks(
            cast(Iterator[bytes], response.streaming_content), account, ended
        )


class _Followed:
    """Django closes what it streams together with the response."""

    def __init__(self, account: Account, ended: Callable[[], None]) -> None:
        self._within = accounting(account)
        self._ended: Callable[[], None] | None = ended

    def close(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            ended()


class _Chunks(_Followed):
    def __init__(self, chunks: Iterator[bytes], account: Account, ended: Callable[[], None]) -> None:
        super().__init__(account, ended)
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._within:
            return next(self._chunks)


class _AsyncChunks(_Followed):
    def __init__(self, chunks: AsyncIterator[bytes], account: Account, ended: Callable[[], None]) -> None:
        super().__init__(account, ended)
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        with self._within:
            return await anext(self._chunks)
