"""The nearest vectors, by cosine."""

from __future__ import annotations

from array import array
from random import Random

import numpy as np
import pytest

from caching.ai.cosine import unit_rows
from platform_app.retrieval.nearest import nearest


def rows(*vectors: list[float]) -> np.ndarray:
    return unit_rows([array("f", vector) for vector in vectors])


def test_direction_counts_and_length_does_not() -> None:
    query, *known = rows([1, 1], [9, 0], [2, 2.1], [-1, -1])
    assert nearest(query, np.array(known), 3) == [1, 0, 2]


def test_as_many_as_are_asked_for() -> None:
    query, *known = rows([1, 0], [1, 0], [1, 1], [0, 1])
    assert nearest(query, np.array(known), 2) == [0, 1]
    assert nearest(query, np.array(known), 9) == [0, 1, 2]


def test_equals_stand_in_their_order_wherever_they_lie() -> None:
    random = Random(4)
    one = [random.uniform(-1, 1) for _ in range(1536)]
    known = rows(*[one] * 401)
    assert nearest(known[0], known, 401) == list(range(401))


def test_a_vector_of_nothing_is_near_to_nothing() -> None:
    known = rows([0, 0], [1, 0])
    assert np.isfinite(known).all()
    assert nearest(known[1], known, 2) == [1, 0]


def test_vectors_of_several_lengths_are_refused() -> None:
    with pytest.raises(ValueError):
        rows([1, 0], [1, 0, 0])
