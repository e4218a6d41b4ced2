"""Statistics are true: a script with known hits, misses, bypasses and waits gives exactly these numbers."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.db import connection

from caching.stats import series
from tests.caching.patience import wait_until
from tests.caching.stats.caller import KIND, OUTCOMES, SHARING
from tests.programs import Program

PROCESSES = 4

pytestmark = pytest.mark.django_db(transaction=True)


class Caller(Program):
    def does(self, line: str) -> None:
        self.tell(line)
        assert self.hear() == "done"


@pytest.fixture
def callers(redis_key_prefix: str, tmp_path: Path) -> Iterator[list[Caller]]:
    database = connection.settings_dict["NAME"]
    started = [
        Caller("tests.caching.stats.caller", redis_key_prefix, database, tmp_path, user)
        for user in range(1, PROCESSES + 1)
    ]
    assert [caller.hear() for caller in started] == ["ready"] * PROCESSES
    yield started
    for caller in started:
        caller.kill()


def counted() -> Counter[str]:
    numbers = series.totals().get(KIND)
    return (
        Counter({str(outcome): times for outcome, times in numbers.outcomes.items()})
        if numbers
        else Counter()
    )


def times(counter: Counter[str], factor: int) -> Counter[str]:
    return Counter({name: factor * count for name, count in counter.items()})


def test_of_four_processes_one_of_them_killed(
    callers: list[Caller],
    redis_server: redis.Redis,
    redis_servers: tuple[redis.Redis, ...],
    redis_key_prefix: str,
    tmp_path: Path,
) -> None:
    all_wait_for_one(callers, redis_server, redis_servers, redis_key_prefix)
    expected = Counter({"absent": PROCESSES * SHARING, "computed": 1, "waited": PROCESSES * SHARING - 1})
    assert brought(callers) == expected

    for caller in callers:
        caller.does("script")
    killed, *others = callers
    killed.kill()
    assert brought(others) == expected + times(OUTCOMES, PROCESSES - 1)
    for caller in others:
        caller.does("adopt")
    assert counted() == expected + times(OUTCOMES, PROCESSES)

    for caller in others:
        caller.does("script")
        caller.tell("end")
        caller.hear_out()
    assert counted() == expected + times(OUTCOMES, 2 * PROCESSES - 1)
    assert len(list(tmp_path.glob("*/*.counts"))) == 0


def brought(callers: list[Caller]) -> Counter[str]:
    for caller in callers:
        caller.does("flush")
    return counted()


def all_wait_for_one(
    callers: list[Caller], server: redis.Redis, servers: tuple[redis.Redis, ...], prefix: str
) -> None:
    """One thread of one process computes, when those of its process have joined it and the other processes wait."""
    for caller in callers:
        caller.tell("wait")
    wait_until(lambda: server.llen(f"{prefix}test:boarded") >= PROCESSES * SHARING, seconds=60)
    wait_until(lambda: blocked(servers) == PROCESSES - 1, seconds=60)
    server.rpush(f"{prefix}test:go", 1)
    assert [caller.hear() for caller in callers] == ["done"] * PROCESSES


def blocked(servers: tuple[redis.Redis, ...]) -> int:
    return sum(int(server.info("clients")["blocked_clients"]) for server in servers)
