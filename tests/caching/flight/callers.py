"""What the tests of single flight share: a value that is expensive, kept in Redis, and counts how often it was computed.

As a program it is one process of many callers: `python -m tests.caching.flight.callers PREFIX NAME THREADS`
"""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import django
import redis

from caching.codec import MISS, Absence
from caching.connection import nodes
from caching.connection.clients import make_client
from caching.connection.urls import parse
from caching.flight import share, share_async

Miss = Literal[Absence.MISS]
PATIENCE_SECONDS = 30.0


class Expensive:
    """The value `name`. `work` is what its computation does before the value is stored, if it is `is_storable`: a result
    that rests on old stamps is not found."""

    def __init__(self, server: redis.Redis, prefix: str, name: str = "value") -> None:
        self.server = server
        self.prefix = prefix
        self.name = name
        self.work: Callable[[], None] = lambda: None
        self.is_storable: Callable[[str], bool] = lambda value: True
        self.begun = threading.Event()

    @property
    def computations(self) -> int:
        return int(self.server.get(f"{self.prefix}{self.name}:computations") or 0)

    def look(self) -> str | Miss:
        stored: Any = self.server.get(f"{self.prefix}{self.name}")
        return MISS if stored is None else stored.decode()

    def compute(self) -> str:
        number = self.server.incr(f"{self.prefix}{self.name}:computations")
        self.begun.set()
        self.work()
        return self._stored(f"{self.name} {number}")

    async def compute_async(self) -> str:
        number = self.server.incr(f"{self.prefix}{self.name}:computations")
        self.begun.set()
        await asyncio.to_thread(self.work)
        return self._stored(f"{self.name} {number}")

    def get(self, *, accept: Callable[[str], bool] = lambda value: True) -> str:
        return share(self.name, look=self.look, compute=self.compute, accept=accept)

    async def get_async(self, *, accept: Callable[[str], bool] = lambda value: True) -> str:
        return await share_async(self.name, look=self.look, compute=self.compute_async, accept=accept)

    def _stored(self, value: str) -> str:
        if self.is_storable(value):
            self.server.set(f"{self.prefix}{self.name}", value, ex=60)
        return value


class Held(Expensive):
    """A computation that rests until it is released."""

    def __init__(self, of: Expensive) -> None:
        super().__init__(of.server, of.prefix, of.name)
        self.release = threading.Event()
        self.work = self.rest

    def rest(self) -> None:
        assert self.release.wait(PATIENCE_SECONDS)


def main() -> None:
    """Says `ready`, waits for a line, then asks with all threads at once; prints what they got.

    The computation says `computing` and ends when the test sends a line on the list NAME:go.
    """
    prefix, name, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings

    settings.REDIS_KEY_PREFIX = prefix
    settings.CACHING = settings.CACHING | json.loads(os.environ.get("TEST_CACHING", "{}"))
    server = make_client(parse(os.environ["REDIS_URL"]))
    value = Expensive(server, prefix, name)

    def work() -> None:
        server.rpush(f"{prefix}{name}:computing", os.getpid())
        if wait_for(f"{prefix}{name}:go") == b"fail":
            raise ValueError("no such case", 404)

    value.work = work
    start = threading.Barrier(threads)

    def ask(_: int) -> str:
        start.wait(PATIENCE_SECONDS)
        try:
            return value.get()
        except ValueError as error:
            return repr(error)

    say("ready")
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        say(json.dumps(list(pool.map(ask, range(threads)))))


def wait_for(key: str) -> Any:
    """The element of the list, as soon as there is one; it stays there."""
    connection = nodes.connect(nodes.current().owner(key), seconds=2 * PATIENCE_SECONDS)
    connection.send_command("BLMOVE", key, key, "LEFT", "RIGHT", str(PATIENCE_SECONDS))
    return connection.read_response()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
