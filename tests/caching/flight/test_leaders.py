"""Leaders that do not arrive, that need what they compute, that wait for each other, or that stay in the parent."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from caching import flight, keys
from caching.codec import MISS
from caching.connection.clients import make_client
from caching.connection.urls import parse
from caching.flight import share_async
from tests.caching.flight.callers import PATIENCE_SECONDS, Expensive, Held

Boarded = Callable[[int], None]
Eventually = Callable[[Callable[[], object]], None]


def test_a_cancelled_leader_takes_nobody_along(held: Held, boarded: Boarded) -> None:
    async def ask() -> str:
        leader = asyncio.create_task(held.get_async())
        await asyncio.to_thread(held.begun.wait, PATIENCE_SECONDS)
        follower = asyncio.create_task(held.get_async())
        await asyncio.to_thread(boarded, 2)
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader
        held.release.set()
        return await follower

    assert asyncio.run(ask()) == "value 2"


def test_a_cancelled_waiter_takes_nobody_along(held: Held, boarded: Boarded) -> None:
    async def ask() -> list[str]:
        leader = asyncio.create_task(held.get_async())
        await asyncio.to_thread(held.begun.wait, PATIENCE_SECONDS)
        waiters = [asyncio.create_task(held.get_async()) for _ in range(3)]
        await asyncio.to_thread(boarded, 4)
        waiters[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiters[0]
        held.release.set()
        return await asyncio.gather(leader, *waiters[1:])

    assert asyncio.run(ask()) == ["value 1"] * 3


def test_a_leader_that_is_cancelled_while_it_takes_the_lease_does_not_keep_it(
    value: Expensive, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    taking, may_take = threading.Event(), threading.Event()
    call = flight.lease.wire.call

    def slow_call(commands: list[tuple[str, ...]]) -> list[object]:
        if commands[0][0] == "SET":
            taking.set()
            assert may_take.wait(PATIENCE_SECONDS)
        return call(commands)

    monkeypatch.setattr(flight.lease.wire, "call", slow_call)

    async def ask() -> None:
        leader = asyncio.create_task(value.get_async())
        await asyncio.to_thread(taking.wait, PATIENCE_SECONDS)
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader

    asyncio.run(ask())
    may_take.set()
    eventually(lambda: value.server.exists(keys.flight(value.prefix, "value")) == 0)
    assert value.get() == "value 1"


def test_ctrl_c_in_a_leader_lets_another_one_lead(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor
) -> None:
    def first_is_interrupted() -> None:
        held.rest()
        if held.computations == 1:
            raise KeyboardInterrupt

    held.work = first_is_interrupted
    leader = crowd.submit(held.get)
    assert held.begun.wait(PATIENCE_SECONDS)
    follower = crowd.submit(held.get)
    boarded(2)
    held.release.set()
    assert isinstance(leader.exception(), KeyboardInterrupt)
    assert follower.result() == "value 2"


# --- Computations that ask themselves -----------------------------------------------------------------------------


def test_a_computation_that_asks_for_its_own_value_computes_it(value: Expensive) -> None:
    value.work = lambda: value.computations < 2 and value.get()  # type: ignore[assignment,return-value]
    assert value.get() == "value 1"
    assert value.computations == 2


def test_an_async_computation_that_asks_for_its_own_value_computes_it(redis_key_prefix: str) -> None:
    async def compute() -> int:
        return await share_async("own", look=lambda: MISS, compute=one, accept=bool)

    async def one() -> int:
        return 1

    assert asyncio.run(share_async("own", look=lambda: MISS, compute=compute, accept=bool)) == 1


def test_two_computations_that_wait_for_each_other_both_end(
    value: Expensive, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight.journey, "CYCLE_SECONDS", 0.05)
    both = threading.Barrier(2)
    one, two = (Expensive(value.server, value.prefix, name) for name in ("one", "two"))

    def needs(own: Expensive, other: Expensive) -> None:
        if own.computations == 1:
            both.wait(PATIENCE_SECONDS)
            other.get()

    one.work, two.work = (lambda: needs(one, two)), (lambda: needs(two, one))
    answers = [crowd.submit(one.get), crowd.submit(two.get)]
    assert [answer.result(PATIENCE_SECONDS)[:3] for answer in answers] == ["one", "two"]


def test_a_sync_caller_does_not_block_the_event_loop_that_its_leader_needs(held: Held) -> None:
    async def ask() -> tuple[str, str]:
        leader = asyncio.create_task(held.get_async())
        await asyncio.to_thread(held.begun.wait, PATIENCE_SECONDS)
        held.release.set()
        return held.get(), await leader

    own, led = asyncio.run(ask())
    assert {own, led} <= {"value 1", "value 2"}


# --- Fork ---------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_waits_for_no_flight_of_its_parent_s_threads(held: Held, crowd: ThreadPoolExecutor) -> None:
    leader = crowd.submit(held.get)
    assert held.begun.wait(PATIENCE_SECONDS)
    child = os.fork()
    if child == 0:
        answer = ""
        try:
            held.server = make_client(parse(os.environ["REDIS_URL"]))
            held.server.delete(keys.flight(held.prefix, "value"))
            held.release.set()
            answer = held.get()
        finally:
            os._exit(0 if answer == "value 2" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    held.release.set()
    assert leader.result() == "value 1"
