"""The vectors nearest to another one."""

from __future__ import annotations

import numpy as np

from caching.ai.cosine import Matrix, Vector, cosines

# A sum of float32 has no more digits that count: what differs less is equal.
_DECIMALS = 5


def nearest(query: Vector, rows: Matrix, count: int) -> list[int]:
    """The numbers of the `count` rows with the greatest cosine to the query, best first, equals in their order.

    Both come from `unit_rows`.
    """
    rounded = cosines(query, rows).round(_DECIMALS)
    # A stable sort of all: to select first would cut through equals.
    best: list[int] = np.argsort(-rounded, kind="stable")[:count].tolist()
    return best
