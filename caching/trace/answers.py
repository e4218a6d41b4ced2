"""What an AI was asked for, in figures that cost little to keep."""

from __future__ import annotations

from collections.abc import Iterable
from operator import add

Answers = dict[tuple[str, str], list[int]]
"""By model, and by how it ended in the ledger's terms: requests, tokens of input, those of them that the provider had cached,
tokens of output, pictures."""


def post(to: Answers, model: str, outcome: str, amounts: Iterable[int]) -> None:
    cell = to.get((model, outcome)) or [0] * 5
    to[model, outcome] = list(map(add, cell, amounts))
