"""Why two questions that look alike may still ask for different things. Pure.

Embeddings hardly see a number, a "not" or who does what to whom; these rules see nothing else. They are for English and
strict, as a wrong answer costs more than a call: other languages and scripts have to agree word for word.
"""

from __future__ import annotations

from collections import Counter

from caching.ai.semantic.english import Role, Word, is_english, letter_for_letter, words_of

SAID: tuple[Role, ...] = ("meaning", "negation", "pause")


def objection(asked: str, kept: str) -> str:
    """What speaks against answering `asked` with the answer to `kept`, in a word; "" if nothing does. Symmetric."""
    one, other = words_of(asked), words_of(kept)
    if _numbers(one) != _numbers(other):
        return "numbers"
    if not (is_english(one) and is_english(other)):
        return "" if letter_for_letter(asked) == letter_for_letter(kept) else "language"
    if _count(one, "negation") != _count(other, "negation"):
        return "negation"
    if _has_names_of_its_own(one, other) or _has_names_of_its_own(other, one):
        return "names"
    return _other_words(one, other) or _other_kind(one, other)


def _other_words(one: list[Word], other: list[Word]) -> str:
    """What means something has to be in both questions, and in the same order: order is who does what to whom."""
    said, kept = _texts(one, *SAID), _texts(other, *SAID)
    if said == kept:
        return ""
    return "order" if Counter(said) == Counter(kept) else "words"


def _other_kind(one: list[Word], other: list[Word]) -> str:
    """Why and when, should and did."""
    return "" if _texts(one, "question") == _texts(other, "question") else "kind"


def _has_names_of_its_own(one: list[Word], other: list[Word]) -> bool:
    names = {word.text for word in one if word.is_name}
    return not names <= {word.text for word in other if word.is_capital}


def _numbers(words: list[Word]) -> Counter[str]:
    return Counter(word.text for word in words if word.is_number)


def _count(words: list[Word], role: Role) -> int:
    return sum(word.role == role for word in words)


def _texts(words: list[Word], *roles: Role) -> list[str]:
    return [word.text for word in words if word.role in roles]
