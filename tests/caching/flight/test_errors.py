"""An error of the computation reaches everybody who waits, once, and nobody later."""

import asyncio
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from caching.flight import share
from tests.caching.flight.callers import PATIENCE_SECONDS, Expensive, Held

Boarded = Callable[[int], None]


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
