"""What it costs to choose passages of a long case: the way to Redis for all vectors, and the search among them.

python -m tests.bench.retrieval    prints one JSON line; times are ms of the clock, medians of one process
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from pydoc_data.topics import topics
from statistics import median
from time import perf_counter_ns
from typing import Any

import django

from tests.servers import prepare_environment

PASSAGES = 400
TOPICS = 4
ROUNDS = 20
PROSE = " ".join(topics["exceptions"].split())


def passages() -> list[str]:
    """About 1,000 characters each, and none like another."""
    return [f"{n}. {PROSE[n * 7 % 3000 :][:1000]}" for n in range(PASSAGES)]


def milliseconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = perf_counter_ns()
        work()
        taken.append((perf_counter_ns() - begun) / 1e6)
    return median(taken)


def commands(client: Any) -> Counter[str]:
    """How often Redis has been sent each command so far."""
    stats = client.info("commandstats")
    return Counter({name.removeprefix("cmdstat_"): facts["calls"] for name, facts in stats.items()})


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from django.conf import settings

    from caching.ai import ai
    from caching.ai.cosine import unit_rows
    from caching.connection import redis_client
    from platform_app.retrieval.meaning import OPERATION
    from platform_app.retrieval.nearest import nearest
    from platform_app.retrieval.ranking import by_words, by_words_and_meaning
    from tests.loopback_openai import LoopbackOpenAI

    known, asked = passages(), [PROSE[n * 500 :][:300] for n in range(TOPICS)]
    texts = [*known, *asked]
    with LoopbackOpenAI() as server:
        settings.CACHING = settings.CACHING | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        vectors = ai.embed(OPERATION, texts)
        calls = len(server.calls)
        keys = redis_client().keys("ai_cache:*")
        before = commands(redis_client())
        ai.embed(OPERATION, texts)
        sent = commands(redis_client()) - before
        del sent["info"]

        def search() -> None:
            rows = unit_rows(vectors)
            for topic in rows[PASSAGES:]:
                nearest(topic, rows[:PASSAGES], PASSAGES)

        def bare() -> None:
            pipe = redis_client().pipeline(transaction=False)
            for key in keys:
                pipe.get(key)
            pipe.execute()

        bare_ms, embed_ms, search_ms, words_ms, whole_ms = map(
            milliseconds,
            (
                bare,
                lambda: ai.embed(OPERATION, texts),
                search,
                lambda: by_words(known, asked),
                lambda: by_words_and_meaning(known, asked),
            ),
        )
        assert len(server.calls) == calls
    print(
        json.dumps(
            {
                "bench": "retrieval",
                "passages": PASSAGES,
                "topics": TOPICS,
                "dimensions": len(vectors[0]),
                "commands": dict(sent),
                "calls_to_the_provider_first_and_later": [calls, 0],
                "raw_pipeline_ms": round(bare_ms, 2),
                "vectors_from_redis_ms": round(embed_ms, 2),
                "matrix_search_ms": round(search_ms, 2),
                "ranking_by_words_ms": round(words_ms, 2),
                "whole_choice_ms": round(whole_ms, 2),
                "ratio_search_to_round_trip": round(search_ms / bare_ms, 2),
                "ratio_vectors_to_round_trip": round(embed_ms / bare_ms, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
