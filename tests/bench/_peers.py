"""The caches that this one is measured against, each used as its manual shows, with its defaults."""

import asyncio
import atexit
import os
from itertools import count
from time import perf_counter_ns
from typing import Any

import cachalot.api
import cacheops
import cashews
import redis
from cacheops.query import cached_as
from django.conf import settings
from django.core.cache import caches
from dogpile.cache import make_region
from redis.cache import CacheConfig

from platform_app.models import Scenario
from tests.bench import _detail_page
from tests.bench._side_by_side import Measurement, measured

SCENARIO = int(os.environ.get("BENCH_SCENARIO", "1"))
PAGE_KEY = f"page:{SCENARIO}"
PIPELINE = 1000

numbers = count(os.getpid() * 1_000_000)


def page(using: str = "default") -> dict[str, Any]:
    return _detail_page.read_plain(SCENARIO, using)


def figures(side: str) -> dict[str, Measurement]:
    return {"plain": plain, "cacheops": cacheops_figures, "cachalot": cachalot_figures}[side]()


def plain() -> dict[str, Measurement]:
    made = {
        "PostgreSQL queries": measured(page),
        "SQLite queries": measured(lambda: page("lite")),
        "UPDATE": measured(update),
        "make": lambda dependents: [_detail_page.make(using, dependents) for using in ("default", "lite")],
        "client-side caching refused": client_side_caching_refused,
    }
    for alias in ("django_redis", "django", "locmem"):
        made[f"{alias}, get"] = django_get(alias)
    made["django_redis, miss"] = measured(
        lambda: caches["django_redis"].get_or_set(f"never:{next(numbers)}", page, 600)
    )
    made |= {"dogpile, get": dogpile_get(), "cashews, get": cashews_get()}
    made |= {"cashews client-side, get": cashews_get(client_side=True)}
    made |= {"django_redis, delete_pattern": delete_pattern, "django_redis, delete_many": delete_many}
    return made


def django_get(alias: str) -> Measurement:
    def round_of(count: int) -> Any:
        caches[alias].set(PAGE_KEY, page(), 3600)
        return measured(lambda: caches[alias].get(PAGE_KEY))(count)

    return round_of


def dogpile_get() -> Measurement:
    region = make_region().configure(
        "dogpile.cache.redis", expiration_time=3600, arguments={"url": settings.REDIS_URL}
    )
    return measured(lambda: region.get_or_create(f"dogpile:{PAGE_KEY}", page))


def cashews_get(*, client_side: bool = False) -> Measurement:
    """In its event loop all the while, as an async view would use it."""
    cache = cashews.Cache()
    cache.setup(settings.REDIS_URL, client_side=client_side)
    runner = asyncio.Runner()
    atexit.register(runner.close)

    async def round_of(count: int) -> Any:
        value = await asyncio.to_thread(page)
        key = f"cashews:{client_side}:{PAGE_KEY}"
        await cache.set(key, value, expire=3600)
        await cache.get(key)
        began = perf_counter_ns()
        for _ in range(count):
            assert await cache.get(key)
        return (perf_counter_ns() - began) / count / 1000

    return lambda count: runner.run(round_of(count))


def client_side_caching_refused(_: int) -> str:
    """redis-py's own client-side caching: what keeps it from running here; empty if nothing."""
    try:
        redis.Redis.from_url(settings.REDIS_URL, protocol=3, cache_config=CacheConfig()).ping()
    except redis.RedisError as error:
        return str(error)
    return ""


def update() -> None:
    Scenario.objects.filter(pk=SCENARIO).update(estimated_minutes=next(numbers) % 600 + 1)


# --- Invalidation of so many dependent entries: µs of one call, after they have been made ------------------------


def dependents(wanted: int) -> list[str]:
    """Small entries in Django's own form of key."""
    cache = caches["django_redis"]
    client = cache.client.get_client()
    names = [f"dependent:{number}" for number in range(wanted)]
    value = cache.client.encode("x" * 100)
    for begin in range(0, wanted, PIPELINE):
        pipe = client.pipeline(transaction=False)
        for name in names[begin : begin + PIPELINE]:
            pipe.set(str(cache.make_key(name)), value, ex=600)
        pipe.execute()
    return names


def delete_pattern(wanted: int) -> Any:
    dependents(wanted)
    return measured(lambda: caches["django_redis"].delete_pattern("dependent:*"))(1)


def delete_many(wanted: int) -> Any:
    names = dependents(wanted)
    return measured(lambda: caches["django_redis"].delete_many(names))(1)


def cacheops_figures() -> dict[str, Measurement]:
    @cached_as(Scenario.objects.filter(pk=SCENARIO), timeout=3600)
    def one_key() -> dict[str, Any]:
        return page()

    return {
        "cacheops on PostgreSQL": measured(page),
        "cacheops on SQLite": measured(lambda: page("lite")),
        "cacheops cached_as": measured(one_key),
        "cacheops, invalidation": cacheops_invalidation,
    }


def cacheops_invalidation(wanted: int) -> Any:
    """A real entry first: its set of dependents is then filled up, and as many keys are made."""
    scenario = Scenario.objects.nocache().get(pk=SCENARIO)
    list(Scenario.objects.filter(pk=SCENARIO).values_list("estimated_minutes"))
    client = cacheops.redis.redis_client
    (members,) = list(client.scan_iter(match="conj:platform_app_scenario:id=*", count=100_000))
    for begin in range(1, wanted, PIPELINE):
        names = [f"q:{number:032x}" for number in range(begin, min(begin + PIPELINE, wanted))]
        pipe = client.pipeline(transaction=False)
        pipe.sadd(members, *names)
        for name in names:
            pipe.set(name, "x" * 100, ex=600)
        pipe.execute()
    return measured(lambda: cacheops.invalidate_obj(scenario))(1)


def cachalot_figures() -> dict[str, Measurement]:
    return {
        "cachalot on PostgreSQL": measured(page),
        "cachalot on SQLite": measured(lambda: page("lite")),
        "cachalot, invalidation": lambda wanted: measured(lambda: cachalot.api.invalidate(Scenario))(10),
    }
