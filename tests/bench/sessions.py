"""A session loaded, changed in one key and saved, beside Django's cache engine on django-redis; and what overlapping requests lose.

python -m tests.bench.sessions    prints JSON lines; µs of a request, the quickest fifth of rounds that take turns in one process
"""

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from statistics import quantiles
from time import perf_counter_ns
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext, sync_to_async

from tests.servers import prepare_environment

ROUNDS = 60
CALLS = 25
OVERLAPPING = 8

SMALL = {
    "_auth_user_hash": "f" * 64,
    "csrf": "x" * 64,
    "theme": "dark",
    "language": "en",
    "last_scenario": 4711,
    "filters": {"status": "published", "page": 3, "search": "bakery"},
    "recent": list(range(1000, 1040)),
    "note": "n" * 400,
    "counter": 0,
}
LARGE = SMALL | {"chat": [{"author": "student", "text": f"{n:04} " + "words " * 78} for n in range(100)]}

Store = Any


def request(store: Store, session_key: str) -> None:
    """One key changed."""
    session = store(session_key)
    session["counter"] += 1
    session.save()


def look(store: Store, session_key: str) -> None:
    """One key read."""
    assert store(session_key)["theme"] == "dark"


def saved(store: Store, values: dict[str, Any]) -> str:
    session = store()
    session.update(values)
    session.save()
    return str(session.session_key)


def in_turns(sides: dict[str, Callable[[], object]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {side: [] for side in sides}
    order = Random(0)
    for _ in range(ROUNDS):
        for side in order.sample(sorted(sides), len(sides)):
            began = perf_counter_ns()
            for _ in range(CALLS):
                sides[side]()
            taken[side].append((perf_counter_ns() - began) / CALLS / 1000)
    return {side: quantiles(values, n=5)[0] for side, values in taken.items()}


def lost(store: Store) -> int:
    """Of 25 rounds of requests that surely overlap, each of which sets a key of its own."""
    rounds = 25
    session_key = saved(store, {"start": True})
    for number in range(rounds):
        overlapping = [store(session_key) for _ in range(OVERLAPPING)]
        for place, session in enumerate(overlapping):
            session[f"{number}-{place}"] = True
        with ThreadPoolExecutor(OVERLAPPING) as threads:
            list(threads.map(lambda session: session.save(), overlapping))
    return rounds * OVERLAPPING + 1 - len(store(session_key).keys())


def asynchronous(store: Store, session_key: str, at_once: int) -> dict[str, float]:
    """Native against the same work in a thread, both in a running event loop, with so many requests in it at once."""

    async def native() -> None:
        session = store(session_key)
        await session.aset("counter", await session.aget("counter") + 1)
        await session.asave()

    async def in_a_thread() -> None:
        async with ThreadSensitiveContext():  # as each request of ASGI has one
            await sync_to_async(request)(store, session_key)

    async def rounds() -> dict[str, float]:
        taken: dict[str, list[float]] = {"native": [], "in a thread": []}
        for _ in range(ROUNDS):
            for side, call in (("native", native), ("in a thread", in_a_thread)):
                began = perf_counter_ns()
                for _ in range(max(1, CALLS // at_once)):
                    await asyncio.gather(*(call() for _ in range(at_once)))
                calls = max(1, CALLS // at_once) * at_once
                taken[side].append((perf_counter_ns() - began) / calls / 1000)
        return {side: quantiles(values, n=5)[0] for side, values in taken.items()}

    return asyncio.run(rounds())


def tell(figure: str, us: dict[str, float], **more: Any) -> None:
    ours, peer = us.values()
    line = {
        "figure": figure,
        "us": {side: round(value, 1) for side, value in us.items()},
        "ratio": round(ours / peer, 2),
    }
    print(json.dumps(line | more), flush=True)


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from django.conf import settings

    # The peer as its users have it: pickle, no special options.
    settings.CACHES["django_redis"] = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": settings.REDIS_URL,
    }
    settings.SESSION_CACHE_ALIAS = "django_redis"
    django.setup()

    from django.contrib.sessions.backends.cache import SessionStore as Peer

    from sessions_ext.engine import SessionStore as Ours

    for name, values in (("1 kB", SMALL), ("50 kB", LARGE)):
        size = len(json.dumps(values))
        ours, peer = saved(Ours, values), saved(Peer, values)
        for what, work in (("load and save", request), ("load", look)):
            sides = {"ours": partial(work, Ours, ours), "django cache": partial(work, Peer, peer)}
            tell(f"{what}, {name}", in_turns(sides), bytes=size)
        for at_once in (1, 32):
            tell(f"async load and save, {name}, {at_once} at once", asynchronous(Ours, ours, at_once))
    print(json.dumps({"figure": "lost of 200 overlapping", "ours": lost(Ours), "django cache": lost(Peer)}))


if __name__ == "__main__":
    main()
