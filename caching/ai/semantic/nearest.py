"""The nearest questions by brute force, over a copy in this process that asks Redis only for what is new.

A copy may be behind, or remember what Redis has dropped: it only says where an answer may be, so neither does harm.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from caching.ai.cosine import Matrix, Vector, cosines, unit
from caching.ai.semantic.index import BEGINNING, MOST_QUESTIONS, Index

MOST_COPIES = 8
"""Of 12 MB at most, with 1536 numbers a vector."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near a question is: the cosine of the angle between the two vectors."""

    question: str
    cosine: float


class _Copy:
    """The questions of one index as this process knows them, the oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._place = BEGINNING
        self._vectors: dict[str, Vector] = {}
        self._matrix: Matrix | None = None

    def follow(self, index: Index) -> tuple[list[str], Matrix | None]:
        """Every question once, and their vectors as rows; one round trip."""
        with self._lock:
            for added in index.added_after(self._place):
                self._place = added.place
                self._add(added.question, added.vector)
            if self._matrix is None and self._vectors:
                self._matrix = np.stack(list(self._vectors.values()))
            return list(self._vectors), self._matrix

    def _add(self, question: str, vector: Vector) -> None:
        self._vectors.pop(question, None)
        if self._vectors and len(next(iter(self._vectors.values()))) != len(vector):
            self._vectors.clear()  # the model has other vectors now: the newest are right
        self._vectors[question] = vector
        self._matrix = None
        if len(self._vectors) > MOST_QUESTIONS:
            del self._vectors[next(iter(self._vectors))]


class _Copies:
    """Those used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._copies: OrderedDict[str, _Copy] = OrderedDict()

    def of(self, index: Index) -> _Copy:
        with self._lock:
            copy = self._copies.setdefault(index.key, _Copy())
            self._copies.move_to_end(index.key)
            while len(self._copies) > MOST_COPIES:
                self._copies.popitem(last=False)
            return copy


_copies = _Copies()


def nearest(index: Index, vector: array[float], *, at_least: float, most: int) -> list[Likeness]:
    """The questions with at least this cosine, the nearest first."""
    questions, matrix = _copies.of(index).follow(index)
    if matrix is None or matrix.shape[1] != len(vector):
        return []
    found = cosines(unit(vector), matrix)
    order = np.argsort(-found, kind="stable")[:most]
    near = (Likeness(questions[place], float(found[place])) for place in order)
    return [likeness for likeness in near if likeness.cosine >= at_least]


def _begin_anew_after_fork() -> None:
    """A thread that is not here may hold one of the locks."""
    global _copies  # noqa: PLW0603
    _copies = _Copies()


os.register_at_fork(after_in_child=_begin_anew_after_fork)
