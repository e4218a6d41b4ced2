"""A scope sees every commit before it; within it, further reads cost nothing."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async

from caching import near
from caching.near import copies, scopes, tracking
from caching.near.scopes import fresh
from tests.caching.near.hands import Outside


@pytest.fixture
def copied(outside: Outside) -> Outside:
    """`key` is near, and rests on `a`."""
    assert tracking.barrier()
    assert outside.read("key", "a")
    return outside


@pytest.fixture
def pings(copied: Outside, pings: Callable[[], float]) -> Callable[[], float]:
    """Those of the preparation are not counted."""
    pings()
    return pings


def read() -> near.Entry | None:
    assert scopes.ready()
    return near.get("key")


def test_a_scope_sees_what_was_changed_before_it(copied: Outside) -> None:
    copied.change("a")
    with fresh():
        assert read() is None


def test_within_a_scope_what_it_has_seen_stays_and_the_next_scope_sees_the_change(copied: Outside) -> None:
    with fresh():
        assert read() is not None
        copied.change("a")
        assert read() is not None
    with fresh():
        assert read() is None


def test_a_scope_makes_one_barrier_at_its_first_read(pings: Callable[[], float]) -> None:
    with fresh():
        assert pings() == 0
        for _ in range(10):
            assert read() is not None
        assert pings() == 1


def test_outside_of_any_scope_each_read_makes_a_barrier(copied: Outside, pings: Callable[[], float]) -> None:
    assert read() is not None
    assert read() is not None
    assert pings() == 2
    copied.change("a")
    assert read() is None


def test_a_scope_within_a_scope_begins_anew_and_the_outer_one_goes_on(
    copied: Outside, pings: Callable[[], float]
) -> None:
    with fresh():
        assert read() is not None
        with fresh():
            copied.change("b")
            assert read() is not None
        assert read() is not None
        assert pings() == 2
        copied.change("a")
        with fresh():
            assert read() is None
        assert read() is None


def test_an_error_ends_the_scope(pings: Callable[[], float]) -> None:
    with pytest.raises(ZeroDivisionError), fresh():
        raise ZeroDivisionError
    read()
    read()
    assert pings() == 2


def test_after_an_own_write_the_tags_are_forgotten_and_a_new_barrier_is_owed(
    copied: Outside, pings: Callable[[], float]
) -> None:
    assert copied.read("other", "b")
    pings()
    with fresh():
        assert read() is not None
        copied.change("b")
        scopes.after_own_write({"a"})
        assert not scopes.ready_without_io()
        assert read() is None
        assert near.get("other") is None
        assert pings() == 2


def test_an_own_write_outside_of_any_scope_is_forgotten_at_once(copied: Outside) -> None:
    scopes.after_own_write({"a"})
    assert near.get("key") is None


def test_a_barrier_that_began_before_an_own_write_does_not_stand_for_the_one_after_it(
    copied: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread of the request waits for its barrier while another one writes."""
    barrier = tracking.barrier

    def write_meanwhile() -> bool:
        done = barrier()
        scopes.after_own_write({"b"})
        return done

    with fresh():
        monkeypatch.setattr(tracking, "barrier", write_meanwhile)
        assert scopes.ready()
        assert not scopes.ready_without_io()


def test_what_was_lost_with_the_connection_ends_the_readiness_of_a_scope(copied: Outside) -> None:
    with fresh():
        assert read() is not None
        copies.cache.close()
        assert not scopes.ready_without_io()


def test_threads_of_a_request_share_its_scope(pings: Callable[[], float]) -> None:
    async def request() -> None:
        async with fresh():
            assert not scopes.ready_without_io()
            assert await sync_to_async(read)() is not None
            assert scopes.ready_without_io()
            assert await sync_to_async(read)() is not None

    asyncio.run(request())
    assert pings() == 1


def test_tasks_of_a_request_share_its_scope_and_other_requests_have_their_own(copied: Outside) -> None:
    async def request() -> tuple[bool, bool]:
        async with fresh():
            before = bool(scopes.ready_without_io())
            await asyncio.gather(asyncio.to_thread(scopes.ready))
            return before, bool(scopes.ready_without_io())

    async def requests() -> list[tuple[bool, bool]]:
        return await asyncio.gather(request(), request())

    assert asyncio.run(requests()) == [(False, True)] * 2


def test_a_thread_of_its_own_has_no_scope(copied: Outside) -> None:
    answers: list[bool] = []
    with fresh():
        assert scopes.ready()
        thread = threading.Thread(target=lambda: answers.append(bool(scopes.ready_without_io())))
        thread.start()
        thread.join()
    assert answers == [False]


def test_ready_without_io_never_asks_the_server(
    copied: Outside, pings: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    monkeypatch.setattr(tracking, "PushLink", lambda *it: connected.append(it))
    assert not scopes.ready_without_io()
    with fresh():
        assert not scopes.ready_without_io()
        copies.cache.close()
        assert not scopes.ready_without_io()
    tracking.tracker.restart()
    with fresh():
        assert not scopes.ready_without_io()
    assert (pings(), connected) == (0, [])


def test_ready_without_io_waits_for_nobody(copied: Outside) -> None:
    """Another thread is in the midst of a barrier."""
    with fresh():
        assert scopes.ready()
        with tracking.tracker._lock:
            assert scopes.ready_without_io()
            assert near.get("key") is not None
