"""What a hit costs: `ai.chat` for a stored answer of 1.5 kB against a plain GET of the same bytes, in one run.

python -m tests.bench.ai_hit    prints one JSON line; times are µs of this process (CPU) and of the clock (wall)
"""

import json
import os
from collections.abc import Callable
from pydoc_data.topics import topics
from statistics import median
from time import perf_counter_ns, process_time_ns

import django

from tests.servers import prepare_environment

PROSE = " ".join(topics["exceptions"].split())  # English that compresses as English does
ANSWER_CHARACTERS = 1500
ROUNDS = 60
CALLS = 50


def measure(*calls: Callable[[], object]) -> list[dict[str, float]]:
    """Medians of one call. The rounds alternate, so that a busy machine is busy for all of them."""
    wall: list[list[float]] = [[] for _ in calls]
    cpu: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for number, call in enumerate(calls):
            clock, process = perf_counter_ns(), process_time_ns()
            for _ in range(CALLS):
                call()
            wall[number].append((perf_counter_ns() - clock) / CALLS / 1000)
            cpu[number].append((process_time_ns() - process) / CALLS / 1000)
    return [
        {"wall_us": round(median(w), 1), "cpu_us": round(median(c), 1)}
        for w, c in zip(wall, cpu, strict=True)
    ]


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from django.conf import settings

    from caching.ai import ai
    from caching.connection import redis_client
    from tests.loopback_openai import LoopbackOpenAI, Reply

    messages = [{"role": "system", "content": PROSE[:2000]}] + [{"role": "user", "content": PROSE[:200]}] * 4
    with LoopbackOpenAI() as server:
        settings.CACHING = settings.CACHING | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        server.always(Reply(PROSE[:ANSWER_CHARACTERS]))
        ai.chat("chat", messages)
        (key,) = redis_client().keys("ai_cache:*")
        hit, get = measure(lambda: ai.chat("chat", messages), lambda: redis_client().get(key))
        assert len(server.calls) == 1
        result = {
            "bench": "ai_hit",
            "answer_characters": ANSWER_CHARACTERS,
            "prompt_characters": sum(len(message["content"]) for message in messages),
            "entry_bytes": redis_client().strlen(key),
            "hit": hit,
            "get": get,
            "ratio_cpu": round(hit["cpu_us"] / get["cpu_us"], 2),
            "ratio_wall": round(hit["wall_us"] / get["wall_us"], 2),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
