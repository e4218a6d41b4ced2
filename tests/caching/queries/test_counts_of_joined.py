"""What is counted for callers of one process who ask for the same thing at once, before the process knows the entry."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from caching import cache_db_query, entries, stats
from caching.errors import CacheUnavailable
from caching.flight import boarding
from caching.flight.baggage import Baggage
from caching.flight.lease import Lease
from caching.stats import Outcome
from platform_app.models import User
from tests.caching.patience import await_posted

pytestmark = pytest.mark.django_db(transaction=True)
CALLERS = 4


@cache_db_query("test_joined")
def users() -> int:
    return User.objects.count()


@pytest.fixture(autouse=True)
def unknown(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is near, and who leads goes on when all others have boarded."""
    settings.CACHING = {**settings.CACHING, "NEAR_CACHE": False}  # type: ignore[attr-defined]
    board, take = boarding.board, Lease.take
    boarded = threading.Semaphore(0)

    def counted_board(key: str) -> boarding.Seat:
        seat = board(key)
        boarded.release()
        return seat

    def late_take(self: Lease, baggage: Baggage | None = None) -> object:
        for _ in range(CALLERS):
            assert boarded.acquire(timeout=20)
        return take(self, baggage)

    entries._questions.clear()
    monkeypatch.setattr(boarding, "board", counted_board)
    monkeypatch.setattr(Lease, "take", late_take)
    yield
    entries._questions.clear()


def at_once() -> list[object]:
    got: list[object] = []

    def ask() -> None:
        try:
            got.append(users())
        except CacheUnavailable as error:
            got.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return got


def counted() -> dict[str, int]:
    every = {str(outcome): stats.count("query:test_joined", outcome) for outcome in Outcome}
    return {name: count for name, count in every.items() if count}


def test_who_joins_one_who_computes_has_missed_and_waited() -> None:
    assert at_once() == [0] * CALLERS
    assert counted() == {"absent": CALLERS, "computed": 1, "waited": CALLERS - 1}


def test_who_joins_one_who_finds_it_in_redis_has_hit() -> None:
    at_once()
    await_posted()
    stats.reset()
    entries._questions.clear()
    assert at_once() == [0] * CALLERS
    assert counted() == {"hit": CALLERS}


@pytest.mark.usefixtures("broken_redis")
def test_without_redis_nobody_has_looked() -> None:
    assert {type(got) for got in at_once()} == {CacheUnavailable}
    assert counted() == {}
