"""What goes wrong on purpose between the processes: connections cut, tags evicted, pushes delayed."""

import asyncio
import random
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import redis

Trouble = Callable[[redis.Redis, str, random.Random], int]
"""Does its harm once, on the server, to the keys with the prefix; returns how often it hit."""

PAUSE_SECONDS = 0.005


def kill_tracking_connections(server: redis.Redis, prefix: str, chance: random.Random) -> int:
    """Each of those on which the near caches listen, one time in eight."""
    tracking = [client["id"] for client in server.client_list() if "t" in client["flags"]]
    doomed = [client for client in tracking if chance.random() < 1 / 8]
    return sum(int(server.execute_command("CLIENT", "KILL", "ID", client)) for client in doomed)


def evict_tags(server: redis.Redis, prefix: str, chance: random.Random) -> int:
    """A few tags, whatever they hold at the moment: as a server does whose memory is full."""
    tags = list(server.scan_iter(match=f"{prefix}tag:*", count=1000))
    return int(server.unlink(*chance.sample(tags, min(3, len(tags))))) if tags else 0


def evict_anything(server: redis.Redis, prefix: str, chance: random.Random) -> int:
    """Entries, flights and tags."""
    keys = list(server.scan_iter(match=f"{prefix}*", count=1000))
    return int(server.unlink(*chance.sample(keys, min(5, len(keys))))) if keys else 0


def flush(server: redis.Redis, prefix: str, chance: random.Random) -> int:
    """Everything at once, now and then."""
    return int(bool(chance.random() < 1 / 20 and server.flushdb()))


class Making:
    """Makes trouble again and again, until it is told to stop. `hits` counts what it really did."""

    def __init__(self, trouble: Trouble, url: str, prefix: str, seed: int) -> None:
        self.hits = 0
        self._trouble, self._url, self._prefix = trouble, url, prefix
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._make, daemon=True)

    def __enter__(self) -> "Making":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _make(self) -> None:
        with redis.Redis.from_url(self._url) as server:
            while not self._stop.wait(PAUSE_SECONDS):
                self.hits += self._trouble(server, self._prefix, self._random)


@contextmanager
def pushes_delayed(url: str, *, seconds: float) -> Iterator[str]:
    """The URL of a proxy that holds back, for up to so long, what the server says on tracking connections."""
    target = redis.connection.parse_url(url)
    proxy = _Proxy(target["host"], target["port"], seconds)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(proxy.serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/{target.get('db', 0)}"
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Proxy:
    def __init__(self, host: str, port: int, seconds: float) -> None:
        self._host, self._port, self._seconds = host, port, seconds
        self._random = random.Random(1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server_reader, server_writer = await asyncio.open_connection(self._host, self._port)
        is_tracking = asyncio.Event()
        ways = [
            asyncio.ensure_future(self._to_server(reader, server_writer, is_tracking)),
            asyncio.ensure_future(self._to_client(server_reader, writer, is_tracking)),
        ]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        # Processes that end, or are killed, leave in the midst of a word.
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, server_writer):
            end.close()
        self._tasks.discard(task)

    async def _to_server(self, source: StreamReader, sink: StreamWriter, is_tracking: asyncio.Event) -> None:
        while data := await source.read(65536):
            if b"TRACKING" in data.upper():
                is_tracking.set()
            sink.write(data)
            await sink.drain()

    async def _to_client(self, source: StreamReader, sink: StreamWriter, is_tracking: asyncio.Event) -> None:
        while data := await source.read(65536):
            if is_tracking.is_set():
                # What follows waits behind it: TCP keeps the order.
                await asyncio.sleep(self._random.random() ** 3 * self._seconds)
            sink.write(data)
            await sink.drain()

    async def close(self, server: asyncio.Server) -> None:
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
