"""What an operator waits for with 300,000 keys in Redis, and what counting costs the quickest hit.

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
    pages_and_commands()
    cost_of_counting()


def pages_and_commands() -> None:
    from django.core.management import call_command

    from caching.connection import redis_client
    from tests.planting import plant

    began = perf_counter()
    plant(redis_client())
    tell(figure="planting", keys=redis_client().dbsize(), seconds=round(perf_counter() - began, 1))
    site = administrator()
    site.get("/admin/")  # the first page of a process loads a lot
    for name, path in PAGES.items():
        visit(name, lambda path=path: site.get(path))
    for name, command in COMMANDS.items():
        visit(name, lambda command=command: call_command(*command.split(), stdout=StringIO()))


def administrator() -> Any:
    from django.test import Client

    from platform_app.models import Role
    from tests.factories import UserFactory

    client = Client(SERVER_NAME="localhost")
    client.force_login(UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True))
    return client


def visit(name: str, call: Callable[[], Any]) -> None:
    taken = []
    for _ in range(VISITS):
        began = perf_counter()
        answer = call()
        taken.append(1000 * (perf_counter() - began))
        assert getattr(answer, "status_code", 200) == 200, (name, answer)
    limit = {}
    if name == "overview":
        limit = {"must": f"< {OVERVIEW_MUST_MS}", "holds": median(taken) < OVERVIEW_MUST_MS}
    tell(figure=name, median_ms=round(median(taken), 1), worst_ms=round(max(taken), 1), **limit)


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
