"""Vectors compared by the angle between them, by brute force: a matrix of some hundreds or thousands takes no time. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]


def unit_rows(vectors: Sequence[array[float]]) -> Matrix:
    """Vectors of one length as the rows of a float32 matrix, each scaled to length 1; a zero vector stays one, and is like
    none. Raises ValueError if their lengths differ.
    """
    rows = np.stack([np.frombuffer(vector, dtype=np.float32) for vector in vectors])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return scaled


def unit(vector: array[float]) -> Vector:
    """The same of one vector."""
    row: Vector = unit_rows([vector])[0]
    return row


def cosines(query: Vector, rows: Matrix) -> Vector:
    """Of the query with each row. Both come from here, which makes the cosine a dot product."""
    # Not `@`: BLAS would share this among threads that wait for one another in busy loops. For 400 rows that took 17 ms on two
    # busy cores, and this takes 0.03.
    found: Vector = np.vecdot(rows, query)
    return found
