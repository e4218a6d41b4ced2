"""The way of one caller from a miss to a value, as steps that `flight` takes: by blocking, or in an event loop.

Pure order: what has to happen, and what a step's reply means. That it is written once keeps sync and async the same.
"""

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Literal, TypeVar

from caching.codec import MISS, Absence
from caching.errors import CacheUnavailable
from caching.flight import boarding
from caching.flight.baggage import Baggage
from caching.flight.boarding import Flight
from caching.flight.lease import Holder, Lease
from caching.flight.outcomes import ABANDONED, LATE, Arrived, Failed, Outcome, pack, rebuilt

R = TypeVar("R")

# Who leads one flight and waits for another may be waited for by that one.
CYCLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Ask:
    """Call this; it may take a round trip to Redis."""

    function: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Join:
    """Wait for a flight of this process; the reply is its outcome, or LATE."""

    outcome: "Future[Outcome[Any]]"
    limit_seconds: float | None


@dataclass(frozen=True, slots=True)
class AwaitLanding:
    """Wait for a flight of another process; the reply is its landing, or None."""

    holder: Holder
    limit_seconds: float | None


@dataclass(frozen=True, slots=True)
class Compute:
    pass


COMPUTE: Final = Compute()
Step = Ask | Join | AwaitLanding | Compute
Steps = Generator[Step, Any, R]
Landed = Arrived[R] | Failed

_leading: ContextVar[frozenset[str]] = ContextVar("flights_led_here", default=frozenset())


def deadline(*, may_wait: bool) -> float | None:
    """Until when a caller of this context may wait for others; None: as long as they take."""
    if not may_wait:
        return time.monotonic()
    return time.monotonic() + CYCLE_SECONDS if _leading.get() else None


@dataclass(frozen=True, slots=True)
class Caller(Generic[R]):
    digest: str
    key: str
    """Of the lease, which is also the name of the flight in this process."""
    look: Callable[[], R | Literal[Absence.MISS]]
    accept: Callable[[R], bool]
    evidence: Callable[[], bytes]
    accept_error: Callable[[bytes], bool]
    deadline: float | None
    baggage: Baggage
    dispatch: Callable[[Callable[[], None]], object]
    """Sees to it that something is called, also when this caller is being interrupted."""

    def journey(self) -> Steps[Landed[R]]:
        outcome: Outcome[R] = ABANDONED
        if self.key in _leading.get():
            outcome = yield from self._computed()
        while not isinstance(outcome, (Arrived, Failed)):
            seat = boarding.board(self.key)
            if seat.outcome is None:
                outcome = yield from self._led(seat.flight)
            else:
                outcome = yield from self._joined(seat, seat.outcome)
        return outcome

    def _joined(self, seat: boarding.Seat, expected: "Future[Outcome[Any]]") -> Steps[Outcome[R]]:
        outcome: Outcome[R] = yield Join(expected, self._limit_seconds())
        if outcome is LATE:
            return (yield from self._computed())
        if seat.came_late and not (
            yield Ask(partial(seat.flight.is_accepted, partial(self._accepts, outcome)))
        ):
            return ABANDONED
        return outcome

    def _accepts(self, outcome: Outcome[R]) -> bool:
        if isinstance(outcome, Arrived):
            return self.accept(outcome.value)
        if isinstance(outcome, Failed) and not outcome.concerns_all:
            return self.accept_error(outcome.evidence)
        return True

    def _led(self, flight: Flight) -> Steps[Outcome[R]]:
        """Whatever happens, those who joined are told, and the lease is given back."""
        lease = Lease(self.digest)
        outcome: Outcome[R] = ABANDONED
        try:
            outcome = yield from self._outcome(flight, lease)
            # Before the passengers: one who asks again at once must not meet this flight in Redis.
            yield Ask(partial(lease.land, pack(outcome), self.baggage))
        finally:
            if outcome is ABANDONED:
                self.dispatch(partial(lease.land, pack(outcome)))
            boarding.land(flight, outcome)
        return outcome

    def _outcome(self, flight: Flight, lease: Lease) -> Steps[Outcome[R]]:
        try:
            # The baggage may look with the lease: who boards while the answer is on its way comes late.
            boarding.depart(flight)
            while True:
                holder: Holder | None = yield Ask(partial(lease.take, self.baggage))
                if holder is None:
                    return (yield from self._found_or_computed())
                with boarding.back_at_the_gate(flight):
                    landing = yield AwaitLanding(holder, self._limit_seconds())
                if landing is None and self._limit_seconds() == 0:
                    return (yield from self._computed())
                if landing is None or landing.abandoned:
                    continue
                if landing.error is None:
                    # Should nothing be there, it cannot be stored now: to queue for the lease would gain nothing.
                    return (yield from self._found_or_computed())
                failed = rebuilt(landing.error)
                if failed is None:
                    return (yield from self._computed())
                if (yield Ask(partial(self._accepts, failed))):
                    return failed
        except CacheUnavailable as error:
            return Failed(error, traceback=error.__traceback__, concerns_all=True)

    def _found_or_computed(self) -> Steps[Outcome[R]]:
        found: R | Literal[Absence.MISS] = yield Ask(self.look)
        if found is not MISS:
            return Arrived(found)
        return (yield from self._computed())

    def _computed(self) -> Steps[Outcome[R]]:
        led = _leading.get()
        _leading.set(led | {self.key})
        try:
            return Arrived((yield COMPUTE))
        except Exception as error:  # noqa: BLE001  it reaches every caller
            return Failed(error, self.evidence(), error.__traceback__)
        finally:
            _leading.set(led)

    def _limit_seconds(self) -> float | None:
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())
