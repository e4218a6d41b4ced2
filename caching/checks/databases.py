"""Databases that the cache can watch."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.db import connections

from caching.db.observed import ObservedDatabase

ENGINES = {
    "django.db.backends.postgresql": "caching.db.postgresql",
    "django.db.backends.sqlite3": "caching.db.sqlite3",
}
Messages = list[checks.CheckMessage]


def check_engines(**_: Any) -> Messages:
    """caching.E001"""
    return [
        checks.Error(
            f"The database {alias!r} has the engine {engine!r}, through which the cache does not see what is read and"
            " written: results of cached functions that read it would be stale.",
            hint=_engine_instead(alias, engine),
            id="caching.E001",
        )
        for alias, engine in _engines()
        if engine != "django.db.backends.dummy" and not isinstance(connections[alias], ObservedDatabase)
    ]


def _engines() -> list[tuple[str, str]]:
    return [(alias, connections.settings[alias]["ENGINE"]) for alias in connections]


def _engine_instead(alias: str, engine: str) -> str:
    if engine in ENGINES:
        return f'Write DATABASES[{alias!r}]["ENGINE"] = {ENGINES[engine]!r}: the same backend, observed.'
    return (
        "Over another backend of PostgreSQL or SQLite write one of your own, as the docstrings of caching.db.postgresql.base"
        " and caching.db.sqlite3.base show. Other databases cannot be cached; if no cached function reads this one, silence"
        " this check."
    )
