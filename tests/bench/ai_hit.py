"""What a hit costs: answers and embeddings that are kept, against a plain redis-py GET of the same bytes, in one run.

python -m tests.bench.ai_hit    prints one JSON object a line; times are µs of this process (CPU) and of the clock (wall)
"""

import json
import os
from collections.abc import Callable
from pydoc_data.topics import topics
from statistics import median
from time import perf_counter_ns, process_time_ns
from typing import Any

import django
import redis

from tests.servers import prepare_environment

PROSE = " ".join(topics["exceptions"].split())  # English that compresses as English does
ANSWER_CHARACTERS = 1500
ROUNDS = 60
CALLS = 50
BATCH, KNOWN = 100, 90


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


def report(figure: str, must: float, hit: dict[str, float], get: dict[str, float], **more: Any) -> None:
    ratio = {f"ratio_{clock}": round(hit[f"{clock}_us"] / get[f"{clock}_us"], 2) for clock in ("wall", "cpu")}
    print(
        json.dumps(
            {"bench": "ai_hit", "figure": figure, "must": must, **ratio, "hit": hit, "get": get, **more}
        )
    )


def bench_chat(server: Any, client: redis.Redis) -> None:
    from django.conf import settings

    from caching import fresh
    from caching.ai import ai

    messages = [{"role": "system", "content": PROSE[:2000]}] + [{"role": "user", "content": PROSE[:200]}] * 4
    facts = {
        "answer_characters": ANSWER_CHARACTERS,
        "prompt_characters": sum(len(message["content"]) for message in messages),
    }

    def ask() -> object:
        return ai.chat("chat", messages)

    ask()
    (key,) = client.keys("ai_cache:chat:*")
    facts["entry_bytes"] = client.strlen(key)
    usual = settings.CACHING
    settings.CACHING = usual | {"NEAR_CACHE": False}
    assert ai.chat("chat", messages).source == "cache"
    hit, get = measure(ask, lambda: client.get(key))
    report("chat, network", 3.0, hit, get, **facts)
    settings.CACHING = usual
    with fresh():
        ask(), ask()
        assert ai.chat("chat", messages).source == "near"
        hit, get = measure(ask, lambda: client.get(key))
    report("chat, near", 0.3, hit, get, **facts)
    assert len(server.calls) == 1


def bench_embedding(client: redis.Redis) -> None:
    from django.conf import settings

    from caching.ai import ai

    usual = settings.CACHING
    settings.CACHING = usual | {"NEAR_CACHE": False}
    text = PROSE[:300]
    ai.embed("embedding", [text])
    (key,) = client.keys("ai_cache:embedding:*")
    hit, get = measure(lambda: ai.embed("embedding", [text]), lambda: client.get(key))
    bytes_in_redis = client.memory_usage(key, samples=0)
    report("embedding, network", 2.0, hit, get, bytes_in_redis=bytes_in_redis, must_bytes=6300)
    settings.CACHING = usual


def bench_batch(server: Any, client: redis.Redis) -> None:
    from caching.ai import ai

    texts = [f"Passage {number}: {PROSE[number : number + 200]}" for number in range(BATCH)]
    ai.embed("case_passage", texts[:KNOWN])
    calls = len(server.calls)
    before = commands(client)
    ai.embed("case_passage", texts)
    after = commands(client)
    asked = [len(call.body["input"]) for call in server.calls[calls:]]
    figures = {name: after.get(name, 0) - before.get(name, 0) for name in ("mget", "get")}
    print(
        json.dumps(
            {"bench": "ai_hit", "figure": "batch of 100, 90 known", "upstream_inputs": asked, **figures}
        )
    )


def commands(client: redis.Redis) -> dict[str, int]:
    """How often each command has been called so far."""
    stats: Any = client.info("commandstats")
    return {name.removeprefix("cmdstat_"): facts["calls"] for name, facts in stats.items()}


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from django.conf import settings

    from tests.loopback_openai import LoopbackOpenAI, Reply

    client = redis.Redis.from_url(settings.REDIS_URL)
    with LoopbackOpenAI() as server:
        settings.CACHING = settings.CACHING | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        server.always(Reply(PROSE[:ANSWER_CHARACTERS]))
        bench_chat(server, client)
        bench_embedding(client)
        bench_batch(server, client)


if __name__ == "__main__":
    main()
