"""The query cache against its peers, side by side in one run: hits, misses, invalidation, stampedes.

python -m tests.bench.query_cache    prints one JSON object a line; `must` is the limit that the project has set itself
"""

import json
import os
import statistics
import time
from collections.abc import Iterable
from itertools import chain
from typing import Any

from tests.bench._side_by_side import Side, in_turns
from tests.servers import prepare_environment, start_postgres

ROUNDS = 40
CALLS = {
    "ours, near hit, immutable": ("ours", 2000),
    "ours, near hit, private copy": ("ours", 300),
    "ours, barrier": ("ours", 200),
    "ours, hit outside of any scope": ("ours", 200),
    "ours, miss": ("ours", 20),
    "ours, UPDATE": ("ours", 5),
    "ours, network hit": ("ours_network", 100),
    "PostgreSQL queries": ("plain", 20),
    "SQLite queries": ("plain", 5),
    "UPDATE": ("plain", 5),
    "django_redis, get": ("plain", 100),
    "django_redis, miss": ("plain", 20),
    "django, get": ("plain", 50),
    "locmem, get": ("plain", 100),
    "dogpile, get": ("plain", 50),
    "cashews, get": ("plain", 50),
    "cashews client-side, get": ("plain", 200),
    "cacheops on PostgreSQL": ("cacheops", 5),
    "cacheops on SQLite": ("cacheops", 5),
    "cacheops cached_as": ("cacheops", 10),
    "cachalot on PostgreSQL": ("cachalot", 5),
    "cachalot on SQLite": ("cachalot", 5),
}
DEPENDENTS = (10, 1_000, 100_000)
SAMPLES = 3


def main() -> None:
    prepare_environment()
    os.environ["BENCH_POSTGRES"] = start_postgres()
    plain = Side("plain")
    (scenario, *others), _ = plain.ask("make", DEPENDENTS)
    plain.stop()
    os.environ["BENCH_SCENARIO"] = str(scenario)
    os.environ["BENCH_DEPENDENTS"] = json.dumps(dict(zip(DEPENDENTS, others, strict=True)))
    sides = {name: Side(name) for name in ("plain", "ours", "ours_network", "cacheops", "cachalot")}
    refusal = sides["plain"].ask("client-side caching refused")
    print_line(figure="redis-py client-side caching", runs=not refusal, refusal=refusal)
    hits(sides)
    invalidation(sides, dict(zip(DEPENDENTS, others, strict=True)))
    for side in sides.values():
        side.stop()
    stampedes()


def hits(sides: dict[str, Side]) -> None:
    turns = [(sides[side], figure, count) for figure, (side, count) in CALLS.items()]
    in_turns(turns, 2)  # what is only paid once
    us = in_turns(turns, ROUNDS)
    for figure, value in us.items():
        print_line(figure=figure, us=round(value, 2))
    get, queries = us["django_redis, get"], us["PostgreSQL queries"]
    for kind, faster, aim, than_queries in (("immutable", 25, 50, 500), ("private copy", 5, 8, 100)):
        near = us[f"ours, near hit, {kind}"]
        at_least(f"near hit, {kind}: times faster than django-redis get", get / near, faster, aim=aim)
        at_least(f"near hit, {kind}: times faster than the PostgreSQL queries", queries / near, than_queries)
    at_most("barrier: share of a django-redis get", us["ours, barrier"] / get, 0.5)
    at_most("network hit: share of a django-redis get", us["ours, network hit"] / get, 0.7, aim=0.4)
    at_most("miss: ms added to the plain queries", (us["ours, miss"] - queries) / 1000, 0.5)
    print_line(
        figure="django-redis miss: ms added to the plain queries",
        value=round((us["django_redis, miss"] - queries) / 1000, 2),
    )
    print_line(
        figure="autocommit UPDATE on PostgreSQL: ms added",
        value=round((us["ours, UPDATE"] - us["UPDATE"]) / 1000, 2),
    )
    at_most(
        "autocommit UPDATE on PostgreSQL: Redis round trips",
        sides["ours"].ask("ours, round trips of an UPDATE", 50),
        2,
    )


def invalidation(sides: dict[str, Side], scenarios: dict[int, int]) -> None:
    # The peers first: some of them look through all keys of the server, and ours would be in their way.
    for wanted in scenarios:
        peers(sides, wanted)
    for wanted, scenario in scenarios.items():
        sides["ours"].ask("ours, populate", [scenario, wanted])
    by_hand, update = "ours, by hand, {} dependents", "ours, UPDATE, {} dependents"
    turns = [(sides["plain"], "UPDATE", 10)]
    for wanted in scenarios:
        turns += [(sides["ours"], by_hand.format(wanted), 50), (sides["ours"], update.format(wanted), 10)]
    us = in_turns(turns, ROUNDS)
    for wanted in scenarios:
        print_line(
            figure="ours, invalidation",
            dependents=wanted,
            by_hand_ms=round(us[by_hand.format(wanted)] / 1000, 3),
            added_to_an_update_ms=round((us[update.format(wanted)] - us["UPDATE"]) / 1000, 3),
        )
    few, many = min(scenarios), max(scenarios)
    for name, figure, without in (("by hand", by_hand, 0.0), ("by an UPDATE", update, us["UPDATE"])):
        at_most(f"invalidation {name}, {many} dependents: ms", (us[figure.format(many)] - without) / 1000, 1)
        at_most(
            f"invalidation {name}: {many} dependents against {few}",
            us[figure.format(many)] / us[figure.format(few)],
            1.3,
        )


def peers(sides: dict[str, Side], wanted: int) -> None:
    for side, figure in (
        ("plain", "django_redis, delete_many"),
        ("plain", "django_redis, delete_pattern"),
        ("cacheops", "cacheops, invalidation"),
        ("cachalot", "cachalot, invalidation"),
    ):
        samples = 1 if wanted == max(DEPENDENTS) else SAMPLES
        ms = statistics.median(sides[side].ask(figure, wanted) / 1000 for _ in range(samples))
        print_line(figure=figure, dependents=wanted, ms=round(ms, 3))


STAMPEDE_PROCESSES = 4
STAMPEDE_THREADS = 50
COMPUTATION_MS = 200
STAMPEDES = 3
CONTESTANTS = ("ours", "django_redis", "django", "locmem", "dogpile", "cashews", "cacheops", "cacheops lock")


def stampedes() -> None:
    processes = [Side("stampede", "tests.bench._stampede") for _ in range(STAMPEDE_PROCESSES)]
    for name in CONTESTANTS:
        runs = [stampede(processes, name, f"{name}-{number}") for number in range(STAMPEDES + 1)][1:]
        computations = max(computed for computed, _ in runs)
        middle = statistics.median(chain.from_iterable(waited for _, waited in runs))
        print_line(
            figure="stampede, 200 callers, 200 ms",
            contestant=name,
            computations=[computed for computed, _ in runs],
            median_ms=round(middle),
        )
        if name == "ours":
            at_most("stampede: computations", computations, 1)
            at_most("stampede: median caller, computations long", middle / COMPUTATION_MS, 1.35)
    for process in processes:
        process.stop()


def stampede(processes: Iterable[Side], name: str, key: str) -> tuple[int, list[float]]:
    """How often was it computed, and how many ms each caller waited."""
    begin = time.time() + 0.2
    for process in processes:
        process.send(name, [key, begin])
    answers: list[Any] = [process.answer() for process in processes]
    return sum(answer["computations"] for answer in answers), [
        ms for answer in answers for ms in answer["waited_ms"]
    ]


def at_least(figure: str, value: float, must: float, *, aim: float | None = None) -> None:
    print_line(figure=figure, value=round(value, 2), must=f">= {must}", aim=aim, holds=value >= must)


def at_most(figure: str, value: float, must: float, *, aim: float | None = None) -> None:
    print_line(figure=figure, value=round(value, 3), must=f"<= {must}", aim=aim, holds=value <= must)


def print_line(**fields: Any) -> None:
    print(
        json.dumps({"bench": "query_cache"} | {k: v for k, v in fields.items() if v is not None}), flush=True
    )


if __name__ == "__main__":
    main()
