"""The decorators: a function that reads the database becomes one whose results are cached, and are never stale.

    @cache_db_query("scenario_list", ttl=600)      any query; 1800 s unless a ttl is given
    @cache_user_query(ttl=300)                     what belongs to one user: needs a parameter `user_id` or `user`
    @cache_static_query() · @cache_dynamic_query() what seldom or often changes: 3600 s and 600 s

What a result depends on is found by itself. The ttl is no measure of truth, only of how long an unused entry is kept.
Functions may be sync or async. What they return is given to every caller as a copy of his own, unless it is immutable.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Hashable
from functools import wraps
from time import perf_counter
from typing import Any, ParamSpec, TypeVar, cast

from caching import near, pending, policy, trace
from caching.errors import Uncacheable
from caching.near import scopes
from caching.queries import running
from caching.queries.query import Query

P = ParamSpec("P")
R = TypeVar("R")


def cache_db_query(
    name: str | None = None, *, ttl: int = policy.QUERY_TTL_SECONDS
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`name` stands in the key and in the statistics (a-z, 0-9, _); it is the function's own unless given.

    Raises Uncacheable here for a function that cannot be cached, and at the call for arguments or results that cannot be.
    A call raises CacheUnavailable when Redis does not work, and whatever the function raises; errors are not kept.
    """
    return _caching(name, ttl, needs_user=False)


def cache_user_query(
    name: str | None = None, *, ttl: int = policy.USER_QUERY_TTL_SECONDS
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `cache_db_query`, for what belongs to one user: the parameter `user_id` or `user`, positional or keyword."""
    return _caching(name, ttl, needs_user=True)


def cache_static_query(
    name: str | None = None, *, ttl: int = policy.STATIC_QUERY_TTL_SECONDS
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `cache_db_query`, kept for an hour."""
    return _caching(name, ttl, needs_user=False)


def cache_dynamic_query(
    name: str | None = None, *, ttl: int = policy.DYNAMIC_QUERY_TTL_SECONDS
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `cache_db_query`, kept for ten minutes."""
    return _caching(name, ttl, needs_user=False)


def _caching(
    name: str | None, ttl_seconds: int, *, needs_user: bool
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    if callable(name):
        raise Uncacheable("Write the decorator with brackets: @cache_db_query().")
    if ttl_seconds < 1:
        raise Uncacheable(f"A ttl is at least one second, not {ttl_seconds}.")

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        query: Query[Any] = Query(function, _name_of(function) if name is None else name, ttl_seconds)
        if needs_user and not query.arguments.has_owner("user"):
            raise Uncacheable(f"{function.__qualname__}() needs a parameter `user_id` or `user`.")
        if inspect.iscoroutinefunction(function):
            return cast("Callable[P, R]", _async_door(query, function))
        return _sync_door(query, function)

    return decorate


def _name_of(function: Callable[..., Any]) -> str:
    return re.sub(r"[^a-z0-9_]", "_", function.__name__.lower())[:64]


def _sync_door(query: Query[R], function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def cached(*args: P.args, **kwargs: P.kwargs) -> R:
        near_key = _near_key(query, args, kwargs) if kwargs else (query, args, tuple(map(type, args)))
        scope = scopes.ready()
        began = perf_counter() if trace.active else 0.0
        if scope is not None:
            entry = _near(near_key)
            if entry is not None and not pending.thread.transactions:
                scope.account.near += 1
                return query.near_hit(entry, began)
        return running.answer(query, query.call(args, kwargs, near_key), scope, began)

    return cached


def _async_door(query: Query[R], function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    @wraps(function)
    async def cached(*args: P.args, **kwargs: P.kwargs) -> R:
        near_key = _near_key(query, args, kwargs)
        scope = scopes.ready_without_io()
        began = perf_counter() if trace.active else 0.0
        if scope is not None:
            entry = _near(near_key)
            if entry is not None and not (pending.thread.transactions or pending.context_written()):
                scope.account.near += 1
                return query.near_hit(entry, began)
        return await running.answer_async(query, query.call(args, kwargs, near_key))

    return cached


def _near_key(query: Query[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Hashable:
    """The call as it was written, for this process. Types belong to it, since 1 == True == 1.0."""
    types = tuple(map(type, args))
    if kwargs:
        return (query, args, types, *kwargs.items(), *map(type, kwargs.values()))
    return (query, args, types)


def _near(near_key: Hashable) -> near.Entry | None:
    try:
        return near.get(near_key)
    except TypeError:  # a list or a dict among the arguments
        return None
