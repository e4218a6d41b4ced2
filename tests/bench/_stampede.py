"""One of four processes whose fifty threads want the same missing value at the same moment.

python -m tests.bench._stampede stampede    takes lines `[contestant, [key, time of the start]]`
"""

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cashews
import django
from cacheops.query import cached_as
from django.conf import settings
from django.core.cache import caches
from dogpile.cache import make_region

from tests.bench._side_by_side import Measurement, serve

THREADS = 50
COMPUTATION_SECONDS = 0.2
TTL_SECONDS = 600
SCENARIO = int(os.environ["BENCH_SCENARIO"])


class Computation:
    """It takes 200 ms, and this process has made it so often."""

    def __init__(self) -> None:
        self.times = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        self._count()
        time.sleep(COMPUTATION_SECONDS)
        return "computed"

    async def awaited(self) -> str:
        self._count()
        await asyncio.sleep(COMPUTATION_SECONDS)
        return "computed"

    def _count(self) -> None:
        with self._lock:
            self.times += 1


compute = Computation()


def contestants() -> dict[str, Callable[[str], object]]:
    """What a caller does for the value of a key."""
    from caching import cache_db_query
    from platform_app.models import Scenario

    @cache_db_query("stampede")
    def ours(key: str) -> str:
        # What reads nothing from the database is not kept. Not from PostgreSQL, to which each thread would connect.
        Scenario.objects.using("lite").filter(pk=SCENARIO).exists()
        return compute()

    region = make_region().configure(
        "dogpile.cache.redis",
        expiration_time=TTL_SECONDS,
        arguments={"url": settings.REDIS_URL, "distributed_lock": True, "thread_local_lock": False},
    )

    def by_cacheops(*, lock: bool) -> Callable[[str], object]:
        return lambda key: cached_as(Scenario.objects.all(), timeout=TTL_SECONDS, extra=key, lock=lock)(
            compute
        )()

    return {
        "ours": ours,
        "dogpile": lambda key: region.get_or_create(key, compute),
        "cacheops": by_cacheops(lock=False),
        "cacheops lock": by_cacheops(lock=True),
    } | {
        alias: lambda key, alias=alias: caches[alias].get_or_set(key, compute, TTL_SECONDS)  # type: ignore[misc]
        for alias in ("django_redis", "django", "locmem")
    }


def in_threads(crowd: ThreadPoolExecutor, ask: Callable[[str], object]) -> Measurement:
    def caller(key: str, begin: float) -> float:
        time.sleep(max(0.0, begin - time.time()))
        began = time.perf_counter()
        assert ask(key) == "computed"
        return (time.perf_counter() - began) * 1000

    def stampede(order: Any) -> dict[str, Any]:
        before = compute.times
        waited_ms = list(crowd.map(lambda _: caller(*order), range(THREADS)))
        return {"computations": compute.times - before, "waited_ms": waited_ms}

    return stampede


def in_a_loop() -> Measurement:
    """cashews is asynchronous: fifty tasks in place of fifty threads."""
    cache = cashews.Cache()
    cache.setup(settings.REDIS_URL)
    runner = asyncio.Runner()
    atexit.register(runner.close)

    @cache(ttl=TTL_SECONDS, key="stampede:{key}", lock=True)
    async def ask(key: str) -> str:
        return await compute.awaited()

    async def caller(key: str, begin: float) -> float:
        await asyncio.sleep(max(0.0, begin - time.time()))
        began = time.perf_counter()
        assert await ask(key) == "computed"
        return (time.perf_counter() - began) * 1000

    async def crowd(order: Any) -> list[float]:
        return list(await asyncio.gather(*(caller(*order) for _ in range(THREADS))))

    def stampede(order: Any) -> dict[str, Any]:
        before = compute.times
        waited_ms = runner.run(crowd(order))
        return {"computations": compute.times - before, "waited_ms": waited_ms}

    return stampede


def main() -> None:
    django.setup()
    with ThreadPoolExecutor(THREADS) as crowd:
        serve(
            {name: in_threads(crowd, ask) for name, ask in contestants().items()} | {"cashews": in_a_loop()}
        )


if __name__ == "__main__":
    main()
