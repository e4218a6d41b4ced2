"""What sessions leave behind: copies of expired ones in the database, members of an index whose session is gone, and keys that
have lost their expiry. `cache_cleanup` takes it away, and `sessions_cleanup` what is in the database."""

from __future__ import annotations

from typing import cast

from django.conf import settings

from caching import policy
from caching.connection import wire
from caching.operations import cleaning, shapes
from caching.operations.cleaning import Cleaner, KeyCleaner, Keys
from caching.operations.shapes import DIGEST, ID, NAME, Shape
from sessions_ext import conf, keeping, keys, store
from sessions_ext.agents import copies
from sessions_ext.devices import is_digest

_INDEX = rf"session_index:{ID}"
_JSON = r"[{\[\"]|(-?\d+|true|false|null)\Z"
_AGENT = rf"agent_session:\{{{DIGEST}\}}"

ROWS = (
    Cleaner("session_copies", "Copies of expired sessions", keeping.forget_expired),
    Cleaner("agent_session_copies", "Copies of expired agent sessions", copies.delete_expired),
)


def leave_ended_sessions(keys_and_shapes: Keys) -> int:
    """Takes out of the indexes what stands for no session any more."""
    return sum(_leave(index) for index, shape in keys_and_shapes if shape.form == _INDEX)


def _leave(index: str) -> int:
    ends = _ends_in(index)
    gone = _gone(list(ends))
    if not gone:
        return 0
    _call([("ZREM", index, digest) for digest in gone])
    # One of them may have been brought back in between, and entered before it was taken out.
    if back := set(gone) - set(_gone(gone)):
        _call([("ZADD", index, ends[digest], digest) for digest in back])
    return len(gone) - len(back)


def _ends_in(index: str) -> dict[bytes, bytes]:
    """Digests and when they end; none for an index with a member that we cannot have written."""
    (reply,) = wire.call([("ZRANGE", index, 0, -1, "WITHSCORES")], idempotent=True)
    words = reply if isinstance(reply, list) else []
    ends = dict(zip(words[::2], words[1::2], strict=True))
    return ends if all(map(is_digest, ends)) else {}


def _gone(digests: list[bytes]) -> list[bytes]:
    replies = _call([("EXISTS", keys.session(digest.decode())) for digest in digests])
    return [digest for digest, exists in zip(digests, replies, strict=True) if not exists]


def _call(commands: list[wire.Command]) -> list[int]:
    replies = wire.call(commands, idempotent=True) if commands else []
    wire.checked(replies)
    return cast(list[int], replies)


def _session_seconds() -> int:
    return min(settings.SESSION_COOKIE_AGE, conf.current().absolute_seconds)


def register() -> None:
    """For the start of the program."""
    shapes.register(
        Shape(rf"session:{DIGEST}", "hash", _session_seconds, field=store.BEGAN.decode()),
        Shape(_INDEX, "zset", _session_seconds, value=rf"{DIGEST}\Z"),
        Shape(_AGENT, "hash", lambda: conf.current().agent_ttl_seconds, field="about"),
        Shape(rf"{_AGENT}:transcript", "stream", lambda: conf.current().agent_ttl_seconds),
        Shape(rf"oauth:{NAME}:{DIGEST}", "string", lambda: conf.current().oauth_seconds, value=_JSON),
        # Longer than any window in which attempts are counted.
        Shape(rf"throttle:{NAME}:{DIGEST}", "zset", lambda: policy.HOUR),
    )
    cleaning.register(
        *ROWS,
        KeyCleaner("session_index", "Sessions in a user's index that are gone", leave_ended_sessions),
    )
