"""One traced request: what it was, the sums, and every decision. Names only, never a value, and no query string."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from caching import conf
from caching.ai.ledger.bill import bill_of
from caching.trace import AI, CACHE, DATABASE, Decision, Trace
from caching.tracing.words import said


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Times are microseconds; of what is done at the same time they add up. Money is US dollars, None for an unknown price."""

    near: int = 0
    hits: int = 0
    misses: int = 0
    bypasses: int = 0
    computed: int = 0
    waited: int = 0
    unstored: int = 0
    round_trips: int = 0
    queries: int = 0
    cache_us: int = 0
    database_us: int = 0
    ai_us: int = 0
    total_us: int = 0
    ai_asked: int = 0
    ai_spared: int = 0
    spent_tokens: int = 0
    saved_tokens: int = 0
    spent_usd: float | None = None
    saved_usd: float | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`at`: seconds since 1970. `more`: decisions beyond those that were kept."""

    id: str
    at: float
    method: str
    path: str
    status: int
    is_stream: bool
    totals: Totals
    decisions: list[Decision]
    more: int


def totals_of(trace: Trace) -> Totals:
    counted, seconds = trace.outcomes, trace.seconds
    bill = bill_of(trace.answers)
    return Totals(
        near=counted["near"],
        hits=counted["hit"],
        misses=counted["absent"] + counted["outdated"] + counted["undecodable"],
        bypasses=counted["bypass"],
        computed=counted["computed"] + counted["asked"],
        waited=counted["waited"],
        unstored=counted["unstored"],
        round_trips=trace.round_trips,
        queries=trace.statements,
        cache_us=_us(seconds.get(CACHE, 0.0)),
        database_us=_us(seconds.get(DATABASE, 0.0)),
        ai_us=_us(seconds.get(AI, 0.0)),
        total_us=_us(trace.total_seconds()),
        ai_asked=bill.asked if bill else 0,
        ai_spared=bill.spared if bill else 0,
        spent_tokens=bill.spent_tokens if bill else 0,
        saved_tokens=bill.saved_tokens if bill else 0,
        spent_usd=None if bill is None or bill.spent_usd is None else float(bill.spent_usd),
        saved_usd=None if bill is None or bill.saved_usd is None else float(bill.saved_usd),
    )


def made(
    trace: Trace,
    *,
    trace_id: str,
    method: str,
    path: str,
    status: int,
    is_stream: bool = False,
) -> Report:
    prefix = conf.key_prefix()
    decisions = [
        msgspec.structs.replace(each, key=each.key.removeprefix(prefix)) for each in trace.in_order()
    ]
    return Report(
        id=trace_id,
        at=time.time(),
        method=method,
        path=path,
        status=status,
        is_stream=is_stream,
        totals=totals_of(trace),
        decisions=decisions,
        more=trace.more,
    )


def as_data(report: Report) -> dict[str, Any]:
    """For JSON: with the reasons in plain words."""
    data: dict[str, Any] = msgspec.to_builtins(report)
    return data | {"decisions": list(_decisions(report))}


def _decisions(report: Report) -> Iterator[dict[str, Any]]:
    for decision in report.decisions:
        yield msgspec.to_builtins(decision) | {"explanation": said(decision).why}


def _us(seconds: float) -> int:
    return max(0, round(seconds * 1e6))
