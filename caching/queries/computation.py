"""What one caller does for a value that is not there: computes it, or takes what somebody else computed; and counts it.

Sync and async callers take the same steps; an async one takes those that wait for Redis in a thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Generic, TypeVar, cast

import msgspec

from caching import entries, flight, near, stats, tags, trace
from caching.codec import MISS
from caching.connection.wire import Command, Reply
from caching.entries import Reading, holds_now
from caching.flight.baggage import Baggage
from caching.flight.lease import Lease
from caching.near import scopes
from caching.queries import recorder
from caching.queries.query import Call, Computed, Query
from caching.queries.recorder import Recorder
from caching.stats import Outcome
from caching.tags import Births, Stamps

R = TypeVar("R")

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Stamps).decode
_DONE = flight.outcomes.pack(flight.outcomes.Arrived(None))


class Unshareable(Exception):
    """What another caller computed may not be handed on, and to wait for the next one would bring no more."""


class Computation(Generic[R]):
    """What one caller does for a value that is not there: computes it, or takes what somebody else computed."""

    def __init__(self, query: Query[R], call: Call, found: Any, looked: Reading | None) -> None:
        self._query = query
        self._call = call
        self._found = found
        self._began = time.perf_counter()
        self._is_counted = looked is not None
        self._recorder = Recorder(call.scopes, looked.stamps if looked else {})
        self._own: Computed[R] | None = None
        self._baggage = Baggage(self._asked_with_lease)

    def terms(self) -> dict[str, Any]:
        """On which results of others, and which errors, this caller will take; and what travels with the flight."""
        return {
            "baggage": self._baggage,
            "look": self._look_again,
            "accept": self._accept,
            "evidence": self._evidence,
            "accept_error": _still_counts,
        }

    def run(self) -> Computed[R]:
        began = time.perf_counter()
        with recorder.recording(self._recorder):
            with trace.inside():
                value = self._query.function(*self._call.bound.args, **self._call.bound.kwargs)
            finished = self._query.finished(self._call, value, self._recorder, began)
        return self._keep(finished)

    async def run_async(self) -> Computed[R]:
        began = time.perf_counter()
        with recorder.recording(self._recorder):
            with trace.inside():
                value = await self._query.function(*self._call.bound.args, **self._call.bound.kwargs)
            finished = await asyncio.to_thread(self._query.finished, self._call, value, self._recorder, began)
        return self._keep(finished)

    def alone(self) -> R:
        """Without a flight."""
        value = self.run().value
        self.store()
        return value

    async def alone_async(self) -> R:
        value = (await self.run_async()).value
        await asyncio.to_thread(self.store)
        return value

    @property
    def is_unstored(self) -> bool:
        """Something was computed here, and no landing has taken it along."""
        return bool(self._baggage.with_landing)

    def store(self) -> None:
        self._baggage.deliver()

    def early(self) -> R:
        """What was found still holds, but is due: one of all readers computes it anew, the others take it as it is."""
        lease = Lease(self._call.digest)
        if lease.take() is not None:
            return cast("R", self._found)
        self._note(Outcome.EARLY)
        try:
            return self.run().value
        finally:
            lease.land(_DONE, self._baggage)

    async def early_async(self) -> R:
        lease = Lease(self._call.digest)
        if await asyncio.to_thread(lease.take) is not None:
            return cast("R", self._found)
        self._note(Outcome.EARLY)
        try:
            return (await self.run_async()).value
        finally:
            await asyncio.to_thread(lease.land, _DONE, self._baggage)

    def taken(self, shared: Computed[R]) -> R:
        """The value for this caller: his own, or a copy of another's."""
        if shared is self._own:
            self.count_reading()
            return shared.value
        if shared.why_not_stored:
            raise Unshareable
        self._query.pass_on(shared)
        if shared.was_there and not self._is_counted:
            # Who led has looked for all of them.
            self._note(Outcome.HIT)
            self._is_counted = True
        else:
            self.count_reading()
            self._query.count_wait(self._call, time.perf_counter() - self._began)
        return self._query.copy(shared)

    def count_reading(self) -> None:
        """Who joined another caller of this process has not looked: it was not there, else nobody would compute it."""
        if not self._is_counted:
            stats.record(self._query.kind, Outcome.ABSENT)
            trace.note(self._query.kind, Outcome.ABSENT, self._call.key, since=self._began, seconds=0)
            self._is_counted = True

    def _note(self, outcome: Outcome) -> None:
        stats.record(self._query.kind, outcome)
        trace.note(self._query.kind, outcome, self._call.key)

    def _keep(self, finished: Computed[R]) -> Computed[R]:
        self._own = finished
        if finished.storing is not None:
            self._baggage.with_landing.append(finished.storing)
        self._query.pass_on(finished)
        return finished

    def _asked_with_lease(self) -> list[Command]:
        """The entry once more, for somebody may just have stored it; and the stamps that a computation will need, but for
        those that this process knows."""
        is_ready = scopes.ready()
        self._since = near.position() if is_ready else None
        before = entries.known_tags(self._call.key)
        names = {*before, *self._call.scopes, *self._query.foreseen(self._call)}
        self._known = near.stamps(names) if is_ready else {}
        self._births = Births(names - self._known.keys())
        return [("GET", self._call.key), *self._births.commands]

    def _look_again(self) -> Any:
        seen = self._baggage.claimed()
        value, reading = (seen and self._seen_with_lease(seen)) or _look(self._query, self._call)
        is_theirs = self._count(reading, has_waited=seen is None)
        # A computation that begins now may rest on newer stamps than the one that was not needed.
        self._recorder = Recorder(self._call.scopes, reading.stamps)
        if reading.entry is None:
            return MISS
        self._own = Computed(value, reading.entry, None, "", was_there=not is_theirs)
        return self._own

    def _count(self, reading: Reading, *, has_waited: bool) -> bool:
        """Whether somebody else has just computed it: what is found after another process's flight, or after a miss of one's own."""
        seconds = time.perf_counter() - self._began
        is_theirs = reading.entry is not None and (has_waited or self._is_counted)
        if is_theirs:
            self.count_reading()
            self._query.count_wait(self._call, seconds)
        elif not self._is_counted:
            self._query.count(self._call, reading, seconds)
            self._is_counted = True
        return is_theirs

    def _seen_with_lease(self, replies: Sequence[Reply]) -> tuple[Any, Reading] | None:
        """None if it is an entry that may be newer than what this process knows."""
        packed, *births = replies
        if not isinstance(packed, bytes):
            packed = None
        reading = entries.weighed(self._call.key, packed, self._known | self._births.stamps(births))
        if packed and reading.outcome is Outcome.OUTDATED and entries.contradicts(packed, self._known):
            return None
        return self._query.opened(self._call, reading, self._since)

    def _accept(self, shared: Computed[R]) -> bool:
        if shared.why_not_stored:
            raise Unshareable
        return holds_now(shared.entry)

    def _evidence(self) -> bytes:
        return b"" if self._recorder.why_not_stored else _pack(self._recorder.stamps())


def _look(query: Query[R], call: Call) -> tuple[Any, Reading]:
    return query.look(call, near.position() if scopes.ready() else None)


def _still_counts(evidence: bytes) -> bool:
    """Whether an error that another caller ran into would still be raised: nothing that it read has changed."""
    try:
        stamps = _unpack(evidence)
    except msgspec.DecodeError:
        return False
    return bool(stamps) and tags.stamps(stamps.keys()) == stamps
