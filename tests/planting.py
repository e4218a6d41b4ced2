"""A full Redis: 100,000 keys of ours as the program itself writes them, among 200,000 of other programs.

Some are as they should not be: without an expiry, undecodable, far too large. Lua plants them, in about a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import redis

from caching import ai_cache_service, conf, db_cache_service

OURS = 100_000
FOREIGN = 200_000
CHUNK = 10_000
DAY_SECONDS = 86_400

# `#` in a name becomes the number. A life of 0 is none.
_COPIES = """
local life = tonumber(ARGV[3])
for number = ARGV[1], ARGV[2] do
    local name = string.gsub(ARGV[4], '#', string.format('%d', number))
    redis.call(ARGV[5], name, unpack(ARGV, 6))
    if life > 0 then redis.call('EXPIRE', name, life) end
end
"""


@dataclass(frozen=True)
class Patch:
    """So many keys of one form. `name` has a `#` in place of the number; `fill` is a command and what follows its key."""

    share: float
    name: str
    fill: tuple[bytes | str, ...]
    life_seconds: int = DAY_SECONDS


def plant(server: redis.Redis, *, ours: int = OURS, foreign: int = FOREIGN) -> None:
    numbers = count()
    for total, patches in ((ours, _our_patches()), (foreign, _foreign_patches())):
        for patch in patches:
            _plant(server, patch, round(total * patch.share), next(numbers))
    plant_leftovers(server)
    _plant_large(server, "other:large:")


def plant_leftovers(server: redis.Redis, *, each: int = 1_000) -> None:
    """What a cleanup takes away: the same ones each time."""
    result, _ = _packed()
    start, digest = f"{conf.key_prefix()}db_query:", f"{'0' * 28}%#"
    forgotten = Patch(1, f"{start}forgotten:{digest}", ("SET", result), life_seconds=0)
    damaged = Patch(1, f"{start}damaged:{digest}", ("SET", "no entry of ours"))
    for salt, patch in enumerate((forgotten, damaged), 100):
        _plant(server, patch, each, salt)
    _plant_large(server, f"{start}large:")


def _plant_large(server: redis.Redis, start: str) -> None:
    """A string of 5 MB and a HASH of 100,000 fields."""
    server.set(f"{start}{'a' * 40}", b"x" * 5_000_000, ex=DAY_SECONDS)
    large = f"{start}{'b' * 40}"
    for first in range(0, 100_000, CHUNK):
        server.hset(large, mapping={f"field {number}": number for number in range(first, first + CHUNK)})
    server.expire(large, DAY_SECONDS)


def _plant(server: redis.Redis, patch: Patch, wanted: int, salt: int) -> None:
    name = patch.name.replace("%", f"{salt:04x}")
    for first in range(0, wanted, CHUNK):
        last = min(first + CHUNK, wanted) - 1
        server.eval(_COPIES, 0, first, last, patch.life_seconds, name, *patch.fill)


def _our_patches() -> list[Patch]:
    result, answer = _packed()
    prefix, digest = conf.key_prefix(), f"{'0' * 28}%#"
    return [
        Patch(0.42, f"{prefix}db_query:progress:user:#:{digest}", ("SET", result)),
        Patch(0.15, f"{prefix}db_query:scenario:scenario:#:{digest}", ("SET", result)),
        Patch(0.20, f"{prefix}ai_cache:persona_reply:{digest}", ("SET", answer)),
        Patch(0.12, f"{prefix}tag:0123456789ab:platform_app_message:id=#", ("SET", "0123456789abcdef")),
        Patch(0.06, f"{prefix}session:{digest}", ("HSET", "_auth_user_id", '"7"', "~saved", "1")),
        Patch(0.03, f"{prefix}agent_session:{{{digest}}}", ("HSET", "about", "{}", "said", "3")),
        Patch(0.02, f"{prefix}throttle:sign_in:{digest}", ("ZADD", "1", "attempt")),
    ]


def _foreign_patches() -> list[Patch]:
    return [
        Patch(0.80, "shop:cart:%:#", ("SET", "x" * 40)),
        Patch(0.15, "rq:job:%:#", ("HSET", "status", "finished", "data", "x" * 40)),
        Patch(0.05, "sessions-of-others:%:#", ("SET", "x" * 40), life_seconds=0),
    ]


def _packed() -> tuple[bytes, bytes]:
    """A result and an answer as they lie in Redis."""
    rows = [{"scenario": number, "title": "The price of cold", "score": 0.5} for number in range(5)]
    db_cache_service.cache_query_result("planted", rows, user_id=7)
    ai_cache_service.cache_openai_response(
        operation="planted", input_data="What is margin?", response={"text": "Margin is " * 10}, model="m"
    )
    return _value_of("db_query:planted:*"), _value_of("ai_cache:planted:*")


def _value_of(pattern: str) -> bytes:
    from caching.connection import redis_client

    (key,) = set(redis_client().scan_iter(match=conf.key_prefix() + pattern, count=1000))
    value = redis_client().get(key)
    assert isinstance(value, bytes)
    return value
