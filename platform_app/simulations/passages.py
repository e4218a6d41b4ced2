"""What of a long case a persona gets to read: the passages that have most to do with it, in the order of the document.

The choice depends on the persona and the scene alone, never on what a student says, so that the beginning of a prompt stays
the same through a whole scene and the provider's own cache finds it again.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

BUDGET_CHARACTERS = 24_000
PASSAGE_CHARACTERS = 1200
GAP = "[…]"

_WORD = re.compile(r"[^\W_]{3,}")


def relevant_text(case_text: str, about: str, *, budget: int = BUDGET_CHARACTERS) -> str:
    """The whole text if it fits, else its beginning and the passages that share most rare words with `about`."""
    if len(case_text) <= budget:
        return case_text
    passages = _passages(case_text)
    chosen: set[int] = set()
    room = budget
    for number in _by_relevance(passages, about):
        cost = len(passages[number]) + len(GAP) + 4  # with the white space around both
        if cost <= room:
            chosen.add(number)
            room -= cost
    return _joined(passages, chosen)


def _passages(text: str) -> list[str]:
    """Paragraphs; a long one in pieces that end with a sentence where there is one."""
    pieces = []
    for paragraph in re.split(r"\n\s*\n", text):
        rest = paragraph.strip()
        while len(rest) > PASSAGE_CHARACTERS:
            end = max(
                rest.rfind(stop, PASSAGE_CHARACTERS // 2, PASSAGE_CHARACTERS) for stop in (". ", "\n", "。")
            )
            cut = end + 1 if end > 0 else PASSAGE_CHARACTERS
            pieces.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            pieces.append(rest)
    return pieces


def _by_relevance(passages: Sequence[str], about: str) -> list[int]:
    """Numbers of passages, best first. The beginning comes before all: it says what the case is about."""
    words = [Counter(_WORD.findall(passage.casefold())) for passage in passages]
    spread = Counter(word for counts in words for word in counts)
    wanted = {
        word: math.log(1 + len(passages) / spread[word])
        for word in set(_WORD.findall(about.casefold())) & spread.keys()
    }

    def score(number: int) -> float:
        counts = words[number]
        length = 1 + math.log(1 + counts.total())
        return (
            sum(weight * (1 + math.log(counts[word])) for word, weight in wanted.items() if counts[word])
            / length
        )

    return [0, *sorted(range(1, len(passages)), key=lambda number: (-score(number), number))]


def _joined(passages: Sequence[str], chosen: set[int]) -> str:
    lines = []
    for number in sorted(chosen):
        if number and number - 1 not in chosen:
            lines.append(GAP)
        lines.append(passages[number])
    return "\n\n".join(lines)
