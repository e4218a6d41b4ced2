"""Passages by the words that they share with a topic. A word counts the more, the fewer passages have it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[^\W_]{3,}")


class WordIndex:
    """Passages read once, for several topics."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._counts = [Counter(_words(passage)) for passage in passages]
        self._spread = Counter(word for counts in self._counts for word in counts)

    def ranked(self, topic: str) -> list[int]:
        """The numbers of the passages that share a word with the topic, best first, equals in their order."""
        wanted = {
            word: math.log(1 + len(self._counts) / self._spread[word])
            # Sorted, so that sums come out the same in every process.
            for word in sorted(set(_words(topic)) & self._spread.keys())
        }
        scores = [_score(counts, wanted) for counts in self._counts]
        sharing = [number for number, score in enumerate(scores) if score > 0]
        return sorted(sharing, key=lambda number: -scores[number])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _score(counts: Counter[str], wanted: Mapping[str, float]) -> float:
    shared = sum(weight * (1 + math.log(counts[word])) for word, weight in wanted.items() if word in counts)
    return shared / (1 + math.log(1 + counts.total()))
