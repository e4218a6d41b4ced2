"""The flights of this process: who wants what is already being computed here waits for it. Knows no Redis.

The first to board leads. `departed` divides the others: what is looked up or computed after somebody boarded is as new
as he may ask for; who boarded after the departure must check whether the outcome still counts for him.
"""

import os
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from caching.flight.outcomes import Outcome


@dataclass(slots=True, eq=False)
class Flight:
    """One computation of this process. Its future gets an outcome and never an exception."""

    key: str
    outcome: "Future[Outcome[Any]]" = field(default_factory=Future)
    departed: bool = False

    def __post_init__(self) -> None:
        # A running future cannot be cancelled: an async waiter that gives up must not take the others along.
        self.outcome.set_running_or_notify_cancel()


class _Board:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.flights: dict[str, Flight] = {}


_board = _Board()


@dataclass(frozen=True, slots=True)
class Seat:
    flight: Flight
    leads: bool
    came_late: bool


def board(key: str) -> Seat:
    """The flight for this key, which begins with its first passenger."""
    with _board.lock:
        flight = _board.flights.get(key)
        if flight is not None:
            return Seat(flight, leads=False, came_late=flight.departed)
        _board.flights[key] = flight = Flight(key)
        return Seat(flight, leads=True, came_late=False)


def depart(flight: Flight) -> None:
    """From here on nobody boards without having to check the outcome."""
    with _board.lock:
        flight.departed = True


def land(flight: Flight, outcome: Outcome[Any]) -> None:
    """The end: the next one who comes begins a new flight."""
    with _board.lock:
        if _board.flights.get(flight.key) is flight:
            del _board.flights[flight.key]
    flight.outcome.set_result(outcome)


def _forget_after_fork() -> None:
    """The leaders stayed in the parent: a child that waited for them would wait for ever."""
    global _board  # noqa: PLW0603
    _board = _Board()


os.register_at_fork(after_in_child=_forget_after_fork)
