"""This cache, as its users have it: a decorated function, called."""

import json
import os
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from django.db import connection

from caching import cache_db_query, db_cache_service, fresh
from caching.connection import redis_client
from caching.near import tracking
from platform_app.models import Scenario
from tests.bench import _detail_page
from tests.bench._detail_page import DetailPage
from tests.bench._side_by_side import Measurement, measured

SCENARIO = int(os.environ.get("BENCH_SCENARIO", "1"))
DEPENDENTS: dict[str, int] = json.loads(os.environ.get("BENCH_DEPENDENTS", "{}"))
"""How many entries there are to be, and the scenario on which they rest."""
ENTRIES = "bench_ours:db_query:bench_dependent:*"
PIPELINE = 1000


@cache_db_query("bench_page")
def page(scenario_id: int) -> DetailPage:
    return _detail_page.read(scenario_id)


@cache_db_query("bench_plain_page")
def plain_page(scenario_id: int) -> dict[str, Any]:
    return _detail_page.read_plain(scenario_id)


@cache_db_query("bench_never_asked")
def never_asked(scenario_id: int, number: int) -> dict[str, Any]:
    return _detail_page.read_plain(scenario_id)


@cache_db_query("bench_dependent")
def dependent(scenario_id: int, number: int) -> int:
    return Scenario.objects.values_list("estimated_minutes", flat=True).get(pk=scenario_id)


numbers = count(os.getpid() * 1_000_000)


def figures(side: str) -> dict[str, Measurement]:
    if side == "ours_network":
        return {"ours, network hit": measured(lambda: plain_page(SCENARIO))}
    return {
        "ours, near hit, immutable": in_scope(lambda: page(SCENARIO)),
        "ours, near hit, private copy": in_scope(lambda: plain_page(SCENARIO)),
        "ours, barrier": measured(tracking.barrier),
        "ours, hit outside of any scope": measured(lambda: page(SCENARIO)),
        "ours, miss": in_scope(lambda: never_asked(SCENARIO, next(numbers))),
        "ours, UPDATE": measured(lambda: update(SCENARIO)),
        "ours, round trips of an UPDATE": round_trips,
        "ours, populate": lambda order: populate(*order),
    } | {
        figure: measured(partial(call, scenario))
        for dependents, scenario in DEPENDENTS.items()
        for figure, call in (
            (f"ours, UPDATE, {dependents} dependents", update),
            (f"ours, by hand, {dependents} dependents", db_cache_service.invalidate_scenario_cache),
        )
    }


def in_scope(call: Callable[[], object]) -> Measurement:
    """What a request does after its first hit, which has made the barrier."""
    timed = measured(call)

    def round_of(count: int) -> float:
        with fresh():
            call()
            return float(timed(count))

    return round_of


def update(scenario: int) -> None:
    Scenario.objects.filter(pk=scenario).update(estimated_minutes=next(numbers) % 600 + 1)


def round_trips(count: int) -> float:
    """What the server has read from its clients in one go, for one UPDATE; the question itself taken off."""
    connection.ensure_connection()
    update(SCENARIO)

    def reads() -> int:
        return int(redis_client().info("stats")["total_reads_processed"])

    before = reads()
    idle = reads() - before
    before = reads()
    for _ in range(count):
        update(SCENARIO)
    return (reads() - before - idle) / count


def populate(scenario: int, wanted: int) -> None:
    """So many entries that rest on the row of a scenario: ten were computed, the others are copies of one of those."""
    client = redis_client()
    known = set(client.scan_iter(match=ENTRIES, count=100_000))
    for number in range(10):
        dependent(scenario, number)
    key = (set(client.scan_iter(match=ENTRIES, count=100_000)) - known).pop()
    entry = client.get(key)
    for begin in range(10, wanted, PIPELINE):
        pipe = client.pipeline(transaction=False)
        for number in range(begin, min(begin + PIPELINE, wanted)):
            pipe.set(key[:-8] + b"%08x" % number, entry, ex=600)
        pipe.execute()
