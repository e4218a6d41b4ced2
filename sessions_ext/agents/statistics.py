"""How many agent sessions run. There is no list of them that every use would have to keep: their keys are counted.

A count looks at a bounded part of the keys of each primary, so that a page may ask for it, and says whether that was all.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypedDict, cast

from caching.connection import primary_clients, raising_cache_unavailable, wire
from sessions_ext import keys
from sessions_ext.agents import record, values

KEYS_A_SCAN = 1000
MOST_SCANS = 200
"""On each primary: about 200,000 keys of any kind, in a tenth of a second."""


class Statistics(TypedDict):
    """`running`: sessions by type of agent; `messages`: how many their transcripts hold. Not `complete`: these are some of them,
    as Redis has more keys than were looked at. What begins or ends during the count may be in it or not."""

    sessions: int
    running: dict[str, int]
    messages: int
    complete: bool


def count() -> Statistics:
    """Raises CacheUnavailable."""
    running: Counter[str] = Counter()
    messages, complete = 0, True
    with raising_cache_unavailable():
        for server in primary_clients():
            found, are_all = _session_keys(server)
            complete = complete and are_all
            for agent_type, said in _described(found):
                running[agent_type] += 1
                messages += said
    return Statistics(
        sessions=running.total(), running=dict(sorted(running.items())), messages=messages, complete=complete
    )


def _session_keys(server: Any) -> tuple[list[bytes], bool]:
    """And whether these are all."""
    ours = keys.agent_session("").removesuffix("}").encode()
    found: set[bytes] = set()  # SCAN may name a key twice
    cursor = 0
    for _ in range(MOST_SCANS):
        # Whatever the prefix: it may hold what a pattern takes for a sign.
        cursor, some = server.scan(cursor, match="*agent_session:*", count=KEYS_A_SCAN, _type="hash")
        found.update(key for key in some if key.startswith(ours))
        if not cursor:
            return list(found), True
    return list(found), False


def _described(session_keys: list[bytes]) -> Iterator[tuple[str, int]]:
    """Type of agent and how many messages are kept; what is none of our sessions is passed over."""
    rest = iter(session_keys)
    while some := list(islice(rest, KEYS_A_SCAN)):
        replies = wire.call([("HMGET", key, "about", "said") for key in some], idempotent=True)
        for reply in replies:
            try:
                about, said = cast(Any, reply)
                yield record.understood(about).agent_type, min(int(said), values.MOST_MESSAGES)
            except (TypeError, ValueError):
                continue
