"""What the tests of the cache share: a provider on the loopback, and servers that are dead or frozen."""

import socket
from collections.abc import Callable, Iterator
from copy import deepcopy

import hypothesis
import pytest
from pytest_django import Settings

from caching import stats

# How long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("caching", deadline=None)
hypothesis.settings.load_profile("caching")


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    stats.reset()


@pytest.fixture
def use_redis(settings: Settings) -> Callable[[str], None]:
    """`use_redis(url)`: the program's Redis from here on."""

    def use(url: str) -> None:
        caches = deepcopy(settings.CACHES)
        for cache in caches.values():
            cache["LOCATION"] = url
        settings.CACHES = caches
        settings.REDIS_URL = url

    return use


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
