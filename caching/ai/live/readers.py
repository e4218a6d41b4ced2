"""A flight as its readers in this process see it: a list that grows. Threads and coroutines read it from its beginning,
each at his own pace; a slow one costs the others nothing.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import suppress

from caching.ai.live.records import Ended, Failed, News

Loop = asyncio.AbstractEventLoop


class Flight:
    """Written by one thread, read by any number of threads and event loops."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._news: list[News] = []
        self._changed = threading.Condition()
        self._waiting: dict[Loop, list[asyncio.Future[None]]] = {}

    def tell(self, news: Sequence[News]) -> None:
        if not news:
            return
        with self._changed:
            self._news += news
            waiting, self._waiting = self._waiting, {}
            self._changed.notify_all()
        for loop, futures in waiting.items():
            with suppress(RuntimeError):  # that loop has ended, and its readers with it
                loop.call_soon_threadsafe(_wake, futures)

    def read(self) -> Generator[News, None, None]:
        """Everything to the end. Blocks."""
        place = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda place=place: len(self._news) > place)  # type: ignore[misc]
                news = self._news[place:]
            yield from news
            if _is_end(news[-1]):
                return
            place += len(news)

    async def aread(self) -> AsyncGenerator[News, None]:
        place = 0
        while True:
            await self._arrival(place)
            news = self._news[place:]
            for one in news:
                yield one
            if _is_end(news[-1]):
                return
            place += len(news)

    async def _arrival(self, place: int) -> None:
        loop = asyncio.get_running_loop()
        with self._changed:
            if len(self._news) > place:
                return
            future = loop.create_future()
            self._waiting.setdefault(loop, []).append(future)
        await future


def _wake(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


def _is_end(news: News) -> bool:
    return isinstance(news, Ended | Failed)
