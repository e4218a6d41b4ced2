"""A case text as passages: cut at its paragraphs, and put together again from those that were chosen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

PASSAGE_CHARACTERS = 1200
GAP = "[…]"

_BETWEEN = "\n\n"
_STOPS = (". ", "\n", "。")
# The gap that may stand before a passage, and the white space around both.
_COST = len(GAP) + 2 * len(_BETWEEN)


def cut(text: str) -> list[str]:
    """Paragraphs; a long one in pieces that end with a sentence where there is one.

    Where a passage ends depends on its own paragraph alone, so that an edit leaves all others as they are.
    """
    return [piece for paragraph in re.split(r"\n\s*\n", text) for piece in _pieces(paragraph.strip())]


def within(budget: int, passages: Sequence[str], numbers: Iterable[int]) -> set[int]:
    """The numbers, taken in their order as long as their passages have room in so many characters."""
    chosen: set[int] = set()
    for number in numbers:
        cost = len(passages[number]) + _COST
        if cost <= budget:
            chosen.add(number)
            budget -= cost
    return chosen


def joined(passages: Sequence[str], chosen: Collection[int]) -> str:
    """The chosen passages in the order of the document, with a mark where others are left out between them."""
    lines = []
    for number in sorted(chosen):
        if number and number - 1 not in chosen:
            lines.append(GAP)
        lines.append(passages[number])
    return _BETWEEN.join(lines)


def _pieces(paragraph: str) -> Iterable[str]:
    rest = paragraph
    while len(rest) > PASSAGE_CHARACTERS:
        end = max(rest.rfind(stop, PASSAGE_CHARACTERS // 2, PASSAGE_CHARACTERS) for stop in _STOPS)
        at = end + 1 if end > 0 else PASSAGE_CHARACTERS
        yield rest[:at].strip()
        rest = rest[at:].strip()
    if rest:
        yield rest
