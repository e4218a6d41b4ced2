"""What the tests of the cache share: a provider on the loopback, and servers that are dead or frozen."""

import socket
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import hypothesis
import pytest
from pytest_django import Settings

from caching import stats
from tests.servers import find_valkey
from tests.topologies import ClusterServers, SentinelServers, start_cluster, start_sentinels, stop_guarded

# How long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("caching", deadline=None)
hypothesis.settings.load_profile("caching")


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    stats.reset()


@pytest.fixture
def use_redis(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Callable[[str], None]]:
    """`use_redis(url)`: the program's Redis from here on. It is the usual one again when the test's tables are emptied,
    for that is a write and would be refused."""
    if "transactional_db" in request.fixturenames:
        request.getfixturevalue("transactional_db")  # set up before this, so that it is torn down after it
    usual = settings.CACHES, settings.REDIS_URL

    def use(url: str) -> None:
        caches = deepcopy(settings.CACHES)
        for cache in caches.values():
            cache["LOCATION"] = url
        settings.CACHES = caches
        settings.REDIS_URL = url

    yield use
    settings.CACHES, settings.REDIS_URL = usual


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[ClusterServers]:
    """A cluster whose masters a test may end."""
    servers = start_cluster(find_valkey(), tmp_path)
    yield servers
    for master in servers.masters:
        stop_guarded(master.process)


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[SentinelServers]:
    """A primary that a test may end, and its replica takes over."""
    servers = start_sentinels(find_valkey(), tmp_path)
    yield servers
    for server in (servers.sentinel, servers.replica, servers.primary):
        stop_guarded(server.process)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections and that nobody else takes meanwhile: bound, but not listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def frozen_port() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


@pytest.fixture(params=["dead", "frozen"])
def broken_redis(
    request: pytest.FixtureRequest, use_redis: Callable[[str], None], closed_port: int, frozen_port: int
) -> None:
    """Redis has crashed, or has stopped in its tracks."""
    use_redis(f"redis://:s3cret@127.0.0.1:{closed_port if request.param == 'dead' else frozen_port}/0")
