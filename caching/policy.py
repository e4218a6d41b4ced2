"""How long things live. Pure numbers; the random part of an expiry can be given for a test."""

import math
import random
from collections.abc import Callable, Mapping

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

AI_TTL_SECONDS: Mapping[str, int] = {
    "scenario_analysis": 7 * DAY,
    "scenario_generation": DAY,
    "chat": 30 * MINUTE,
    "simple_chat": 30 * MINUTE,
}
"""By operation."""
KIND_TTL_SECONDS: Mapping[str, int] = {"embedding": DAY, "image": DAY}
"""For operations that are not named above."""
OTHER_AI_TTL_SECONDS = HOUR
EVENT_LOG_TTL_SECONDS = 15 * MINUTE

USER_QUERY_TTL_SECONDS = 5 * MINUTE
STATIC_QUERY_TTL_SECONDS = HOUR
DYNAMIC_QUERY_TTL_SECONDS = 10 * MINUTE
QUERY_TTL_SECONDS = 30 * MINUTE
# A stamp that expires costs misses only, yet it should outlive the entries that rest on it.
TAG_TTL_SECONDS = 7 * DAY

JITTER = 0.1
# Above 1, values are refreshed earlier than is optimal for exponentially distributed computation times.
XFETCH_BETA = 1.0


def ai_ttl_seconds(operation: str, kind: str, overrides: Mapping[str, int]) -> int:
    """The most particular rule wins: the operator's, the operation's, the kind's, the general one."""
    for rules, name in ((overrides, operation), (AI_TTL_SECONDS, operation), (KIND_TTL_SECONDS, kind)):
        if name in rules:
            return rules[name]
    return OTHER_AI_TTL_SECONDS


def with_jitter(ttl_seconds: float, *, rand: Callable[[], float] = random.random) -> int:
    """±10 %, so that entries written together do not expire together."""
    return max(1, round(ttl_seconds * (1 + JITTER * (2 * rand() - 1))))


def refresh_at(
    expires_at: float, computed_seconds: float, *, rand: Callable[[], float] = random.random
) -> float:
    """When this reader should compute a value anew though it still lives, so that its expiry never meets a crowd.

    XFetch (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015): the longer the
    computation took, the earlier; and each reader draws his own moment. `rand` gives numbers in [0, 1).
    """
    return expires_at + computed_seconds * XFETCH_BETA * math.log(1 - rand())
