"""What the settings say about Redis, without asking a server: `manage.py check` says it as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisSerializer
from django.utils.module_loading import import_string
from django_redis.cache import RedisCache as DjangoRedisCache
from django_redis.serializers.pickle import PickleSerializer

from caching import conf
from caching.connection import urls
from caching.connection.django_cache import ConnectionFactory
from caching.doctor.findings import Verdict, fail, ok, unknown
from caching.doctor.registry import SettingsCheck
from caching.errors import CacheUnavailable

MOST_SECONDS = 1.5
_PICKLERS = (PickleSerializer, RedisSerializer)


def serializers() -> Verdict:
    unpickling = [alias for alias, cache in settings.CACHES.items() if _unpickles(cache)]
    if not unpickling:
        return ok("Nothing that is found in Redis is unpickled.")
    named = " and ".join(repr(alias) for alias in unpickling)
    return fail(
        f"The cache {named} unpickles what it finds in Redis.",
        consequence="Who can write there can run code here.",
        advice=f'Set CACHES[{unpickling[0]!r}]["OPTIONS"]["SERIALIZER"], to "caching.django_serializer.Serializer" for instance.',
    )


def _unpickles(cache: Mapping[str, Any]) -> bool:
    backend = import_string(cache["BACKEND"])
    serializer: Any = _options(cache).get("SERIALIZER") or _options(cache).get("serializer")
    if serializer is None:
        # What both backends take when nobody says otherwise.
        return issubclass(backend, (DjangoRedisCache, RedisCache))
    if isinstance(serializer, str):
        serializer = import_string(serializer)
    return (
        issubclass(serializer, _PICKLERS)
        if isinstance(serializer, type)
        else isinstance(serializer, _PICKLERS)
    )


def timeouts() -> Verdict:
    options = _options(settings.CACHES["default"])
    factory = options.get("CONNECTION_FACTORY") or getattr(settings, "DJANGO_REDIS_CONNECTION_FACTORY", None)
    # Ours has timeouts of its own; django-redis, left alone, has none.
    if factory is not None and issubclass(import_string(factory), ConnectionFactory):
        return ok(f"A Redis that does not answer is given up within {MOST_SECONDS} s.")
    limits: list[Any] = [options.get("SOCKET_CONNECT_TIMEOUT"), options.get("SOCKET_TIMEOUT")]
    if None not in limits and sum(limits) <= MOST_SECONDS:
        return ok(f"A Redis that does not answer is given up within {sum(limits):g} s.")
    return fail(
        f'CACHES["default"] may wait longer than {MOST_SECONDS} s for a Redis that does not answer:'
        f" SOCKET_CONNECT_TIMEOUT is {limits[0]}, SOCKET_TIMEOUT is {limits[1]}.",
        consequence="Requests hang instead of failing, until no process is left to answer any.",
        advice='Set in its OPTIONS "CONNECTION_FACTORY": "caching.connection.django_cache.ConnectionFactory", or both'
        f" timeouts, together at most {MOST_SECONDS}.",
    )


def _options(cache: Mapping[str, Any]) -> Mapping[str, Any]:
    options: Mapping[str, Any] = cache.get("OPTIONS", {})
    return options


def encryption() -> Verdict:
    """A port on the loopback may be a tunnel: then it is the tunnel that encrypts."""
    open_lines = []
    for variable, url in (("REDIS_URL", conf.redis_url()), ("JOBS_REDIS_URL", conf.jobs_redis_url())):
        try:
            target = urls.parse(url, variable)
        except CacheUnavailable as error:
            return unknown(f"{error}.", f"Set {variable} to the address of the server.")
        if target.scheme == "redis" and not target.is_local:
            open_lines.append(variable)
    if not open_lines:
        return ok("What is said to Redis stays on this machine or is encrypted.")
    return fail(
        f"{open_lines[0]} leads to another machine without TLS.",
        consequence="Whoever is on the way between the two reads and changes everything that is said: the password, sessions, chats.",
        advice="Write rediss:// (also rediss+sentinel:// and rediss+cluster://) and switch TLS on at the server, or go through an"
        " encrypted tunnel.",
    )


CHECKS = (
    SettingsCheck("settings.serializers", "Unpickling", serializers),
    SettingsCheck("settings.timeouts", "Timeouts in the settings", timeouts),
    SettingsCheck("settings.encryption", "Encryption", encryption),
)
