"""What an operator waits for with 300,000 keys in Redis and a week of counts of many kinds, and what counting costs the
quickest hit and Redis itself.

python -m tests.bench.operations    prints JSON lines; `must` is the limit that the project has set itself
"""

import json
import os
from collections.abc import Callable
from io import StringIO
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import django

from tests.servers import prepare_environment

VISITS = 15
ROUNDS = 200
HITS = 500
OVERVIEW_MUST_MS = 300
COMMAND_MUST_MS = 5
KINDS = (12, 30, 100, 400)
BATCHES = 300

PAGES = {
    "overview": "/admin/cache/",
    "overview, a week": "/admin/cache/?period=week",
    "keys": "/admin/cache/keys/",
    "keys, nothing matches": "/admin/cache/keys/?text=matches-nothing-at-all",
    "keys of a user": "/admin/cache/keys/?scope=user%3A7",
    "slow log and latency": "/admin/cache/latency/",
    "doctor": "/admin/cache/doctor/",
    "sessions": "/admin/sessions_ext/savedsession/",
    "API, stats": "/api/cache/stats",
    "metrics": "/metrics",
}
PAGES_OF_KINDS = {
    "overview, an hour": "/admin/cache/?period=hour",
    "overview, a day": "/admin/cache/?period=day",
    "overview, a week": "/admin/cache/?period=week",
    "overview, a week, all kinds": "/admin/cache/?period=week&kinds=all",
    "API, stats, a week": "/api/cache/stats?period=week",
    "latency, a week": "/admin/cache/latency/?period=week",
    "metrics": "/metrics",
}
LIMITED = {
    *("overview", "overview, an hour", "overview, a day", "overview, a week"),
    *("API, stats", "API, stats, a week", "cache_stats", "cache_stats, a week"),
}
COMMANDS = {
    "cache_stats": "cache_stats --json",
    "census of user 7": "cache_invalidate --user 7 --dry-run",
    "cache_cleanup": "cache_cleanup",
}


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    site = administrator()
    pages_and_commands(site)
    many_kinds(site)
    batches()
    cost_of_counting()


def pages_and_commands(site: Any) -> None:
    from django.core.management import call_command

    from caching.connection import redis_client
    from tests.planting import plant

    began = perf_counter()
    plant(redis_client())
    tell(figure="planting", keys=redis_client().dbsize(), seconds=round(perf_counter() - began, 1))
    site.get("/admin/")  # the first page of a process loads a lot
    for name, path in PAGES.items():
        visit(name, lambda path=path: site.get(path))
    for name, command in COMMANDS.items():
        visit(name, lambda command=command: call_command(*command.split(), stdout=StringIO()))


def many_kinds(site: Any) -> None:
    """A week of counts of ever more kinds, each with outcomes, bytes and three durations."""
    from django.core.management import call_command

    from tests.planted_counts import plant_week

    before, week = 0, "cache_stats --json --period week".split()
    for kinds in KINDS:
        plant_week(_names(before, kinds))
        before = kinds
        for name, path in PAGES_OF_KINDS.items():
            visit(name, lambda path=path: site.get(path), kinds=kinds)
        visit("cache_stats, a week", lambda: call_command(*week, stdout=StringIO()), kinds=kinds)


def batches() -> None:
    """What Redis takes to add up a full batch, where there is a busy hour of its kinds already."""
    from caching.connection import redis_client
    from tests.planted_counts import post_batches

    for kinds in (20, 5):
        redis_client().config_resetstat()
        post_batches(_names(0, kinds), BATCHES)
        told = redis_client().info("commandstats")["cmdstat_evalsha"]
        milliseconds = told["usec_per_call"] / 1000
        limit = {"must": f"< {COMMAND_MUST_MS}", "holds": milliseconds < COMMAND_MUST_MS}
        tell(figure="batch of counts", kinds=kinds, ms=round(milliseconds, 2), **limit)


def _names(first: int, end: int) -> list[str]:
    return [f"query:planted_{number:03}" for number in range(first, end)]


def administrator() -> Any:
    from django.test import Client

    from platform_app.models import Role
    from tests.factories import UserFactory

    client = Client(SERVER_NAME="localhost")
    client.force_login(UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True))
    return client


def visit(name: str, call: Callable[[], Any], **of: int) -> None:
    taken = []
    for _ in range(VISITS):
        began = perf_counter()
        answer = call()
        taken.append(1000 * (perf_counter() - began))
        assert getattr(answer, "status_code", 200) == 200, (name, answer)
    limit = {}
    if name in LIMITED:
        limit = {"must": f"< {OVERVIEW_MUST_MS}", "holds": median(taken) < OVERVIEW_MUST_MS}
    tell(figure=name, **of, median_ms=round(median(taken), 1), worst_ms=round(max(taken), 1), **limit)


def cost_of_counting() -> None:
    """Rounds with and without take turns; the quickest fifth of each."""
    from caching import cache_db_query, fresh, stats
    from platform_app.models import User

    @cache_db_query("bench_operations")
    def people() -> int:
        return User.objects.count()

    def round_of_hits() -> float:
        with fresh():
            people()
            began = perf_counter()
            for _ in range(HITS):
                people()
            return (perf_counter() - began) / HITS * 1_000_000

    def uncounted(*_: object) -> None:
        return None

    counted = stats.record
    taken: dict[str, list[float]] = {"counted": [], "uncounted": []}
    for _ in range(ROUNDS):
        for side, record in (("counted", counted), ("uncounted", uncounted)):
            stats.record = record
            taken[side].append(round_of_hits())
    stats.record = counted
    us = {side: quantiles(values, n=5)[0] for side, values in taken.items()}
    ratio = us["counted"] / us["uncounted"]
    tell(figure="near hit", us={side: round(value, 2) for side, value in us.items()}, ratio=round(ratio, 2))


def tell(**fields: Any) -> None:
    print(json.dumps({"bench": "operations"} | fields), flush=True)


if __name__ == "__main__":
    main()
