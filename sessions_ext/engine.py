"""Sessions in Redis: Django's cache session engine, with keys where an operator looks for them, `session:<id>`.

The values are JSON (django-redis serializer of `CACHES["sessions"]`), so a planted value can log somebody out but runs
nothing. Redis out of reach is CacheUnavailable, never an empty session: nobody is signed out by a hiccup.
"""

from typing import Any

import redis
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.cache import SessionStore as CacheSessionStore

from caching.connection import raising_cache_unavailable


class SessionStore(CacheSessionStore):
    cache_key_prefix = "session:"

    def load(self) -> dict[str, Any]:
        """What is stored; an empty session under a new id when there is nothing, or nothing that we could have written."""
        data = self._stored()
        if isinstance(data, dict):
            return data
        self._session_key = None
        return {}

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    def _stored(self) -> Any:
        with raising_cache_unavailable():
            try:
                return self._cache.get(self.cache_key)  # type: ignore[attr-defined]
            except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested without end
                return None
            except redis.ResponseError as error:
                if str(error).startswith("WRONGTYPE"):  # somebody's list or hash lies under the key
                    return None
                raise
