"""Slow log and latency: which commands took long, and where the time goes. Of a command's arguments only their size is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from caching.admin.pages import VIEW, cache_page, frame
from caching.operations import latency, servers, slowlog
from caching.operations.servers import Unknown
from caching.operations.slowlog import Log

TITLE = "Slow log and latency"


@cache_page(VIEW)
def page(request: HttpRequest) -> HttpResponse:
    with servers.connected() as primaries:
        shown: dict[str, Any] = {
            "round_trips": _by_server(primaries, latency.round_trips(primaries)),
            "slow": slowlog.slow(primaries),
            "large_logs": _kept(
                [
                    ("large-requests", "Large requests", slowlog.large_requests(primaries)),
                    ("large-replies", "Large replies", slowlog.large_replies(primaries)),
                ]
            ),
            "monitors": latency.monitors(primaries),
            "commands": latency.commands(primaries),
            "has_several_servers": len(primaries) > 1,
        }
    return render(request, "admin/cache/latency.html", frame(request, TITLE, pings=latency.PINGS, **shown))


def _by_server(primaries: list[servers.Server], trips: Iterable[latency.RoundTrip | Unknown]) -> Any:
    return [(server.name, trip) for server, trip in zip(primaries, trips, strict=True)]


def _kept(logs: list[tuple[str, str, Log]]) -> list[tuple[str, str, Log]]:
    """Those that a server keeps: most know no such log."""
    return [named for named in logs if named[-1].noted]
