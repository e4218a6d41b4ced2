"""What the tiers of a cache answer to the questions of a class, when an answer depends on the question alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from caching.ai.semantic.guards import objection
from platform_app.offline.embeddings import embed
from tests.bench._classroom_questions import CLASSES

CANDIDATES = 5

CLASS_OF = {text: number for number, wordings in enumerate(CLASSES) for text in wordings}
vector = cache(embed)
speaks_against = cache(objection)


@dataclass(frozen=True)
class Tier:
    """`at_least` is the cosine from which two questions may mean the same; above 1 nothing but the same text does."""

    name: str
    at_least: float
    has_guards: bool


EXACT = Tier("exact", 2.0, has_guards=True)
TIERS = [
    Tier(f"exact, then cosine {at_least}{' and guards' if has_guards else ''}", at_least, has_guards)
    for at_least in (0.95, 0.8)
    for has_guards in (False, True)
]


@dataclass
class Answered:
    hits: int = 0
    wrong: int = 0


def ask(texts: Sequence[str], tier: Tier) -> Answered:
    """One question after the other. What is not answered is asked of the provider, and its answer kept."""
    answered = Answered()
    kept: list[str] = []
    known: set[str] = set()
    for text in texts:
        found = text if text in known else _nearest(text, kept, tier)
        if found is None:
            kept.append(text)
            known.add(text)
        else:
            answered.hits += 1
            answered.wrong += CLASS_OF[found] != CLASS_OF[text]
    return answered


def _nearest(text: str, kept: Sequence[str], tier: Tier) -> str | None:
    if not kept or tier.at_least > 1:
        return None
    cosines = np.array([vector(each) for each in kept]) @ np.array(vector(text))
    near = [kept[place] for place in np.argsort(-cosines)[:CANDIDATES] if cosines[place] >= tier.at_least]
    return next((each for each in near if not (tier.has_guards and speaks_against(text, each))), None)
