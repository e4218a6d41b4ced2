"""The first page of the cache: whether it earns its keep, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from caching.admin.charts import Chart
from caching.admin.ledger_charts import ledger_charts
from caching.admin.overview_charts import overview_charts
from caching.admin.pages import VIEW, cache_page, frame, unavailable
from caching.ai.ledger.report import Report, copied_report, ledger_report
from caching.doctor import Level, warnings
from caching.errors import CacheUnavailable
from caching.inspection.figures import Figures, KindFigures, MemoryFigures, figures
from caching.inspection.overview import Overview, overview
from caching.stats.series import Period

MONEY_DAYS: Final = 30
MOST_KINDS: Final = 25
"""that have a row of their own unless somebody asks for all: to write hundreds of rows takes longer than to add them up"""
_PERIODS: Final = ((Period.HOUR, "Last hour"), (Period.DAY, "Last day"), (Period.WEEK, "Last week"))
_TIMED: Final = (
    ("network", "Hit in Redis"),
    ("computation", "Computation"),
    ("wait", "Wait for another's computation"),
    ("ai", "Answer of the AI"),
)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of all servers together. `max_bytes` 0: one of them has no limit; None: one of them does not say."""

    used_bytes: int | None
    max_bytes: int | None

    @property
    def of_max(self) -> float | None:
        return self.used_bytes / self.max_bytes if self.used_bytes is not None and self.max_bytes else None


@dataclass(frozen=True, slots=True)
class Kinds:
    """`rows`: of so many kinds there were. `rest`: those of which there is none, together."""

    rows: Sequence[KindFigures]
    count: int
    rest: KindFigures | None = None
    rest_count: int = 0

    @property
    def are_many(self) -> bool:
        return self.count > MOST_KINDS


@cache_page(VIEW)
def overview_page(request: HttpRequest) -> HttpResponse:
    period = _asked_for(request)
    try:
        seen, by_day, findings = overview(period), ledger_report(MONEY_DAYS), warnings()
    except CacheUnavailable as error:
        return unavailable(request, error, ledger=copied_report(MONEY_DAYS))
    is_whole = request.GET.get("kinds") == "all"
    told = figures(seen) if is_whole else figures(seen, most_kinds=MOST_KINDS)
    context = {
        "period": period,
        "periods": [{"title": title, "name": each, "is_current": each == period} for each, title in _PERIODS],
        "said_period": dict(_PERIODS)[period].lower(),
        "findings": findings,
        "fails": any(finding.level is Level.FAIL for finding in findings),
        "figures": told,
        "kinds": _kinds(told, len(seen.by_kind), is_whole=is_whole),
        "memory": _together(told.memory),
        "durations": _durations(told),
        "charts": _charts(seen, by_day),
        "ai_days": "today (UTC)" if told.ai.days == 1 else f"last {told.ai.days} days",
    }
    return TemplateResponse(request, "admin/cache/overview.html", frame(request, "Overview", **context))


def _asked_for(request: HttpRequest) -> Period:
    asked = request.GET.get("period")
    return Period(asked) if asked in set(Period) else Period.HOUR


def _charts(seen: Overview, by_day: Report) -> list[Chart]:
    """Of what there is something to draw of."""
    of_readings = overview_charts(seen.slots, seen.whole) if seen.whole.requests else []
    return [*of_readings, *(ledger_charts(by_day) if by_day.total.requests else [])]


def _kinds(told: Figures, count: int, *, is_whole: bool) -> Kinds:
    if is_whole or count <= MOST_KINDS:
        return Kinds(told.kinds, count)
    *rows, rest = told.kinds
    return Kinds(rows, count, rest, count - len(rows))


def _together(servers: Sequence[MemoryFigures]) -> Memory:
    limits = [server.max_bytes for server in servers]
    return Memory(_sum([server.used_bytes for server in servers]), 0 if 0 in limits else _sum(limits))


def _sum(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _durations(told: Figures) -> list[dict[str, Any]]:
    of = told.total.latencies
    return [{"label": label, "of": of[name]} for name, label in _TIMED if name in of]
