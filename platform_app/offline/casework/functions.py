"""The business function of a role: finance, operations, sales, …"""

from __future__ import annotations

from functools import lru_cache

from platform_app.offline.casework.role_words import FUNCTIONS
from platform_app.offline.text.words import WORD, fold

_FUNCTION_WORDS = {function: frozenset(words.split()) for function, words in FUNCTIONS.items()}


@lru_cache(maxsize=1024)
def function_of(role: str) -> str:
    """The business function of a role: "finance", "operations", … or "leadership" and at last "other"."""
    listed = [fold(word).lower() for word in WORD.findall(role)]
    shortened = {
        "ceo": "leadership",
        "cfo": "finance",
        "coo": "operations",
        "cto": "technology",
        "cio": "technology",
        "cmo": "sales",
    }
    for word in listed:
        if word in shortened:
            return shortened[word]
    if "chief executive" in role.lower() or "managing director" in role.lower():
        return "leadership"
    scores = {function: sum(word in known for word in listed) for function, known in _FUNCTION_WORDS.items()}
    best = max(scores, key=lambda function: (scores[function], -list(scores).index(function)))
    return best if scores[best] else "other"
