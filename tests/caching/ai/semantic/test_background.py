"""No answer waits for what is done behind it, and nothing that fails there harms anybody."""

import logging
import os
import threading
from collections.abc import Iterator

import pytest

from caching.ai.semantic import background
from caching.errors import AIUnavailable


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """The thread stands still until it is set."""
    assert background.drain(10)
    gate = threading.Event()
    assert background.post(lambda: gate.wait(10) and None)
    yield gate
    gate.set()
    assert background.drain(10)


def test_a_job_is_done_by_another_thread(gate: threading.Event) -> None:
    done_by: list[threading.Thread] = []
    assert background.post(lambda: done_by.append(threading.current_thread()))
    assert done_by == []
    gate.set()
    assert background.drain(10)
    assert done_by[0] is not threading.current_thread()
    assert done_by[0].daemon


def test_too_many_jobs_are_refused_and_not_waited_for(gate: threading.Event) -> None:
    posted = [background.post(lambda: None) for _ in range(background.MOST_WAITING + 2)]
    assert not posted[-1]
    assert sum(posted) >= background.MOST_WAITING - 1


def test_to_wait_for_the_rest_has_an_end(gate: threading.Event) -> None:
    assert not background.drain(0.01)


def test_a_failed_job_is_logged_and_the_next_one_is_done(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def unavailable() -> None:
        raise AIUnavailable("The AI provider is overloaded. Please try again in a moment.")

    def broken() -> None:
        raise ZeroDivisionError

    for job in (unavailable, broken, lambda: done.append(1)):
        background.post(job)
    assert background.drain(10)
    assert done == [1]
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.ERROR]


def test_a_forked_child_has_a_thread_of_its_own(gate: threading.Event) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        background.post(lambda: os.write(writing, b"done") and None)
        os._exit(0 if background.drain(5) else 1)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    assert said == b"done"
