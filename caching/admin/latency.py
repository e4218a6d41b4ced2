"""Slow log and latency: which commands took long, and where the time goes. Of a command's arguments only their size is shown."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from caching.admin.pages import VIEW, cache_page, frame
from caching.inspection import latency, servers, slowlog, timings
from caching.inspection.servers import Server
from caching.inspection.slowlog import Log
from caching.stats import series
from caching.stats.series import Period

TITLE = "Slow log and latency"


@cache_page(VIEW)
def page(request: HttpRequest) -> HttpResponse:
    period = _period(request)
    context = {
        "period": period,
        "periods": list(Period),
        "timings": timings.by_kind(series.read(period)),
        "pings": latency.PINGS,
    }
    with servers.connected() as primaries:
        context |= _told(primaries)
    return render(request, "admin/cache/latency.html", frame(request, TITLE, **context))


def _period(request: HttpRequest) -> Period:
    with suppress(ValueError):
        return Period(request.GET.get("period", ""))
    return Period.HOUR


def _told(primaries: list[Server]) -> dict[str, Any]:
    names = [server.name for server in primaries]
    large = [
        ("large-requests", "Large requests", slowlog.large_requests(primaries)),
        ("large-replies", "Large replies", slowlog.large_replies(primaries)),
    ]
    return {
        "round_trips": list(zip(names, latency.round_trips(primaries), strict=True)),
        "slow": slowlog.slow(primaries),
        "large_logs": [named for named in large if _is_kept(named[-1])],
        "monitors": latency.monitors(primaries),
        "commands": latency.commands(primaries),
        "has_several_servers": len(primaries) > 1,
    }


def _is_kept(log: Log) -> bool:
    """Most servers know no such log."""
    return bool(log.noted)
