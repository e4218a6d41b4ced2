"""From levels to scores: pure arithmetic, so that a grade can be recomputed with paper and pencil."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = ("absent", "weak", "fair", "good", "excellent")
PER_CENT_A_LEVEL = 100 // (len(LEVELS) - 1)


def criterion_score(level: int) -> int:
    """0, 25, 50, 75 or 100 for the levels 0 to 4."""
    return level * PER_CENT_A_LEVEL


def weighted_score(scores: Sequence[tuple[int, int]]) -> int:
    """The mean of (score, weight) pairs, rounded half up. No weight at all counts as equal weights."""
    total = sum(weight for _, weight in scores)
    if total == 0:
        return mean_score([score for score, _ in scores])
    return int(sum(score * weight for score, weight in scores) / total + 0.5)


def mean_score(scores: Sequence[int]) -> int:
    return int(sum(scores) / len(scores) + 0.5) if scores else 0
