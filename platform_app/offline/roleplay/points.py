"""A question with several points: "how many loaves, at which price, and when may they leave?" """

from __future__ import annotations

import re
from collections.abc import Sequence

from platform_app.offline.roleplay.mind import Mind, Passage, terms_of
from platform_app.offline.roleplay.repetition import repeats_any
from platform_app.offline.text.words import concepts

_BETWEEN = re.compile(
    r"(?:[,:;.?–—]\s*(?:(?:and|or)\s+)?|\s(?:and|or)\s+)"
    r"(?=(?:(?:at|in|by|for|on|from|to|with|of|under)\s+)?(?:how|what|which|when|why|who|where)\b)",
    re.IGNORECASE,
)
_MOST = 3


def points_of(text: str, mind: Mind) -> list[list[str]]:
    """The stems of each point that is asked for; empty if there are not several."""
    points = [terms_of(piece, mind) for piece in _BETWEEN.split(text)]
    told = [point for point in points if point]
    return told if len(told) > 1 else []


def find_for_each(
    mind: Mind, points: Sequence[Sequence[str]], text: str, *, avoid: Sequence[str], figures_first: bool
) -> list[Passage]:
    """For each point the passage that fits it and has most to do with the whole question; none twice, at most three."""
    whole = concepts(text)
    chosen: list[Passage] = []
    for point in points:
        fitting = mind.find(point, avoid=avoid, figures_first=figures_first, limit=4, least=0.5)
        best = max(fitting, key=lambda passage: len(whole & passage.meanings), default=None)
        if best and not repeats_any(best.said, (passage.said for passage in chosen)):
            chosen.append(best)
    return chosen[:_MOST]
