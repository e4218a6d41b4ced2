"""What goes wrong on purpose inside the processes of a run. `plan.faults` names functions of this module."""

from __future__ import annotations

import os
import random
import select
import signal
import time
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import hiredis

from caching import tags
from caching.connection import wire
from caching.near import tracking
from caching.near.pushes import PushLink

if TYPE_CHECKING:
    from tests.caching.stress.writer import Writer

P = ParamSpec("P")
R = TypeVar("R")

MOST_WRITES_OF_A_LIFE = 100
LONGEST_HOLD_UP_SECONDS = 0.02


def install(names: Iterable[str]) -> None:
    for name in names:
        globals()[name]()


def no_announcements() -> None:
    """A writer without PRE and POST: what a cache without invalidation would do."""
    tags.announce = tags.leave = lambda writer, names: None


def no_barrier() -> None:
    """The near cache looks whether pushes have arrived, and does not wait for those that are still on their way."""
    connect = tracking.barrier

    def look() -> bool:
        tracker = tracking.tracker
        with tracker._lock:
            for link in tracker._links.values():
                apply_what_has_arrived(link)
            is_connected = bool(tracker._links) and not tracker._restart_wanted
        return is_connected or connect()

    tracking.barrier = look


def apply_what_has_arrived(link: PushLink) -> None:
    while select.select([link._socket], [], [], 0)[0]:
        link._reader.feed(link._socket.recv(65536))
        while isinstance(push := link._reader.gets(), hiredis.PushNotification):
            link._hand_over(push)


def hold_ups() -> None:
    """Threads that do not get their turn for a while after the server has answered: what they know grows old meanwhile."""
    for module, name in (
        (wire, "call"),
        (wire, "gather"),
        (wire, "in_order"),
        (wire, "post"),
        (tracking, "barrier"),
    ):
        setattr(module, name, _held_up(getattr(module, name)))


def _held_up(step: Callable[P, R]) -> Callable[P, R]:
    @wraps(step)
    def slow(*args: P.args, **kwargs: P.kwargs) -> R:
        answer = step(*args, **kwargs)
        if random.random() < 0.2:
            time.sleep(random.uniform(0, LONGEST_HOLD_UP_SECONDS))
        return answer

    return slow


def write_in_a_child_that_is_killed(writer: Writer, killed_every: int) -> None:
    """A writer process of its own, which does not survive its n-th commit: it is killed between COMMIT and POST.

    What it committed is published in the instant before its end, for its COMMIT has returned.
    """
    seed = writer.random.random()
    if not (pid := os.fork()):
        writer.random.seed(seed)
        die_after_commits(writer, killed_every)
        for _ in range(MOST_WRITES_OF_A_LIFE):
            writer.write()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the writer ended otherwise"
    writer.kinds["killed between COMMIT and POST"] += 1


def die_after_commits(writer: Writer, commits: int) -> None:
    leave, left = tags.leave, iter(range(commits - 1))

    def leave_or_die(name: str, names: Collection[str]) -> None:
        if next(left, None) is None:
            writer.in_commit()
            os.kill(os.getpid(), signal.SIGKILL)
        leave(name, names)

    tags.leave = leave_or_die
