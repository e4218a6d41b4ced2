"""The two clients behind one face, so that every test is run with both: what is awaited with one is plain with the other."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import openai

from caching.ai import AsyncCachedOpenAI, CachedOpenAI
from tests.loopback_openai import API_KEY


class SyncTwin:
    cached = CachedOpenAI
    uncached = openai.OpenAI
    stream_class = openai.Stream

    def get(self, value: Any) -> Any:
        return value

    def all(self, stream: Any) -> list[Any]:
        return list(stream)

    def first(self, stream: Any) -> Any:
        return next(iter(stream))

    def within(self, manager: Any, use: Callable[[Any], Any]) -> Any:
        with manager as entered:
            return use(entered)

    def leave(self, stream: Any) -> None:
        stream.close()

    def close(self) -> None:
        """Nothing is held."""


class AsyncTwin:
    cached = AsyncCachedOpenAI
    uncached = openai.AsyncOpenAI
    stream_class = openai.AsyncStream

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def get(self, value: Any) -> Any:
        async def awaited() -> Any:
            return await value if inspect.isawaitable(value) else value

        return self._runner.run(awaited())

    def all(self, stream: Any) -> list[Any]:
        async def collected() -> list[Any]:
            return [one async for one in stream]

        return self._runner.run(collected())

    def first(self, stream: Any) -> Any:
        async def taken() -> Any:
            return await anext(aiter(stream))

        return self._runner.run(taken())

    def within(self, manager: Any, use: Callable[[Any], Any]) -> Any:
        async def entered() -> Any:
            async with manager as one:
                used = use(one)
                return await used if inspect.isawaitable(used) else used

        return self._runner.run(entered())

    def leave(self, stream: Any) -> None:
        self._runner.run(stream.close())

    def close(self) -> None:
        self._runner.close()


Twin = SyncTwin | AsyncTwin


def twins(request: Any) -> Iterator[Twin]:
    with closing(SyncTwin() if request.param == "sync" else AsyncTwin()) as twin:
        yield twin


def client_of(twin: Twin, url: str, *, cached: bool = True, **options: Any) -> Any:
    cls: Any = twin.cached if cached else twin.uncached
    return cls(**{"api_key": API_KEY, "base_url": url, "max_retries": 0, **options})
