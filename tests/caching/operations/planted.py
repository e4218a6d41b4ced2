"""Keys put into Redis by hand, behind the prefix of the test, and pages that are read to their end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

from caching.connection import redis_client
from caching.operations.browsing import Page, browse
from caching.operations.places import Place
from caching.operations.searches import Search


def key(name: str | bytes) -> bytes:
    tail = name.encode() if isinstance(name, str) else name
    return settings.REDIS_KEY_PREFIX.encode() + tail


def plant(names: Iterable[str | bytes], value: bytes = b"x", *, seconds: int = 600) -> None:
    pipe: Any = redis_client().pipeline(transaction=False)
    for name in names:
        pipe.set(key(name), value, ex=seconds)
    pipe.execute()


def pages_of(search: Search) -> Iterator[Page]:
    """Through all places as texts, as a browser carries them."""
    page = browse(search)
    yield page
    while page.next is not None:
        page = browse(search, Place.of(str(page.next)))
        yield page


def names_of(search: Search) -> list[bytes]:
    return [facts.name for page in pages_of(search) for facts in page.keys]
