"""How often the semantic tier is right, by the verdicts of administrators: precision with its interval, never a guess."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from caching.ai.semantic.shadow import rows

EDGES = (0.8, 0.85, 0.9, 0.95, 0.98, 1.01)
"""Where the bands of the cosine begin; rounding may lift one a little above 1."""
Z = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What administrators said of so many pairs."""

    pairs: int
    right: int
    wrong: int

    @property
    def judged(self) -> int:
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        return self.right / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true precision lies with 95 % confidence: the score interval of Wilson (1927)."""
        if not self.judged:
            return 0.0, 1.0
        share, weight = self.right / self.judged, Z * Z / self.judged
        centre = share + weight / 2
        spread = Z * math.sqrt(share * (1 - share) / self.judged + weight / (4 * self.judged))
        return max(0.0, (centre - spread) / (1 + weight)), min(1.0, (centre + spread) / (1 + weight))


@dataclass(frozen=True, slots=True)
class Band:
    """The pairs without objection whose cosine is at least `at_least` and below `below`."""

    at_least: float
    below: float
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation. `asked` are the questions without an exact answer, `hits` those that have or would have been answered.

    `refused` are pairs near enough to which the guards objected: where these are wrong, the guards are right.
    """

    operation: str
    asked: int
    hits: int
    verdicts: Verdicts
    refused: Verdicts
    bands: tuple[Band, ...]

    @property
    def hit_rate(self) -> float | None:
        return self.hits / self.asked if self.asked else None


def precision(operation: str) -> Measured:
    """Everything that has been judged so far, in two queries."""
    counted = rows("ShadowDay").filter(operation=operation).aggregate(asked=Sum("asked"), hits=Sum("hits"))
    bands = {(low, high): Q(objection="", cosine__gte=low, cosine__lt=high) for low, high in pairwise(EDGES)}
    hits, refused = Q(is_hit=True), ~Q(objection="")
    verdicts = _verdicts(rows("ShadowHit").filter(operation=operation), [hits, refused, *bands.values()])
    return Measured(
        operation,
        counted["asked"] or 0,
        counted["hits"] or 0,
        verdicts[0],
        verdicts[1],
        tuple(Band(low, high, of) for (low, high), of in zip(bands, verdicts[2:], strict=True)),
    )


def operations() -> list[str]:
    """Those of which anything is known."""
    return list(rows("ShadowDay").order_by("operation").values_list("operation", flat=True).distinct())


def _verdicts(pairs: QuerySet[Any], groups: list[Q]) -> list[Verdicts]:
    counts = {}
    for number, group in enumerate(groups):
        counts[f"pairs_{number}"] = Count("pk", filter=group)
        counts[f"right_{number}"] = Count("pk", filter=group & Q(verdict="right"))
        counts[f"wrong_{number}"] = Count("pk", filter=group & Q(verdict="wrong"))
    found = pairs.aggregate(**counts)
    return [
        Verdicts(found[f"pairs_{number}"], found[f"right_{number}"], found[f"wrong_{number}"])
        for number in range(len(groups))
    ]
