"""Key function for Django's own cache API (`CACHES[…]["KEY_FUNCTION"]`): the same namespaces and prefix as ours.

The prefix is read at each call: tests give every test its own.
"""

from django.conf import settings


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """`cache:<version>:<key>` for `cache.get()`, throttles, template fragments and the like."""
    return f"{settings.REDIS_KEY_PREFIX}cache:{key_prefix}{version}:{key}"
