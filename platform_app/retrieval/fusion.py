"""Several rankings as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

_RANK_CONSTANT = 60


def fused(rankings: Iterable[Sequence[int]]) -> list[int]:
    """Rankings of the same things by different measures, best first; equals by number. A ranking may leave things out.

    Reciprocal rank fusion: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods", SIGIR 2009, with the constant of the paper. It needs ranks only, so that scores by words and by
    vectors, which have no common scale, need none.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking, start=1):
            scores[number] += 1 / (_RANK_CONSTANT + rank)
    return sorted(scores, key=lambda number: (-scores[number], number))


def interleaved(rankings: Sequence[Sequence[int]]) -> list[int]:
    """The first of each ranking, then the second of each, and so on; everything once. Every ranking gets its share, where
    fusion would prefer what is middling in all of them."""
    in_turn = chain.from_iterable(zip_longest(*rankings))
    return list(dict.fromkeys(number for number in in_turn if number is not None))
