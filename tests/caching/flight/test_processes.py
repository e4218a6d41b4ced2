"""Callers in several real processes: one computation for all, a successor for a killed one, and nobody polls."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from tests.caching.flight.callers import Expensive
from tests.programs import Program

Eventually = Callable[[Callable[[], object]], None]


class Process(Program):
    """One process of callers."""

    def __init__(self, prefix: str, threads: int, caching: dict[str, Any]) -> None:
        self.threads = threads
        settings = json.dumps(caching)
        super().__init__("tests.caching.flight.callers", prefix, "value", threads, TEST_CACHING=settings)

    def answers(self) -> list[str]:
        answers: list[str] = json.loads(self.hear())
        assert len(answers) == self.threads
        return answers


@pytest.fixture
def start(redis_key_prefix: str) -> Iterator[Callable[..., list[Process]]]:
    """`start(processes, threads)`: so many processes, all of them ready to ask."""
    started: list[Process] = []

    def starter(processes: int, threads: int, **caching: Any) -> list[Process]:
        started.extend(Process(redis_key_prefix, threads, caching) for _ in range(processes))
        assert [process.hear() for process in started] == ["ready"] * processes
        return started

    yield starter
    for process in started:
        process.kill()


@pytest.fixture
def leader_pid(value: Expensive, eventually: Eventually) -> Callable[[], int]:
    """`leader_pid()`: the process that computes, once it does."""
    computing: list[Any] = []

    def wait() -> int:
        eventually(
            lambda: computing.append(value.server.lpop(f"{value.prefix}value:computing")) or computing[-1]
        )
        return int(computing[-1])

    return wait


def let_computations_end(value: Expensive, how: str = "well") -> None:
    value.server.rpush(f"{value.prefix}value:go", how)


@pytest.fixture
def blocked(redis_servers: tuple[redis.Redis, ...]) -> Callable[[], int]:
    """`blocked()`: how many connections wait for something."""

    def count() -> int:
        clients: list[Any] = [server.info("clients") for server in redis_servers]
        return sum(int(each["blocked_clients"]) for each in clients)

    return count


def called(servers: tuple[redis.Redis, ...]) -> Counter[str]:
    """What the servers were told to do since they were reset."""
    calls: Counter[str] = Counter()
    for server in servers:
        statistics: Any = server.info("commandstats")
        for name, stat in statistics.items():
            calls[name.removeprefix("cmdstat_")] += int(stat["calls"])
    return calls


def test_two_hundred_callers_in_four_processes_cause_one_computation(
    value: Expensive,
    start: Callable[..., list[Process]],
    leader_pid: Callable[[], int],
    eventually: Eventually,
    blocked: Callable[[], int],
) -> None:
    processes = start(4, 50)
    for process in processes:
        process.tell("ask")
    leader_pid()
    eventually(lambda: blocked() == 4)  # one for each other process, and the computation itself
    let_computations_end(value)
    assert [set(process.answers()) for process in processes] == [{"value 1"}] * 4
    assert value.computations == 1


def test_a_killed_leader_is_replaced_by_exactly_one(
    value: Expensive,
    start: Callable[..., list[Process]],
    leader_pid: Callable[[], int],
    eventually: Eventually,
    blocked: Callable[[], int],
) -> None:
    processes = start(4, 10, FLIGHT_LEASE_SECONDS=1.5)
    for process in processes:
        process.tell("ask")
    killed = leader_pid()
    eventually(lambda: blocked() == 4)
    os.kill(killed, signal.SIGKILL)
    assert leader_pid() != killed
    let_computations_end(value)
    survivors = [process for process in processes if process.process.pid != killed]
    assert [set(process.answers()) for process in survivors] == [{"value 2"}] * 3
    assert value.computations == 2


def test_an_error_reaches_every_caller_of_all_processes_and_is_not_stored(
    value: Expensive,
    start: Callable[..., list[Process]],
    leader_pid: Callable[[], int],
    eventually: Eventually,
    blocked: Callable[[], int],
) -> None:
    processes = start(3, 20)
    for process in processes:
        process.tell("ask")
    leader_pid()
    eventually(lambda: blocked() == 3)
    let_computations_end(value, "fail")
    assert [set(process.answers()) for process in processes] == [{"ValueError('no such case', 404)"}] * 3
    assert value.computations == 1
    assert value.get() == "value 2"


def test_fifty_waiters_and_their_leader_send_next_to_nothing_while_they_wait(
    value: Expensive,
    start: Callable[..., list[Process]],
    leader_pid: Callable[[], int],
    eventually: Eventually,
    blocked: Callable[[], int],
    redis_servers: tuple[redis.Redis, ...],
) -> None:
    """A second of computation: a renewal of the lease now and then, and that is all."""
    processes = start(3, 17, FLIGHT_LEASE_SECONDS=1.5)
    for process in processes:
        process.tell("ask")
    leader_pid()
    eventually(lambda: blocked() == 3)
    for server in redis_servers:
        server.config_resetstat()
    began = time.monotonic()
    threading.Event().wait(1.0)
    calls = called(redis_servers)
    seconds = time.monotonic() - began
    let_computations_end(value)
    assert [set(process.answers()) for process in processes] == [{"value 1"}] * 3
    assert 1 <= calls["eval"] <= seconds / 0.5 + 1  # renewals
    assert calls["get"] <= calls["eval"]  # the one in the script
    # Two processes wait; a wait ends with the lease as it was seen, and goes on.
    assert calls["blmove"] + calls["set"] <= 2 * 2 * (seconds / 1.5 + 1)
