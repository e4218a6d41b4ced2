"""Keys put into Redis by hand, behind the prefix of the test, and pages that are read to their end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

from caching.connection import redis_client
from caching.inspection.browsing import Page, browse
from caching.inspection.places import Place
from caching.inspection.searches import Search
from tests.servers import OWN_REDIS


def key(name: str | bytes) -> bytes:
    tail = name.encode() if isinstance(name, str) else name
    return settings.REDIS_KEY_PREFIX.encode() + tail


def plant(names: Iterable[str | bytes], value: bytes = b"x", *, seconds: int = 600) -> None:
    pipe: Any = redis_client().pipeline(transaction=False)
    for name in names:
        pipe.set(key(name), value, ex=seconds)
    pipe.execute()


def empty_redis() -> None:
    """Takes away all keys, those of others too: never of a server that was not started for the tests."""
    assert OWN_REDIS in os.environ, "This test empties Redis: run it without REDIS_URL."
    redis_client().flushdb()


def pages_of(search: Search) -> Iterator[Page]:
    """Through all places as texts, as a browser carries them."""
    page = browse(search)
    yield page
    while page.next is not None:
        page = browse(search, Place.of(str(page.next)))
        yield page


def names_of(search: Search) -> list[bytes]:
    return [facts.name for page in pages_of(search) for facts in page.keys]
