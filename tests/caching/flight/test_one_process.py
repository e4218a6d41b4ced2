"""Callers of one process, sync and async: one computation, and a result that is new enough for each."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from caching import flight
from caching.errors import CacheUnavailable
from caching.flight import share
from caching.flight.baggage import Baggage
from caching.flight.lease import Holder, Lease
from caching.flight.outcomes import Arrived, Landing, PlainError, pack
from tests.caching.flight.callers import PATIENCE_SECONDS, Expensive, Held

Boarded = Callable[[int], None]


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
    held.is_storable = is_current
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
        flight.lease.Lease,
        "take",
        lambda lease, baggage: may_take.wait(PATIENCE_SECONDS) and take(lease, baggage),
    )
    answers = [crowd.submit(held.get, accept=lambda answer: False) for _ in range(10)]
    boarded(10)
    may_take.set()
    held.release.set()
    assert {answer.result() for answer in answers} == {"value 1"}


def test_what_was_seen_with_the_lease_is_too_old_for_who_boarded_since(
    boarded: Boarded, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_taken, may_go_on = threading.Event(), threading.Event()
    take = Lease.take

    def take_and_dawdle(lease: Lease, baggage: Baggage) -> Holder | None:
        holder = take(lease, baggage)
        has_taken.set()
        assert may_go_on.wait(PATIENCE_SECONDS)
        return holder

    monkeypatch.setattr(Lease, "take", take_and_dawdle)
    seen = iter(["before the change", "after it"])

    def ask(accept: Callable[[str], bool]) -> str:
        return share("value", look=lambda: next(seen), compute=str, accept=accept)

    early = crowd.submit(ask, lambda answer: True)
    assert has_taken.wait(PATIENCE_SECONDS)
    late = crowd.submit(ask, lambda answer: answer == "after it")
    boarded(2)
    may_go_on.set()
    assert early.result() == "before the change"
    assert late.result() == "after it"


class TestWhileAnotherProcessComputes:
    @pytest.fixture
    def other(self) -> Lease:
        other = Lease("value")
        assert other.take() is None
        return other

    @pytest.fixture
    def waits(self, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
        """Set when somebody waits for the other process."""
        waits, wait = threading.Event(), flight.lease.wait

        def tell_and_wait(holder: Holder, limit_seconds: float | None) -> Landing | None:
            waits.set()
            return wait(holder, limit_seconds)

        monkeypatch.setattr(flight.lease, "wait", tell_and_wait)
        return waits

    def test_who_boards_is_not_asked_for_what_is_looked_up_afterwards(
        self, held: Held, boarded: Boarded, crowd: ThreadPoolExecutor, other: Lease, waits: threading.Event
    ) -> None:
        early = crowd.submit(held.get)
        assert waits.wait(PATIENCE_SECONDS)
        later = crowd.submit(held.get, accept=lambda answer: False)
        boarded(2)
        held._stored("theirs")
        other.land(pack(Arrived(None)))
        assert early.result() == later.result() == "theirs"

    def test_who_boards_after_it_failed_does_not_get_what_is_being_computed_here(
        self, held: Held, boarded: Boarded, crowd: ThreadPoolExecutor, other: Lease, waits: threading.Event
    ) -> None:
        """An error that this process cannot have exactly makes the leader compute without the lease."""
        early = crowd.submit(held.get)
        assert waits.wait(PATIENCE_SECONDS)
        unknown = PlainError("no_such_module", "Error", [], {}, b"")
        other.land(msgspec.msgpack.encode(Landing(error=unknown)))
        assert held.begun.wait(PATIENCE_SECONDS)
        late = crowd.submit(held.get, accept=lambda answer: answer != "value 1")
        held.is_storable = lambda value: value != "value 1"
        boarded(2)
        held.release.set()
        assert early.result() == "value 1"
        assert late.result() == "value 2"


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
