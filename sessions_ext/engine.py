"""Sessions in Redis: Django's cache session engine, with keys where an operator looks for them, `session:<id>`.

The values are JSON (django-redis serializer of `CACHES["default"]`), so a planted value can log somebody out but runs
nothing.
"""

from django.contrib.sessions.backends.cache import SessionStore as CacheSessionStore


class SessionStore(CacheSessionStore):
    cache_key_prefix = "session:"
