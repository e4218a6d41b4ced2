"""The one thread of a process that sees to one flight: it leads, asking the provider, or follows who does.

It belongs to no request, so a browser that leaves takes nobody along. It blocks, on the provider's socket or on Redis.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from caching import conf
from caching.ai.live.readers import Flight
from caching.ai.live.records import (
    Abandoned,
    Broke,
    Complete,
    Ended,
    Failed,
    News,
    Opened,
    Record,
    Said,
    UpstreamError,
    broke,
    error_of,
)
from caching.ai.live.stream import Listener, LostLease, Speaker, stream_key
from caching.ai.live.telling import Telling
from caching.ai.surfaces import Surface
from caching.connection import wire
from caching.connection.wire import Command
from caching.errors import CacheUnavailable
from caching.flight.lease import Holder, Lease

Publish = Callable[[Sequence[bytes]], None]
Source = Callable[[Publish], bytes]
"""Asks the provider: publishes chunks as they come, if it streams, and returns the body of a reply that was not streamed.

Raises UpstreamError for what concerns all who wait. Anything else is the caller's own: somebody else may ask.
"""

# How long one listens for the lease's holder to begin before the lease is looked at again.
BEGINNING_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Plan:
    """What a flight is for. `look` finds what is kept already, `keep` gives the commands that keep a body: none for one
    that must not be kept. Both raise CacheUnavailable."""

    digest: str
    surface: Surface
    source: Source
    look: Callable[[], bytes | None]
    keep: Callable[[bytes, float], Sequence[Command]]


Outcome = tuple[Sequence[News], Sequence[Command]]
"""What readers are told at the end, and what has to be stored before."""


class Driver:
    def __init__(self, plan: Plan, flight: Flight, on_end: Callable[[], None]) -> None:
        self._plan = plan
        self._flight = flight
        self._on_end = on_end
        self._telling = Telling(plan.surface)
        self._listener = Listener(stream_key(plan.digest))
        self._heard = ""
        """The token of the leader that we are listening to."""
        self._is_over = False

    def fly(self) -> None:
        try:
            with closing(self._listener):
                while not self._is_over:
                    self._take_part()
        except CacheUnavailable as error:
            self._end([Failed(error)])
        except BaseException as error:
            # Nobody may be left waiting, whatever it is.
            self._end([Failed(error, own=True)])
            raise

    def _take_part(self) -> None:
        lease = Lease(self._plan.digest)
        holder = lease.take()
        if holder is not None:
            self._follow(holder)
            return
        try:
            news, storing = self._led(lease)
            if storing:
                wire.checked(wire.call(storing))
        finally:
            lease.land(b"")
        # Last: who is told, and asks again at once, must find the answer and not the flight.
        self._end(news)

    # --- Leading --------------------------------------------------------------------------------------------------

    def _led(self, lease: Lease) -> Outcome:
        if (body := self._plan.look()) is not None:
            # It may be another answer than the one that our readers have seen a part of.
            self._telling.open()
            return [*self._telling.ended(body), Ended(body, asked=False)], []
        speaker = Speaker(lease, stream_key(self._plan.digest))
        self._heard = lease.token
        try:
            speaker.open()
            self._telling.open()
            return self._asked(speaker)
        except LostLease:
            # Frozen, and replaced meanwhile: from here on it is a follower.
            self._listener.last_id = speaker.last_id
            return [], []

    def _asked(self, speaker: Speaker) -> Outcome:
        began = time.perf_counter()

        def publish(chunks: Sequence[bytes]) -> None:
            # Others first: so everybody sees one order, and nobody has seen what a successor does not know of.
            speaker.say(chunks)
            self._flight.tell(self._telling.said(chunks))

        try:
            body = self._plan.source(publish)
        except UpstreamError as error:
            speaker.end(broke(error))
            return [Failed(error)], [speaker.bury(is_kept=False)]
        except (LostLease, CacheUnavailable):
            raise
        except Exception as error:  # noqa: BLE001  it is for the caller whose source this is
            speaker.end(Abandoned())
            return [Failed(error, own=True)], [speaker.bury(is_kept=False)]
        speaker.end(Complete(body))
        keeping = self._plan.keep(body, time.perf_counter() - began)
        news = [*self._telling.ended(body), Ended(body, asked=True)]
        return news, [*keeping, speaker.bury(is_kept=bool(keeping))]

    # --- Following ------------------------------------------------------------------------------------------------

    def _follow(self, holder: Holder) -> None:
        """Until the end, or until somebody else may lead."""
        before = self._listener.last_id
        has_begun = holder.token == self._heard
        seconds = holder.remaining_seconds + 0.01 if has_begun else BEGINNING_SECONDS
        while (said := self._listener.records(seconds)) is not None:
            for record in said:
                # What stands before the beginning was left by an earlier flight.
                has_begun |= isinstance(record, Opened) and record.token == holder.token
                if has_begun and self._is_last(record):
                    return
            seconds = conf.current().flight_lease_seconds if has_begun else BEGINNING_SECONDS
        if not has_begun:
            self._listener.last_id = before

    def _is_last(self, record: Record) -> bool:
        """Takes what the leader says. Whether he has no more to say."""
        match record:
            case Opened(token):
                self._heard = token
                self._telling.open()
            case Said(chunks):
                self._flight.tell(self._telling.said(chunks))
            case Complete(body):
                self._end([*self._telling.ended(body), Ended(body, asked=False)])
            case Broke():
                self._end([Failed(error_of(record))])
            case Abandoned():
                return True
        return self._is_over

    def _end(self, news: Sequence[News]) -> None:
        if not news:
            return
        self._is_over = True
        self._on_end()
        self._flight.tell(news)
