"""The flights of this process: who wants what is already being computed here waits for it. Knows no Redis.

The first to board leads. `departed` divides the others: what is looked up or computed after somebody boarded is as new
as he may ask for; of those who boarded after the departure one asks, for all of them, whether the outcome still counts.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from caching.flight.outcomes import Arrived, Failed, Outcome


@dataclass(slots=True, eq=False)
class Flight:
    """One computation of this process. `outcome` is for the passengers and made with the first of them: most leaders have
    none. It never gets an exception."""

    key: str
    outcome: "Future[Outcome[Any]] | None" = None
    departed: bool = False
    _judging: threading.Lock = field(default_factory=threading.Lock)
    _verdict: Arrived[bool] | Failed | None = None

    def is_accepted(self, accept: Callable[[], bool]) -> bool:
        """What `accept` says of the outcome: asked once, after the landing, and so as late as any passenger may wish."""
        with self._judging:
            if self._verdict is None:
                try:
                    self._verdict = Arrived(accept())
                except Exception as error:  # noqa: BLE001  else each would wait for a broken server in his turn
                    self._verdict = Failed(error, traceback=error.__traceback__)
        return self._verdict.result()


class _Board:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.flights: dict[str, Flight] = {}


_board = _Board()


@dataclass(frozen=True, slots=True)
class Seat:
    """`outcome`: what a passenger waits for; None for who leads."""

    flight: Flight
    outcome: "Future[Outcome[Any]] | None"
    came_late: bool


def board(key: str) -> Seat:
    """The flight for this key, which begins with its first passenger."""
    with _board.lock:
        flight = _board.flights.get(key)
        if flight is None:
            _board.flights[key] = flight = Flight(key)
            return Seat(flight, None, came_late=False)
        flight.outcome = flight.outcome or _expected()
        return Seat(flight, flight.outcome, came_late=flight.departed)


def _expected() -> "Future[Outcome[Any]]":
    # A running future cannot be cancelled: an async waiter that gives up must not take the others along.
    future: Future[Outcome[Any]] = Future()
    future.set_running_or_notify_cancel()
    return future


def depart(flight: Flight) -> None:
    """From here on nobody boards without having to check the outcome."""
    with _board.lock:
        flight.departed = True


@contextmanager
def back_at_the_gate(flight: Flight) -> Iterator[None]:
    """Another process computes. What is looked up afterwards is new enough for all who board meanwhile."""
    with _board.lock:
        flight.departed = False
    try:
        yield
    finally:
        depart(flight)


def land(flight: Flight, outcome: Outcome[Any]) -> None:
    """The end: the next one who comes begins a new flight."""
    with _board.lock:
        if _board.flights.get(flight.key) is flight:
            del _board.flights[flight.key]
        passengers = flight.outcome
    if passengers is not None:
        passengers.set_result(outcome)


def _forget_after_fork() -> None:
    """The leaders stayed in the parent: a child that waited for them would wait for ever."""
    global _board  # noqa: PLW0603
    _board = _Board()


os.register_at_fork(after_in_child=_forget_after_fork)
