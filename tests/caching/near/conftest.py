"""A near cache that is read and filled as queries do it, a hand on the server, and servers that misbehave."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from caching.near import tracking
from caching.near.pushes import PushLink
from tests.caching.near.hands import PATIENCE_SECONDS, Outside
from tests.caching.near.proxy import Proxy
from tests.caching.patience import wait_until
from tests.servers import find_valkey, stop_guarded
from tests.topologies import start_single


@pytest.fixture(autouse=True)
def tracked(redis_key_prefix: str) -> Iterator[None]:
    """Each test connects anew, for its key prefix; nothing of it, nor of a test elsewhere before it, stays connected."""
    tracking.tracker.close_if_idle(seconds=0)
    yield
    tracking.tracker.close_if_idle(seconds=0)


@pytest.fixture
def outside(
    redis_server: redis.Redis, redis_servers: tuple[redis.Redis, ...], redis_key_prefix: str
) -> Outside:
    """Somebody else, on a connection of his own."""
    return Outside(redis_server, redis_key_prefix, redis_servers)


@pytest.fixture
def pings(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
    """`pings()`: the barriers since it was last called; each one pings every primary.

    Counted where they are sent: the statistics of a server also count the pings of its Sentinels.
    """
    sent = 0
    ask = PushLink.ask

    def count(link: PushLink, **more: bool) -> None:
        nonlocal sent
        sent += 1
        ask(link, **more)

    def since() -> float:
        nonlocal sent
        before, sent = sent, 0
        return before / len(outside.primaries)

    monkeypatch.setattr(PushLink, "ask", count)
    return since


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """`eventually(condition)`: waits, within bounds, until it holds."""
    return partial(wait_until, seconds=PATIENCE_SECONDS)


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., tuple[redis.Redis, subprocess.Popen[bytes]]]]:
    """`start_server("--io-threads", "4")`: a Valkey of the test's own; a client for it, and its process."""
    started: list[tuple[redis.Redis, subprocess.Popen[bytes]]] = []

    def start(*options: str, password: str | None = None) -> tuple[redis.Redis, subprocess.Popen[bytes]]:
        server = start_single(find_valkey(), tmp_path, *options)
        client = redis.Redis(port=server.port, password=password)
        if password:
            with server.client() as stranger:
                stranger.config_set("requirepass", password)
        started.append((client, server.process))
        return client, server.process

    yield start
    for client, process in started:
        client.close()
        stop_guarded(process)


@pytest.fixture
def proxied(start_server: Callable[..., tuple[redis.Redis, object]], redis_key_prefix: str) -> Outside:
    """Somebody else at the server behind `proxy`."""
    server, _ = start_server()
    return Outside(server, redis_key_prefix)


@pytest.fixture
def proxy(proxied: Outside) -> Iterator[Proxy]:
    """Stands between the program and a server, once `use_redis(proxy.url)` is called."""
    with Proxy(proxied.server.connection_pool.connection_kwargs["port"]) as standing_between:
        yield standing_between
