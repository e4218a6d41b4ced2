"""What it costs when many ask the same: one call, and how far behind the leader the followers see its first token.

python -m tests.bench.ai_stampede    prints one JSON object a line; times are ms of the clock
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor, wait
from statistics import median
from typing import Any

import django
import redis

from tests.programs import Program
from tests.servers import prepare_environment

PROCESSES = 4
ROUNDS = 2
ANSWER = " ".join(f"Sentence {number} of the answer says something about the works." for number in range(16))
PAUSE_SECONDS = 2.0 / (len(ANSWER) / 7)


def one_round(url: str, number: int, how: str, readers: int, client: redis.Redis) -> dict[str, Any]:
    """What all readers saw, and how many connections Redis had in the midst of it beyond those before."""
    before = connections(client)
    prefix = f"stampede{number}{how}{readers}:"
    module = "tests.caching.ai.live.listeners"
    programs = [Program(module, prefix, url, how, readers) for _ in range(PROCESSES)]
    for program in programs:
        assert program.hear() == "ready"
    for program in programs:
        program.tell("ask")
    most = 0
    with ThreadPoolExecutor(PROCESSES) as pool:
        told = [pool.submit(program.hear_out) for program in programs]
        while wait(told, timeout=0.1).not_done:
            most = max(most, connections(client))
    seen = [one for each in told for one in json.loads(each.result())]
    assert {one["screen"] for one in seen} == {ANSWER}
    assert {one["error"] for one in seen} == {""}
    return {"seen": seen, "connections": most - before}


def connections(client: redis.Redis) -> int:
    clients: Any = client.info("clients")
    return int(clients["connected_clients"])


def first_tokens(seen: list[dict[str, Any]]) -> list[float]:
    """How many ms after the leader each other reader saw the first token. Whoever saw it first is taken for the leader."""
    times = sorted(one["first"] for one in seen)
    return [1000 * (time - times[0]) for time in times[1:]]


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from django.conf import settings

    from tests.loopback_openai import LoopbackOpenAI, Reply

    client = redis.Redis.from_url(settings.REDIS_URL)
    with LoopbackOpenAI() as server:
        server.always(Reply(ANSWER, pause_seconds=PAUSE_SECONDS))
        for how, readers in (("stream", 13), ("astream", 13), ("chat", 13), ("astream", 125)):
            calls, late, held = [], [], []
            for number in range(ROUNDS):
                before = len(server.calls)
                told = one_round(server.url, number, how, readers, client)
                calls.append(len(server.calls) - before)
                late += first_tokens(told["seen"])
                held.append(told["connections"])
            late.sort()
            result = {
                "bench": "ai_stampede", "how": how, "processes": PROCESSES, "readers": PROCESSES * readers,
                "calls": calls, "connections": held, "first_token_behind_ms":
                {"median": round(median(late), 1), "p95": round(late[int(len(late) * 0.95)], 1),
                 "most": round(late[-1], 1)}, "must_ms": 100,
            }  # fmt: skip
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
