"""The platform's settings with the contestants of one process added. BENCH_SIDE says which, BENCH_POSTGRES where the rows are."""

import os

import environ

from config.settings import *  # noqa: F403
from config.settings import CACHING, DATABASES, INSTALLED_APPS, REDIS_URL

SIDE = os.environ["BENCH_SIDE"]
IS_OURS = SIDE.startswith("ours") or SIDE == "stampede"

REDIS_KEY_PREFIX = f"bench_{SIDE}:"
SILENCED_SYSTEM_CHECKS = ["cachalot.W001"]  # it names the backends that it has been tested with

STOCK, OURS = "django.db.backends", "caching.db"
DATABASES = {
    "default": environ.Env.db_url_config(os.environ["BENCH_POSTGRES"]),
    "lite": {**DATABASES["default"]},
}
# What a commit costs is the disk's doing, and would drown what is added to it.
DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
DATABASES["default"]["ENGINE"] = f"{OURS if IS_OURS else STOCK}.postgresql"
DATABASES["lite"]["ENGINE"] = f"{OURS if IS_OURS else STOCK}.sqlite3"

CACHING = CACHING | {"NEAR_CACHE": SIDE != "ours_network"}

# The peers as their users have them: pickle, no special options.
CACHES = {
    "default": CACHES["default"],  # noqa: F405
    "django_redis": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS_URL},
    "django": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    "locmem": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

INSTALLED_APPS = [*INSTALLED_APPS, *({"cacheops", "cachalot"} & {SIDE})]
CACHEOPS_REDIS = REDIS_URL
# In the stampede every contestant is in one process; there cacheops caches only what it is told to.
CACHEOPS = {"platform_app.*": {"ops": "all" if SIDE == "cacheops" else (), "timeout": 3600}}
CACHALOT_CACHE = "django_redis"
if SIDE == "stampede":
    INSTALLED_APPS = [*INSTALLED_APPS, "cacheops"]
