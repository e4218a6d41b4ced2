"""Django's settings in the processes of a run: the cache, the tables of the stress test, and nothing of the platform."""

import json
import os

import environ

SECRET_KEY = "only-for-tests-" + "x" * 50
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["caching", "tests.caching.stress"]
DATABASES = {
    "default": environ.Env.db_url_config(os.environ["DATABASE_URL"])
    | {"ENGINE": os.environ.get("STRESS_ENGINE", "caching.db.postgresql")}
}
REDIS_URL = os.environ["REDIS_URL"]
REDIS_KEY_PREFIX = os.environ["REDIS_KEY_PREFIX"]
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "caching.django_keys.cache_key",
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "CONNECTION_FACTORY": "caching.connection.django_cache.ConnectionFactory",
            "CLIENT_CLASS": "caching.connection.django_cache.CacheClient",
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.9,
        },
    }
}
CACHING = {
    "COUNTS_FOLDER": os.environ.get("CACHE_COUNTS_FOLDER", ""),
    **json.loads(os.environ.get("STRESS_CACHING", "{}")),
}
