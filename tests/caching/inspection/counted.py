"""A known amount of what the cache does, counted and brought to Redis."""

from __future__ import annotations

from caching import stats
from caching.stats import Outcome, Timed, delivery

LIST = "query:scenario_list"
CHAT = "ai_chat"


def count_some() -> None:
    """Of 20 readings 15 were hits: 12 of 16 of one kind, 3 of 4 of another."""
    stats.reset()
    stats.record(LIST, Outcome.NEAR, 10)
    stats.record(LIST, Outcome.HIT, 2)
    stats.record(LIST, Outcome.ABSENT, 2)
    stats.record(LIST, Outcome.OUTDATED)
    stats.record(LIST, Outcome.BYPASS)
    stats.record(LIST, Outcome.COMPUTED, 3)
    stats.record(LIST, Outcome.WAITED)
    stats.moved(LIST, read=3000, written=1500)
    stats.timed(LIST, Timed.NETWORK, 0.001)
    stats.record(CHAT, Outcome.HIT, 3)
    stats.record(CHAT, Outcome.UNDECODABLE)
    stats.timed(CHAT, Timed.AI, 1.5)
    delivery.flush()
