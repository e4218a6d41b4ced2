"""Passages by their meaning: the vectors that the AI gives to texts, all of a case in one round trip to Redis.

Every passage has an entry of its own, keyed by its content: another scenario of the same case costs nothing, and an edit
only the passages that it changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from caching.ai import ai
from caching.ai.cosine import unit_rows
from caching.errors import AIAnswerUnusable
from platform_app.retrieval.nearest import nearest

OPERATION = "case_passage"


def embed_passages(passages: Sequence[str]) -> None:
    """Has the vectors made that are not there yet. Raises AIError and CacheUnavailable."""
    ai.embed(OPERATION, passages)


def ranked_by_meaning(passages: Sequence[str], topics: Sequence[str]) -> list[list[int]]:
    """For each topic the numbers of all passages, best first. Raises AIError and CacheUnavailable."""
    vectors = ai.embed(OPERATION, [*passages, *topics])
    try:
        rows = unit_rows(vectors)
    except ValueError as error:
        # Behind one name and address there was another model before, and its vectors are still kept.
        raise AIAnswerUnusable(
            "The AI’s descriptions of texts do not fit together.", reason="invalid"
        ) from error
    known, asked = rows[: len(passages)], rows[len(passages) :]
    return [nearest(topic, known, len(passages)) for topic in asked]
