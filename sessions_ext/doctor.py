"""What the doctor asks on behalf of sessions: whether they stay where they are put."""

from __future__ import annotations

from django.conf import settings

from caching.doctor import Server, ServerCheck, SettingsCheck, Verdict, fail, ok, warn
from caching.doctor.persistence import keeps_nothing
from sessions_ext import conf

OUR_ENGINE = "sessions_ext.engine"
SPARING = frozenset({"noeviction", "volatile-ttl"})
"""Policies under which cached results go before sessions: those that live shortest are thrown out first."""
_IN_A_CACHE = frozenset(
    {"django.contrib.sessions.backends.cache", "django.contrib.sessions.backends.cached_db"}
)


def eviction(server: Server) -> Verdict:
    """Sessions have an expiry, as all our keys: the other `volatile-` policies do not spare them."""
    policy = server.says("maxmemory_policy")
    if policy in SPARING:
        return ok(f"Sessions lie beside the cache, and maxmemory-policy {policy} spares them.")
    dormant = "" if server.number("maxmemory") else " (it has no effect until maxmemory is set)"
    kept = (
        " Sessions of people who are signed in come back from the database." if conf.current().backup else ""
    )
    return fail(
        f"maxmemory-policy is {policy}, and sessions lie on the same server as the cache{dormant}.",
        consequence="When memory runs short Redis throws out sessions to make room for cached results: people are signed out, sign-ins"
        f" fail half way, and conversations with agents are forgotten.{kept}",
        advice="Set maxmemory-policy volatile-ttl (what expires soonest goes first, which is the cache) or noeviction.",
    )


def persistence(server: Server) -> Verdict:
    backup = conf.current().backup
    if not keeps_nothing(server):
        return ok("Redis keeps sessions on disk.")
    if backup:
        return ok(
            "Redis keeps nothing on disk; sessions of people who are signed in have a copy in the database."
        )
    return fail(
        "Redis keeps nothing on disk (appendonly no, save empty), and sessions have no copy in the database.",
        consequence="A restart of Redis signs everybody out.",
        advice="Set SESSION_BACKUP=true, or at the server appendonly yes with appendfsync everysec.",
    )


def backup() -> Verdict:
    if conf.current().backup:
        return ok("Sessions of people who are signed in have a copy in the database.")
    return warn(
        "SESSION_BACKUP is off: sessions are in Redis only.",
        consequence="If Redis loses its memory, by a failure or by eviction, everybody has to sign in again.",
        advice="Set SESSION_BACKUP=true. It costs one small write every few minutes for each person.",
    )


def engine() -> Verdict:
    """Django's own backends keep sessions in a cache, and `cache.clear()` is something that people do to caches."""
    if settings.SESSION_ENGINE not in _IN_A_CACHE:
        return ok("No session lies in a cache that can be emptied.")
    return fail(
        f"SESSION_ENGINE is {settings.SESSION_ENGINE}: sessions lie in the cache {settings.SESSION_CACHE_ALIAS!r}.",
        consequence="Whoever empties that cache signs everybody out.",
        advice=f'Set SESSION_ENGINE = "{OUR_ENGINE}", which keeps sessions apart from every cache.',
    )


CHECKS = (
    SettingsCheck("sessions.engine", "Place of sessions", engine),
    SettingsCheck("sessions.backup", "Copies of sessions", backup),
    ServerCheck("sessions.eviction", "Sessions and eviction", eviction),
    ServerCheck("sessions.persistence", "Sessions after a restart", persistence),
)
