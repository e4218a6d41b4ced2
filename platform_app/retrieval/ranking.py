"""The order in which passages are chosen: by words and by meaning together, or by words alone."""

from __future__ import annotations

from collections.abc import Sequence

from platform_app.retrieval.fusion import fused, interleaved
from platform_app.retrieval.meaning import ranked_by_meaning
from platform_app.retrieval.words import WordIndex


def by_words_and_meaning(passages: Sequence[str], topics: Sequence[str]) -> list[int]:
    """The numbers of all passages, best first; every topic gets its share. Raises AIError and CacheUnavailable.

    Words find names and figures, which vectors blur; meaning finds what is said in other words.
    """
    index = WordIndex(passages)
    by_meaning = ranked_by_meaning(passages, topics)
    pairs = zip(topics, by_meaning, strict=True)
    return interleaved([fused([index.ranked(topic), ranking]) for topic, ranking in pairs])


def by_words(passages: Sequence[str], topics: Sequence[str]) -> list[int]:
    """The same without the AI; passages that share no word with any topic come last."""
    index = WordIndex(passages)
    sharing = interleaved([index.ranked(topic) for topic in topics])
    return list(dict.fromkeys([*sharing, *range(len(passages))]))
