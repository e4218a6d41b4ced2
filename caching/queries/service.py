"""Results that a developer keeps by hand, and invalidation by hand of all cached queries.

What is kept here depends on nothing but these calls: no change of the database drops it. Use a decorator where you can.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from caching import conf, entries, keys, policy, stats, tags, trace
from caching.codec import Undecodable
from caching.connection import wire
from caching.entries import Invalidated, invalidate
from caching.queries.arguments import canonical
from caching.queries.query import EVERY_QUERY, scope_tags
from caching.results.codec import ANYTHING
from caching.stats import Outcome, Timed
from caching.tags import Stamps

# What an unsuccessful look saw, for the value that is probably computed and kept next: if somebody invalidates meanwhile,
# the late value does not count.
_seen: ContextVar[Mapping[str, Stamps]] = ContextVar("seen_stamps", default=MappingProxyType({}))
SEEN_KEYS = 32


class DbCacheService:
    """Raises CacheUnavailable when Redis does not work."""

    def cache_query_result(
        self,
        query_name: str,
        result: Any,
        *,
        ttl: int | None = None,
        user_id: int | str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        """Keeps `result` for `ttl` seconds. Raises Uncacheable for a result or params that are no plain values."""
        key, names = _place(query_name, user_id, params)
        seen = _seen.get().get(key, {})
        stamps = {name: stamp for name, stamp in seen.items() if name in names}
        stamps |= tags.stamps([name for name in names if name not in stamps])
        now = time.time()
        life = ttl if ttl is not None else _default_ttl_seconds(query_name, user_id)
        entry = entries.made(stamps, ANYTHING.dump(result), computed_seconds=0, ttl_seconds=life, now=now)
        if any(map(tags.is_busy, stamps.values())):
            return
        wire.checked(wire.call([entries.keeping(key, entry, now=now)]))
        stats.moved(f"query:{query_name}", written=len(entry.body))

    def get_cached_query_result(
        self,
        query_name: str,
        *,
        user_id: int | str | None = None,
        params: Mapping[str, Any] | None = None,
        default: Any = None,
    ) -> Any:
        """What is kept, or `default`; a kept None is a hit."""
        began = time.perf_counter()
        key, names = _place(query_name, user_id, params)
        reading = entries.read(key, names)
        outcome, value = reading.outcome, default
        if reading.entry is not None:
            try:
                value = ANYTHING.load(reading.entry.body)
            except Undecodable:
                outcome = Outcome.UNDECODABLE
        if outcome is not Outcome.HIT:
            stamps = reading.stamps | tags.stamps([name for name in names if name not in reading.stamps])
            _seen.set(dict([*_seen.get().items(), (key, stamps)][-SEEN_KEYS:]))
        kind, seconds = f"query:{query_name}", time.perf_counter() - began
        stats.record(kind, outcome)
        if reading.entry is not None and outcome is Outcome.HIT:
            stats.timed(kind, Timed.NETWORK, seconds)
            stats.moved(kind, read=len(reading.entry.body))
        if trace.active:
            trace.note(kind, outcome, key, ", ".join(reading.at_fault), seconds=seconds)
        return value

    def invalidate_query_cache(
        self, query_name: str | None = None, *, user_id: int | str | None = None
    ) -> Invalidated:
        """The results of one query, or of one user; with both, that query of that user; with neither, every query."""
        if query_name is not None and user_id is not None:
            return invalidate([keys.owned_query_tag(query_name, "user", str(user_id))])
        if query_name is not None:
            return invalidate([keys.scope_tag("query", query_name)])
        return invalidate([EVERY_QUERY]) if user_id is None else self.invalidate_user_related_cache(user_id)

    def invalidate_user_related_cache(self, user_id: int | str) -> Invalidated:
        """Everything that was cached for this user, and for nobody else."""
        return invalidate([keys.scope_tag("user", str(user_id))])

    def invalidate_scenario_cache(self, scenario_id: int | str) -> Invalidated:
        """Everything that was cached for this scenario, and for no other."""
        return invalidate([keys.scope_tag("scenario", str(scenario_id))])


db_cache_service = DbCacheService()


def _place(
    query_name: str, user_id: int | str | None, params: Mapping[str, Any] | None
) -> tuple[str, tuple[str, ...]]:
    """The key, and the tags that every entry there has."""
    owners = {} if user_id is None else {"user": str(user_id)}
    digest = keys.digest(canonical(["kept by hand", query_name, user_id, dict(params or {})]))
    return keys.query_entry(conf.key_prefix(), query_name, digest, **owners), scope_tags(query_name, owners)


def _default_ttl_seconds(query_name: str, user_id: int | str | None) -> int:
    usual = policy.QUERY_TTL_SECONDS if user_id is None else policy.USER_QUERY_TTL_SECONDS
    return conf.current().query_ttl_seconds.get(query_name, usual)
