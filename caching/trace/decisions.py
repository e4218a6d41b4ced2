"""The decisions of the cache in one request, in their order, and where its time went. Bounded, and never a value: names."""

from __future__ import annotations

import threading
from collections import Counter
from time import perf_counter

import msgspec

from caching.trace.answers import Answers

MOST_DECISIONS = 1_000
SESSION = "session"
"""The kind of decisions about sessions, which are no cached values."""
COMPUTATIONS = ("computed", "asked")
MOST_CHARACTERS = 500
"""Of what is said about one decision: a writer may announce thousands of tags."""


class Decision(msgspec.Struct, frozen=True):
    """`kind` is that of the counts, such as `query:scenario_list`; `why` are the particulars: the tags that have changed.

    `began_us`: since the trace began. `depth`: in how many computations it stands.
    """

    kind: str
    outcome: str
    key: str
    why: str
    began_us: int
    took_us: int
    depth: int = 0


class Trace:
    """Written by all threads of one request. `most`: so many decisions are kept, the others are only counted."""

    def __init__(self, most: int = MOST_DECISIONS) -> None:
        self.most = most
        self.decisions: list[Decision] = []
        self.more = 0
        self.outcomes: Counter[str] = Counter()
        """Of cached values, also of decisions that are not kept."""
        self.answers: Answers = {}
        self.listeners = 0
        self.statements = 0
        self.round_trips = 0
        self.seconds: dict[str, float] = {}
        """By what they were spent on; what was done at the same time adds up."""
        self._began = perf_counter()
        self._lock = threading.Lock()

    def add(
        self,
        kind: str,
        outcome: str,
        key: str,
        why: str,
        *,
        began: float,
        seconds: float,
        depth: int,
        times: int = 1,
    ) -> None:
        with self._lock:
            if kind != SESSION:
                self.outcomes[outcome] += times
            if len(self.decisions) >= self.most:
                self.more += 1
                return
            began_us = max(0, round((began - self._began) * 1e6))
            took_us = max(0, round(seconds * 1e6))
            self.decisions.append(Decision(kind, outcome, key, _bounded(why), began_us, took_us, depth))

    def spend(self, on: str, seconds: float) -> None:
        with self._lock:
            self.seconds[on] = self.seconds.get(on, 0.0) + seconds

    def total_seconds(self) -> float:
        return perf_counter() - self._began

    def in_order(self) -> list[Decision]:
        """As they were made: a computation before what was asked for in it, anything else when it was decided."""
        with self._lock:
            return sorted(self.decisions, key=_decided_at)


def _decided_at(decision: Decision) -> tuple[int, int]:
    took_us = 0 if decision.outcome in COMPUTATIONS else decision.took_us
    return decision.began_us + took_us, decision.depth


def _bounded(why: str) -> str:
    return why if len(why) <= MOST_CHARACTERS else f"{why[: MOST_CHARACTERS - 1]}…"
