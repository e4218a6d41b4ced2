"""When two sentences say the same: most of what the shorter one says stands in the other, and there are no new figures."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from platform_app.offline.text.words import concepts

_SHARE = 0.7
_LEAST = 3


@lru_cache(maxsize=8192)
def _content(text: str) -> frozenset[str]:
    return concepts(text)


def repeats_any(sentence: str, told: Iterable[str]) -> bool:
    """Whether a sentence brings (almost) nothing that is not told: the content of one told before, and no figure beyond theirs.

    What is too short to say anything repeats nothing.
    """
    new, known = _content(sentence), [_content(each) for each in told]
    figures = {each for each in new if any(character.isdigit() for character in each)}
    return figures <= frozenset().union(*known) and any(_is_contained(new, old) for old in known)


def _is_contained(one: frozenset[str], other: frozenset[str]) -> bool:
    smaller = min(len(one), len(other))
    return smaller >= _LEAST and len(one & other) >= _SHARE * smaller
