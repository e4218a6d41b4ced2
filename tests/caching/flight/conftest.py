"""A value to be computed once, and means to await that its callers have arrived where a test wants them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import redis

from caching.flight import boarding
from tests.caching.flight.callers import PATIENCE_SECONDS, Expensive, Held
from tests.caching.patience import wait_until


@pytest.fixture
def value(redis_server: redis.Redis, redis_key_prefix: str) -> Expensive:
    return Expensive(redis_server, redis_key_prefix)


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """`eventually(condition)`: waits, within bounds, until it holds."""
    return partial(wait_until, seconds=PATIENCE_SECONDS)


@pytest.fixture
def boarded(
    monkeypatch: pytest.MonkeyPatch, eventually: Callable[[Callable[[], object]], None]
) -> Iterator[Callable[[int], None]]:
    """`boarded(count)`: returns when so many callers have boarded flights of this process."""
    seats: list[boarding.Seat] = []
    board = boarding.board

    def counting(key: str) -> boarding.Seat:
        seat = board(key)
        seats.append(seat)
        return seat

    monkeypatch.setattr(boarding, "board", counting)
    yield lambda count: eventually(lambda: len(seats) >= count)
    assert boarding._board.flights == {}


@pytest.fixture
def held(value: Expensive) -> Held:
    return Held(value)


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(64) as pool:
        yield pool
