"""The keys, a page at a time. Each page takes a bounded number of steps of SCAN and a bounded time, and says how far it got.

A page ends where a step ends, so nothing is remembered between two pages but the cursor: a key that is there all the time
is on exactly one of them, as SCAN promises, or on two if Redis changes the size of its table meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from time import monotonic
from typing import Any

from caching.codec import Undecodable
from caching.connection import raising_cache_unavailable, wire
from caching.connection.clients import Client
from caching.entries import Entry
from caching.inspection import names
from caching.inspection.facts import Facts, facts_of
from caching.inspection.kept import entry_in
from caching.inspection.places import BadPlace, Place
from caching.inspection.primaries import Primary, client_of, fingerprint, primaries
from caching.inspection.searches import Search

KEYS_A_PAGE = 50
FULL_FROM = 45
KEYS_A_STEP = 500
# Their values are fetched as well.
ENTRIES_A_STEP = 250
MOST_STEPS = 200
SECONDS_A_PAGE = 0.15
MOST_FETCHED_BYTES = 64 * 2**10

_ENTRIES = (b"db_query:", b"ai_cache:")


@dataclass(frozen=True, slots=True)
class Page:
    """`looked_at` of `total` keys, about, those of earlier pages among them. `next`: where to go on; None: that was all.

    `unread`: entries that were too large to be looked into for their scope.
    """

    keys: tuple[Facts, ...]
    looked_at: int
    total: int
    next: Place | None
    unread: int


def named(text: str) -> Facts | None:
    """The key of exactly this name, which nobody need look for. Raises CacheUnavailable."""
    name = text.encode(errors="surrogatepass")
    found = facts_of(client_of(names.key_of(name)), [name])
    return found[0] if found else None


def browse(search: Search, place: Place | None = None) -> Page:
    """Raises BadPlace, CacheUnavailable."""
    walk = _Walk(search, primaries(), place)
    with raising_cache_unavailable():
        walk.run()
        return walk.page()


@dataclass(slots=True)
class _Step:
    cursor: int
    found: list[bytes]
    unread: int = 0


class _Walk:
    """From a place on, until the page is full, the time is up, or there is nothing more."""

    def __init__(self, search: Search, servers: Sequence[Primary], place: Place | None) -> None:
        self._search = search
        self._servers = servers
        self._place = place or Place(fingerprint(servers))
        if self._place.fingerprint != fingerprint(servers) or self._place.server >= len(servers):
            raise BadPlace("Redis was restarted, or other servers have taken over, since. Begin again.")
        self._found: dict[bytes, Client] = {}
        self._unread = 0

    def run(self) -> None:
        most = ENTRIES_A_STEP if self._search.scope else KEYS_A_STEP
        count, until, has_moved = most, monotonic() + SECONDS_A_PAGE, False
        for _ in range(MOST_STEPS):
            step = self._step(count)
            room = KEYS_A_PAGE - len(self._found)
            if len(step.found) <= room or (count == 1 and not self._found):
                self._accept(step, count)
                count, has_moved = min(most, count * 2), True
            elif count > 1 and room > KEYS_A_PAGE // 2:
                # The same place again, in a step that the page has room for.
                count = max(1, count * room * 9 // (len(step.found) * 10))
            else:
                return
            if self._is_over or len(self._found) >= FULL_FROM or (has_moved and monotonic() > until):
                return

    def page(self) -> Page:
        before = sum(server.keys for server in self._servers[: self._place.server])
        return Page(
            keys=tuple(self._facts()),
            looked_at=before + self._place.passed,
            total=sum(server.keys for server in self._servers),
            next=None if self._is_over else self._place,
            unread=self._unread,
        )

    @property
    def _is_over(self) -> bool:
        return self._place.server == len(self._servers)

    def _step(self, count: int) -> _Step:
        client: Any = self._servers[self._place.server].client
        cursor, found = client.scan(
            self._place.cursor, match=self._search.pattern, count=count, _type=self._search.type or None
        )
        # SCAN may name a key twice.
        fitting = [
            name
            for key in dict.fromkeys(found)
            if (name := names.name_of(key)) is not None and self._search.wants(name)
        ]
        step = self._scoped(cursor, fitting) if self._search.scope else _Step(cursor, fitting)
        step.found = [name for name in step.found if name not in self._found]
        return step

    def _accept(self, step: _Step, count: int) -> None:
        server = self._servers[self._place.server]
        self._found |= dict.fromkeys(step.found, server.client)
        self._unread += step.unread
        if step.cursor:
            passed = min(server.keys, self._place.passed + count)
            self._place = self._place._replace(cursor=step.cursor, passed=passed)
        else:
            self._place = Place(self._place.fingerprint, self._place.server + 1)

    def _scoped(self, cursor: int, fitting: list[bytes]) -> _Step:
        """Those that have the scope in their name; and entries that have it among their tags, which must be fetched."""
        named = [name for name in fitting if self._search.is_named_in(name)]
        asked = [name for name in set(fitting).difference(named) if name.startswith(_ENTRIES)]
        # A client's pipeline would take five times as long as the wire.
        commands = [("GETRANGE", names.key_of(name), 0, MOST_FETCHED_BYTES) for name in asked]
        step = _Step(cursor, named)
        for name, packed in zip(asked, wire.call(commands, idempotent=True), strict=True):
            if isinstance(packed, bytes) and len(packed) > MOST_FETCHED_BYTES:
                step.unread += 1
            elif isinstance(packed, bytes) and self._search.is_among(_tags_in(packed)):
                step.found.append(name)
        return step

    def _facts(self) -> list[Facts]:
        by_client = groupby(self._found.items(), key=lambda item: item[1])
        return [
            facts for client, items in by_client for facts in facts_of(client, [name for name, _ in items])
        ]


def _tags_in(packed: bytes) -> tuple[str, ...]:
    try:
        entry = entry_in(packed)
    except Undecodable:
        return ()
    return entry.tags if isinstance(entry, Entry) else ()
