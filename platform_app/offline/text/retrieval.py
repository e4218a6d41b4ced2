"""Search in a case: BM25 (Robertson and Walker 1994, k1 = 1.2, b = 0.6) over its sentences, with synonyms at a discount."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from platform_app.offline.text.words import canonical, stems

_K1, _B = 1.2, 0.6
_SYNONYM_WEIGHT = 0.5


@dataclass(frozen=True)
class Found:
    """A passage by its number, and how well it fits; the score is comparable within one query only."""

    passage: int
    score: float


class Index:
    """An index over short passages. Reading is cheap, building linear in the text."""

    def __init__(self, passages: Sequence[str]) -> None:
        self.size = len(passages)
        self._lengths: list[int] = []
        self._postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, passage in enumerate(passages):
            terms = stems(passage)
            self._lengths.append(len(terms))
            for term, count in Counter(_with_meanings(terms)).items():
                self._postings[term].append((number, count))
        self._average = sum(self._lengths) / self.size if self.size else 1.0

    def search(self, terms: Iterable[str], *, limit: int = 10) -> list[Found]:
        """The best passages for stems, best first; equals in the order of the text."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in _weighted(terms).items():
            postings = self._postings.get(term, ())
            rarity = self._rarity(term)
            for number, count in postings:
                damping = _K1 * (1 - _B + _B * self._lengths[number] / max(self._average, 1.0))
                scores[number] += weight * rarity * count * (_K1 + 1) / (count + damping)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return [Found(number, score) for number, score in ranked[:limit]]

    def coverage(self, terms: Iterable[str], passage: int) -> float:
        """How much of what the terms ask for a passage speaks of, 0 to 1; synonyms count somewhat less.

        A term that stands nowhere counts half: too many of them, and the question is about something else.
        """
        total = met = 0.0
        for term in dict.fromkeys(terms):
            weight = self._rarity(term) if term in self._postings else self._rarity(_meaning(term))
            total += weight if self.knows(term) else 0.5 * math.log(2 * self.size + 2)
            met += weight * (
                1.0 if self._stands_in(term, passage) else 0.6 * self._stands_in(_meaning(term), passage)
            )
        return met / total if total else 0.0

    def _stands_in(self, term: str, passage: int) -> bool:
        return any(number == passage for number, _ in self._postings.get(term, ()))

    def _rarity(self, term: str) -> float:
        postings = self._postings.get(term, ())
        return math.log(1 + (self.size - len(postings) + 0.5) / (len(postings) + 0.5))

    def knows(self, term: str) -> bool:
        return term in self._postings or _meaning(term) in self._postings


def _meaning(term: str) -> str:
    return f"={canonical(term)}"


def _with_meanings(terms: Iterable[str]) -> list[str]:
    listed = list(terms)
    return listed + [_meaning(term) for term in listed]


def _weighted(terms: Iterable[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for term in terms:
        weights[term] = 1.0
        weights.setdefault(_meaning(term), _SYNONYM_WEIGHT)
    return weights
