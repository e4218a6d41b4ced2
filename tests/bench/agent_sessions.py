"""What it costs to append a message and read the last ten, by the length of the transcript; beside it, one JSON text that is
read, changed and written as a whole, which is how the original was meant to work.

python -m tests.bench.agent_sessions    prints one JSON object a line; times are µs of the clock, the median of many calls
"""

import json
import os
from collections.abc import Callable
from statistics import median
from time import perf_counter_ns
from typing import Any

import django
from asgiref.sync import async_to_sync

from tests.servers import prepare_environment

LENGTHS = (20, 200, 1000)
ROUNDS = 300
MESSAGE = {"author": "student", "persona_id": 7, "persona_name": "", "text": "word " * 80}
MOST_RATIO = 1.5


def measure(work: Callable[[], Any]) -> float:
    for _ in range(20):
        work()
    times = []
    for _ in range(ROUNDS):
        began = perf_counter_ns()
        work()
        times.append((perf_counter_ns() - began) / 1000)
    return round(median(times), 1)


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from sessions_ext.agents.sessions import AgentSessions

    sessions = AgentSessions(copies=False)

    def by_stream(length: int) -> Callable[[], Any]:
        session_id = sessions.begin_anew_sync(1, "bench", messages=[MESSAGE] * length)

        def work() -> None:
            sessions.append_message_sync(session_id, MESSAGE)
            sessions.get_messages_sync(session_id, last=10)

        return work

    report("a session", [measure(by_stream(length)) for length in LENGTHS], must=MOST_RATIO)
    report("one JSON text", [measure(by_text(length)) for length in LENGTHS])
    report("a session, by coroutines", async_to_sync(by_coroutines)(sessions), must=MOST_RATIO)


def by_text(length: int) -> Callable[[], Any]:
    """It stays as long as it is, so that each round finds the same."""
    from caching.connection import wire

    text = json.dumps([MESSAGE] * length)
    wire.call([("SET", "bench:agent", text, "EX", 600)])

    def work() -> None:
        (found,) = wire.call([("GET", "bench:agent")])
        said = json.loads(found)  # type: ignore[arg-type]
        said.append(MESSAGE)
        wire.call([("SET", "bench:agent", json.dumps(said[1:]), "EX", 600)])
        _ = said[-10:]

    return work


async def by_coroutines(sessions: Any) -> list[float]:
    medians = []
    for length in LENGTHS:
        session_id = await sessions.begin_anew(2, "bench", messages=[MESSAGE] * length)
        times = []
        for _ in range(ROUNDS):
            began = perf_counter_ns()
            await sessions.append_message(session_id, MESSAGE)
            await sessions.get_messages(session_id, last=10)
            times.append((perf_counter_ns() - began) / 1000)
        medians.append(round(median(times), 1))
    return medians


def report(way: str, medians: list[float], must: float | None = None) -> None:
    line = {
        "bench": "agent_sessions",
        "way": way,
        "append_and_last_10_us": dict(zip(LENGTHS, medians, strict=True)),
    }
    print(
        json.dumps(line | {"ratio_longest_to_shortest": round(medians[-1] / medians[0], 2), "must": must}),
        flush=True,
    )


if __name__ == "__main__":
    main()
