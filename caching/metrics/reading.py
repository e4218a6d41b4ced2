"""What one scrape asks Redis for, once. What it could not be told is missing, and `is_up` says so."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from caching.ai.ledger import totals as ai_totals
from caching.ai.ledger.totals import Sums
from caching.connection import servers, wire
from caching.connection.servers import Info
from caching.errors import CacheUnavailable
from caching.stats import processes, sheets
from caching.stats.numbers import Numbers
from caching.stats.processes import Process


@dataclass(slots=True)
class Facts:
    """`servers`: what each primary says of itself, by its address; one that may not be asked is not among them."""

    is_up: bool = False
    totals: Mapping[str, Numbers] = field(default_factory=dict)
    ai: Mapping[ai_totals.Asked, Sums] = field(default_factory=dict)
    processes: tuple[Process, ...] = ()
    servers: Mapping[str, Info] = field(default_factory=dict)


def read() -> Facts:
    """Three round trips. Never fails for want of Redis: after a question that is not answered nothing more is asked."""
    facts = Facts()
    with suppress(CacheUnavailable):
        questions = (sheets.asking_total(), ai_totals.asking(), processes.asking())
        counted, booked, ids = wire.call(questions, idempotent=True)
        facts.totals = sheets.understood(counted)
        facts.ai = ai_totals.understood(booked)
        facts.processes = tuple(processes.named(ids))
        facts.servers = servers.info()
        facts.is_up = True
    return facts
