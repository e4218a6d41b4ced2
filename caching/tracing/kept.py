"""Traces in Redis, for some minutes: whoever has the id and may see them reads them there."""

from __future__ import annotations

import re
import secrets

import msgspec

from caching import conf, keys, policy, stats
from caching.connection import wire
from caching.tracing.report import Report

KEPT_SECONDS = 600

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


class Kept(msgspec.Struct, frozen=True):
    """`by`: the id of who asked for it."""

    by: str
    report: Report


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Kept)


def new_id() -> str:
    """Nobody guesses it."""
    return secrets.token_urlsafe(16)


def keep(report: Report, *, by: str) -> None:
    """Raises CacheUnavailable."""
    key = keys.trace(conf.key_prefix(), report.id)
    wire.checked(wire.call([("SET", key, _encode(Kept(by, report)), "EX", policy.with_jitter(KEPT_SECONDS))]))


def read(trace_id: str) -> Kept | None:
    """None: there is none, not any more, or nothing that could be read. Raises CacheUnavailable."""
    if not _ID.fullmatch(trace_id):
        return None
    (packed,) = wire.mget([keys.trace(conf.key_prefix(), trace_id)])
    if packed is None:
        return None
    try:
        return _decoder.decode(packed)
    except msgspec.DecodeError:
        stats.record("trace", stats.Outcome.UNDECODABLE)
        return None
