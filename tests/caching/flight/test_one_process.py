"""Callers of one process, sync and async: one computation, a result that is new enough for each, errors for all."""

import asyncio
import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import redis

from caching import flight
from caching.codec import MISS
from caching.errors import CacheUnavailable
from caching.flight import share, share_async
from tests.caching.flight.callers import PATIENCE_SECONDS, Expensive

Boarded = Callable[[int], None]
Eventually = Callable[[Callable[[], object]], None]


class Held(Expensive):
    """A computation that rests until it is released."""

    def __init__(self, of: Expensive) -> None:
        super().__init__(of.server, of.prefix, of.name)
        self.release = threading.Event()
        self.work = self.rest

    def rest(self) -> None:
        assert self.release.wait(PATIENCE_SECONDS)


@pytest.fixture
def held(value: Expensive) -> Held:
    return Held(value)


@pytest.fixture
def crowd() -> ThreadPoolExecutor:
    with ThreadPoolExecutor(64) as pool:
        yield pool


def test_a_hundred_threads_cause_one_computation(held: Held, boarded: Boarded) -> None:
    with ThreadPoolExecutor(100) as crowd:
        answers = [crowd.submit(held.get) for _ in range(100)]
        boarded(100)
        held.release.set()
        assert {answer.result() for answer in answers} == {"value 1"}
    assert held.computations == 1


def test_two_hundred_async_callers_cause_one_computation(held: Held, boarded: Boarded) -> None:
    async def ask() -> list[str]:
        answers = [asyncio.create_task(held.get_async()) for _ in range(200)]
        await asyncio.to_thread(boarded, 200)
        held.release.set()
        return await asyncio.gather(*answers)

    assert set(asyncio.run(ask())) == {"value 1"}
    assert held.computations == 1


@pytest.mark.parametrize("leader", ["sync", "async"])
def test_sync_and_async_callers_share_one_flight(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor, leader: str
) -> None:
    async def ask() -> list[str]:
        first = asyncio.create_task(held.get_async()) if leader == "async" else None
        begun = asyncio.wrap_future(crowd.submit(held.get)) if first is None else first
        await asyncio.to_thread(held.begun.wait, PATIENCE_SECONDS)
        threads = [asyncio.wrap_future(crowd.submit(held.get)) for _ in range(20)]
        tasks = [asyncio.create_task(held.get_async()) for _ in range(20)]
        await asyncio.to_thread(boarded, 41)
        held.release.set()
        return await asyncio.gather(begun, *threads, *tasks)

    assert set(asyncio.run(ask())) == {"value 1"}
    assert held.computations == 1


def test_what_is_stored_meanwhile_is_found_and_not_computed(value: Expensive) -> None:
    value.server.set(f"{value.prefix}value", "there already", ex=60)
    assert value.get() == asyncio.run(value.get_async()) == "there already"
    assert value.computations == 0


def test_none_is_a_value(redis_key_prefix: str) -> None:
    assert share("none", look=lambda: None, compute=pytest.fail, accept=pytest.fail) is None


def test_two_digests_do_not_wait_for_each_other(held: Held, crowd: ThreadPoolExecutor) -> None:
    first = crowd.submit(held.get)
    assert held.begun.wait(PATIENCE_SECONDS)
    assert Expensive(held.server, held.prefix, "other").get() == "other 1"
    held.release.set()
    assert first.result() == "value 1"


# --- New enough ---------------------------------------------------------------------------------------------------


def test_who_came_after_a_change_does_not_get_what_was_computed_before_it(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor
) -> None:
    changed = threading.Event()

    def is_current(answer: str) -> bool:
        return not changed.is_set() or answer != "value 1"

    early = crowd.submit(held.get, accept=is_current)
    assert held.begun.wait(PATIENCE_SECONDS)
    changed.set()
    late = [crowd.submit(held.get, accept=is_current) for _ in range(10)]
    boarded(11)
    held._stored = lambda answer: answer  # type: ignore[method-assign]  a result that rests on old stamps is not found
    held.release.set()
    assert early.result() == "value 1"
    assert {answer.result() for answer in late} == {"value 2"}
    assert held.computations == 2


def test_who_came_before_the_computation_began_is_not_asked(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a value that changes all the time would never be handed to anybody."""
    may_take = threading.Event()
    take = flight.lease.Lease.take
    monkeypatch.setattr(
        flight.lease.Lease, "take", lambda lease: may_take.wait(PATIENCE_SECONDS) and take(lease)
    )
    answers = [crowd.submit(held.get, accept=lambda answer: False) for _ in range(10)]
    boarded(10)
    may_take.set()
    held.release.set()
    assert {answer.result() for answer in answers} == {"value 1"}


def test_one_answer_serves_all_who_came_late(held: Held, boarded: Boarded, crowd: ThreadPoolExecutor) -> None:
    """Each of them would make a round trip."""
    asked: list[str] = []

    def is_current(answer: str) -> bool:
        asked.append(answer)
        return True

    crowd.submit(held.get)
    assert held.begun.wait(PATIENCE_SECONDS)
    late = [crowd.submit(held.get, accept=is_current) for _ in range(20)]
    boarded(21)
    held.release.set()
    assert {answer.result() for answer in late} == {"value 1"}
    assert asked == ["value 1"]


def test_a_question_that_fails_fails_for_all_and_is_not_repeated(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor
) -> None:
    """Else fifty callers would one after the other wait for a server that is frozen."""
    asked: list[str] = []

    def cannot_tell(answer: str) -> bool:
        asked.append(answer)
        raise CacheUnavailable("gone")

    leader = crowd.submit(held.get)
    assert held.begun.wait(PATIENCE_SECONDS)
    late = [crowd.submit(held.get, accept=cannot_tell) for _ in range(20)]
    boarded(21)
    held.release.set()
    assert leader.result() == "value 1"
    assert {type(answer.exception()) for answer in late} == {CacheUnavailable}
    assert asked == ["value 1"]


# --- Errors -------------------------------------------------------------------------------------------------------


class CaseMissing(Exception):
    pass


def fail() -> None:
    raise CaseMissing("no such case", 404)


def ask_in_crowd(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor, count: int
) -> list[BaseException | None]:
    answers: list[Future[str]] = [crowd.submit(held.get) for _ in range(count)]
    boarded(count)
    held.release.set()
    return [answer.exception(PATIENCE_SECONDS) for answer in answers]


def rest_and_fail(held: Held) -> None:
    held.rest()
    fail()


def test_an_error_reaches_every_waiter_and_is_not_stored(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor
) -> None:
    held.work = lambda: rest_and_fail(held)
    errors = ask_in_crowd(held, boarded, crowd, 50)
    assert held.computations == 1
    assert len({id(error) for error in errors}) == 1
    assert isinstance(errors[0], CaseMissing)
    held.work = lambda: None
    assert held.get() == "value 2"


def test_an_error_tells_each_waiter_where_it_began_and_nothing_of_the_other_waiters(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor
) -> None:
    held.work = lambda: rest_and_fail(held)
    error = ask_in_crowd(held, boarded, crowd, 50)[0]
    assert error is not None
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert frames[-1] == "fail"
    assert frames.count("share") == 1


def test_who_asks_again_after_an_error_gets_a_new_computation_at_once(value: Expensive) -> None:
    value.work = fail
    for _ in range(20):
        with pytest.raises(CaseMissing):
            value.get()
        with pytest.raises(CaseMissing):
            asyncio.run(value.get_async())
    assert value.computations == 40


def test_an_error_that_no_longer_counts_is_not_taken_by_who_came_late(
    held: Held, boarded: Boarded, crowd: ThreadPoolExecutor
) -> None:
    def first_fails() -> None:
        held.rest()
        if held.computations == 1:
            fail()

    def ask() -> str:
        return share(
            "value",
            look=held.look,
            compute=held.compute,
            accept=lambda answer: True,
            evidence=lambda: b"stamp",
            accept_error=lambda evidence: evidence != b"stamp",
        )

    held.work = first_fails
    early = crowd.submit(ask)
    assert held.begun.wait(PATIENCE_SECONDS)
    late = crowd.submit(ask)
    boarded(2)
    held.release.set()
    with pytest.raises(CaseMissing):
        early.result()
    assert late.result() == "value 2"


# --- Leaders that do not arrive -----------------------------------------------------------------------------------


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
    eventually(lambda: value.server.exists(f"{value.prefix}flight:value") == 0)
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


# --- Computations that ask themselves ------------------------------------------------------------------------------


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
        held.server = redis.Redis.from_url(os.environ["REDIS_URL"])
        held.server.delete(f"{held.prefix}flight:value")
        held.release.set()
        os._exit(0 if held.get() == "value 2" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    held.release.set()
    assert leader.result() == "value 1"
