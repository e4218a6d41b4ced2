"""How a flight asks the provider through a client: its own HTTP client, keys and retries, in the form of its caller.

The source of a flight is called in a thread. A sync client is used there; the requests of an async client run on the loop
of its caller, where its connections belong, and the thread passes on what comes.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

import httpx2
import openai

from caching.ai.client import status_error
from caching.ai.dropin.sse import DONE, Payloads, is_error
from caching.ai.live import BrokenOff, Publish, UpstreamError
from caching.ai.surfaces import Surface

Headers = list[tuple[str, str]]

# Of the reply as it was on the wire; ours is neither compressed nor in parts.
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
LOOK_AT_THE_LOOP_SECONDS = 1.0
BLOCKED_SECONDS = 5.0
# The reply had begun with a 200 when its stream told of the error.
ERROR_IN_STREAM = 502


class Upstream(ABC):
    """One request: the source of a flight. `headers` are those of the reply, if this is the one that asked."""

    def __init__(self, surface: Surface, *, is_streamed: bool) -> None:
        self._surface = surface
        self._is_streamed = is_streamed
        self._said: list[bytes] = []
        self.headers: Headers | None = None

    @abstractmethod
    def __call__(self, publish: Publish) -> bytes:
        """Raises UpstreamError; and what the SDK raises when it is the client's own fault."""

    def _received(self, response: httpx2.Response) -> None:
        self.headers = [
            (name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_WIRE
        ]

    def _new_in(self, payloads: Payloads, part: bytes) -> list[bytes]:
        new = payloads.feed(part)
        if DONE in new:
            new = new[: new.index(DONE)]
        if new and is_error(new[-1]):
            # Not a chunk to be shown, but the end of all: who asks again from here on must find no flight.
            raise UpstreamError(ERROR_IN_STREAM, new[-1])
        self._said += new
        return new

    def _body(self) -> bytes:
        """The body of a reply that was not streamed; empty where that would lose something. It is not kept then, and
        who wants it whole asks himself. Raises BrokenOff for a stream that has no end."""
        if not any(map(self._surface.is_last, self._said)):
            raise BrokenOff
        return self._surface.assemble(self._said) or b""


class SyncUpstream(Upstream):
    def __init__(self, ask: Callable[[], httpx2.Response], surface: Surface, *, is_streamed: bool) -> None:
        super().__init__(surface, is_streamed=is_streamed)
        self._ask = ask

    def __call__(self, publish: Publish) -> bytes:
        with _shared_errors():
            response = self._ask()
        self._received(response)
        if not self._is_streamed:
            return bytes(response.content)
        try:
            for part in self._parts(response):
                publish(part)
        finally:
            response.close()
        return self._body()

    def _parts(self, response: httpx2.Response) -> Iterator[list[bytes]]:
        payloads = Payloads()
        with _broken_off(response):
            for part in response.iter_bytes():
                if new := self._new_in(payloads, part):
                    yield new


class AsyncUpstream(Upstream):
    def __init__(
        self, ask: Callable[[], Awaitable[httpx2.Response]], surface: Surface, *, is_streamed: bool
    ) -> None:
        super().__init__(surface, is_streamed=is_streamed)
        self._ask = ask
        self._loop = asyncio.get_running_loop()
        self._arrived: SimpleQueue[list[bytes] | None] = SimpleQueue()

    def __call__(self, publish: Publish) -> bytes:
        reading = asyncio.run_coroutine_threadsafe(self._read(), self._loop)
        reading.add_done_callback(lambda _: self._arrived.put(None))
        try:
            while (part := self._next_part()) is not None:
                publish(part)
        except BaseException:
            reading.cancel()
            raise
        return reading.result()

    def _next_part(self) -> list[bytes] | None:
        pulse = _Pulse(self._loop)
        while True:
            try:
                return self._arrived.get(timeout=LOOK_AT_THE_LOOP_SECONDS)
            except Empty:
                pulse.check()

    async def _read(self) -> bytes:
        with _shared_errors():
            response = await self._ask()
        self._received(response)
        if not self._is_streamed:
            return bytes(response.content)
        try:
            async for part in self._parts(response):
                self._arrived.put(part)
        finally:
            await response.aclose()
        return self._body()

    async def _parts(self, response: httpx2.Response) -> AsyncIterator[list[bytes]]:
        payloads = Payloads()
        with _broken_off(response):
            async for part in response.aiter_bytes():
                if new := self._new_in(payloads, part):
                    yield new


class _Pulse:
    """Whether a loop runs. One that has ended will not even cancel what was begun on it; and one that is blocked may be so
    by a caller who waits for this very answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._beat = time.monotonic()

    def check(self) -> None:
        """Raises RuntimeError, so that somebody else asks."""
        if self._loop.is_closed():
            raise RuntimeError("The event loop of this call has ended.")
        if time.monotonic() - self._beat > BLOCKED_SECONDS:
            raise RuntimeError("The event loop of this call is blocked.")
        self._loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        self._beat = time.monotonic()


@contextmanager
def _shared_errors() -> Iterator[None]:
    """What the provider said concerns all who wait; a timeout or a lost connection only this client."""
    try:
        yield
    except openai.APIStatusError as error:
        raise status_error(error.response) from error


@contextmanager
def _broken_off(response: httpx2.Response) -> Iterator[None]:
    """The stream of a reply that had begun: a timeout is this client's own; that it breaks concerns all who wait."""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise openai.APITimeoutError(request=response.request) from error
    except httpx2.HTTPError as error:
        raise BrokenOff from error
