"""What of a case a prompt carries: all of it if it is short, else the passages that its topics are about.

The choice follows from the case and the topics alone. Whoever asks with topics that a student has no part in has the same
beginning of a prompt for all students, and the provider's own cache finds it again.

Without vectors, because the AI has none or fails, passages are chosen by words alone: a turn or a grade does not fail for
it. Since another choice makes another prompt, and other answers, that choice then stands for ten minutes as well, rather
than come and go with every turn; after them the AI is asked again. A choice by meaning stands as long as its case and topics:
vectors made anew may differ in their last digits, and answers that were made in advance would be lost with a passage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from caching import cache_dynamic_query, cache_static_query
from caching.ai import ai
from caching.errors import AIError
from platform_app.models import Scenario
from platform_app.retrieval.meaning import embed_passages
from platform_app.retrieval.passages import cut, joined, within
from platform_app.retrieval.ranking import by_words, by_words_and_meaning

log = logging.getLogger(__name__)

CASE_CHARACTERS = 24_000
# A persona's knowledge alone may be longer than what a provider takes at once.
TOPIC_CHARACTERS = 4_000
_WITHOUT_VECTORS = "Passages of scenario %s are chosen by words alone: %s"
_WEEK_SECONDS = 7 * 24 * 3600

Ranking = Callable[[Sequence[str], Sequence[str]], list[int]]


def case_about(scenario: Scenario, topics: Iterable[str], *, budget: int = CASE_CHARACTERS) -> str:
    """The whole case if it has at most CASE_CHARACTERS, else so many characters as `budget` says: its beginning and the
    passages about the topics, in the order of the document. Raises CacheUnavailable.
    """
    whole = case_of(scenario)
    if len(whole) <= CASE_CHARACTERS:
        return whole
    return _chosen(scenario.pk, _cleaned(topics), budget, _source())


def more_about(scenario: Scenario, topics: Iterable[str], *, shown: str, budget: int) -> str:
    """Passages about the topics that are not in `shown`, which `case_about` has given; "" if there are none.

    For topics that hardly come again, such as what a student said: they are chosen anew each time. Raises CacheUnavailable.
    """
    whole, asked = case_of(scenario), _cleaned(topics)
    if len(whole) <= CASE_CHARACTERS or not asked:
        return ""
    passages = cut(whole)
    try:
        best = by_words_and_meaning(passages, asked)
    except AIError as error:
        log.warning(_WITHOUT_VECTORS, scenario.pk, error)
        best = by_words(passages, asked)
    known = set(cut(shown))
    return joined(passages, within(budget, passages, (n for n in best if passages[n] not in known)))


def prepare_case(scenario: Scenario) -> None:
    """Has the vectors of a long case made, so that no student waits for them. Raises AIError and CacheUnavailable."""
    whole = case_of(scenario)
    if len(whole) > CASE_CHARACTERS:
        embed_passages(cut(whole))


def case_of(scenario: Scenario) -> str:
    """The text of the case; without one, what the professor wrote about it."""
    return (scenario.case_text or f"{scenario.description}\n\n{scenario.challenge}").strip()


@cache_dynamic_query("case_choice")
def _chosen(scenario_id: int, topics: tuple[str, ...], budget: int, source: str) -> str:
    try:
        return _chosen_by_meaning(scenario_id, topics, budget, source)
    except AIError as error:
        log.warning(_WITHOUT_VECTORS, scenario_id, error)
        return _choice(scenario_id, topics, budget, by_words)


@cache_static_query("case_choice_by_meaning", ttl=_WEEK_SECONDS)
def _chosen_by_meaning(scenario_id: int, topics: tuple[str, ...], budget: int, source: str) -> str:
    return _choice(scenario_id, topics, budget, by_words_and_meaning)


def _choice(scenario_id: int, topics: tuple[str, ...], budget: int, ranking: Ranking) -> str:
    scenario = Scenario.objects.only("case_text", "description", "challenge").get(pk=scenario_id)
    passages = cut(case_of(scenario))
    # The beginning says what the case is about.
    return joined(passages, within(budget, passages, dict.fromkeys([0, *ranking(passages, topics)])))


def _cleaned(topics: Iterable[str]) -> tuple[str, ...]:
    """Without those that say nothing, which providers refuse."""
    return tuple(topic.strip()[:TOPIC_CHARACTERS] for topic in topics if topic.strip())


def _source() -> str:
    """Whose vectors they are: those of another model make another choice."""
    provider = ai.provider()
    return f"{provider.base_url} {provider.embedding_model}"
