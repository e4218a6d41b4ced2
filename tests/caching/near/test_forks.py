"""A child shares nothing with its parent."""

import os
import threading
from collections.abc import Callable

import pytest

from caching import near
from caching.near import scopes, tracking
from tests.caching.near.hands import (
    PATIENCE_SECONDS,
    Outside,
    Pause,
    own_connection,
    tracking_link,
)

Eventually = Callable[[Callable[[], object]], None]


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def in_child(look: Callable[[], bool]) -> bool:
    """The answer of a forked child."""
    child = os.fork()
    if not child:
        answer = 1
        try:
            answer = 0 if look() else 1
        finally:
            os._exit(answer)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def test_a_child_begins_empty_and_tracks_for_itself(outside: Outside) -> None:
    def look() -> bool:
        began_empty = near.get("key") is None and near.position() is None and not scopes.ready_without_io()
        if not (began_empty and scopes.ready() and outside.read("key", "a")):
            return False
        outside.change("a")
        return tracking.barrier() and near.get("key") is None

    with scopes.fresh():
        assert scopes.ready()
        assert outside.read("key", "a")
        assert in_child(look)


def test_a_child_neither_takes_its_parents_pushes_nor_ends_its_connection(outside: Outside) -> None:
    mine = own_connection(outside)
    assert outside.read("key", "a")
    outside.change("a")
    assert in_child(tracking.barrier)
    assert near.get("key") is not None
    assert tracking.barrier()
    assert near.get("key") is None
    assert own_connection(outside)["addr"] == mine["addr"]


def test_a_fork_while_a_thread_waits_for_the_server_leaves_the_child_neither_its_lock_nor_its_socket(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tracking.barrier()
    pause = Pause()
    link = tracking_link()
    hear = link.hear
    monkeypatch.setattr(link, "hear", lambda **more: (pause(), hear(**more))[1])
    thread = threading.Thread(target=tracking.barrier)
    thread.start()
    assert pause.reached.wait(PATIENCE_SECONDS)
    inherited = link._socket.fileno()

    def look() -> bool:
        return not is_open(inherited) and tracking.barrier()

    assert in_child(look)
    pause.over.set()
    thread.join()
    assert tracking.barrier()
