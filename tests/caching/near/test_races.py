"""Changes, fills and barriers that overtake one another."""

import threading
from collections.abc import Callable

import pytest

from caching import near
from caching.near import scopes, tracking
from tests.caching.near.hands import PATIENCE_SECONDS, Outside, Pause, WatchedLock, tracking_link

Eventually = Callable[[Callable[[], object]], None]


def test_a_fill_that_a_change_overtook_is_not_kept(outside: Outside) -> None:
    def change_and_hear() -> None:
        outside.change("a")
        assert tracking.barrier()

    assert tracking.barrier()
    assert not outside.read("key", "a", while_reading=change_and_hear)


def test_a_fill_that_a_change_overtook_unheard_ends_with_the_next_barrier(outside: Outside) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a", while_reading=lambda: outside.change("a"))
    assert tracking.barrier()
    assert near.get("key") is None


def test_no_thread_sees_the_old_state_while_another_holds_an_unapplied_push(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race of near-cache.md: one thread has taken the push off the socket, so another finds nothing there."""
    assert tracking.barrier()
    assert outside.read("key", "a")
    pause, lock = Pause(), WatchedLock()
    monkeypatch.setattr(tracking.tracker, "_lock", lock)
    link = tracking_link()
    apply = link._pushed
    monkeypatch.setattr(link, "_pushed", lambda names: (pause(), apply(names)))
    seen: list[object] = []

    def read() -> None:
        with scopes.fresh():
            seen.append((bool(scopes.ready()), near.get("key")))

    outside.change("a")
    first = threading.Thread(target=read)
    first.start()
    assert pause.reached.wait(PATIENCE_SECONDS)
    second = threading.Thread(target=read)
    second.start()
    assert lock.waiting.acquire(timeout=PATIENCE_SECONDS), "the second thread did not wait for the first"
    pause.over.set()
    first.join()
    second.join()
    assert seen == [(True, None)] * 2


def test_threads_share_a_ping_only_if_it_was_sent_after_both_had_asked(
    pings: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ping is out while three more threads ask: it is too early for them, and one more serves all three."""
    assert tracking.barrier()
    pause, lock = Pause(), WatchedLock()
    monkeypatch.setattr(tracking.tracker, "_lock", lock)
    link = tracking_link()
    hear = link.hear
    monkeypatch.setattr(link, "hear", lambda **more: (pause(), hear(**more))[1])
    pings()
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(tracking.barrier())) for _ in range(4)]
    threads[0].start()
    assert pause.reached.wait(PATIENCE_SECONDS)
    for each in threads[1:]:
        each.start()
        assert lock.waiting.acquire(timeout=PATIENCE_SECONDS)
    pause.over.set()
    for each in threads:
        each.join()
    assert results == [True] * 4
    assert pings() == 2


def test_a_thread_that_is_interrupted_with_unapplied_pushes_takes_everything_with_it(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    """A job's time limit strikes between receiving and applying."""

    def interrupted(names: object) -> None:
        raise KeyboardInterrupt

    assert tracking.barrier()
    assert outside.read("key", "a")
    link = tracking_link()
    monkeypatch.setattr(link, "_pushed", interrupted)
    outside.change("a")
    with pytest.raises(KeyboardInterrupt):
        tracking.barrier()
    assert near.get("key") is None
    eventually(tracking.barrier)
