"""`Server-Timing`, which browsers show beside each request: where its time went. While developing only: it tells what others
need not know, and costs what production need not pay.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from caching import trace
from caching.trace import Account, Trace, accounting
from caching.tracing.report import Totals, totals_of

Response = HttpResponseBase
GetResponse = Callable[[HttpRequest], Response | Awaitable[Response]]


class ServerTimingMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Response | Awaitable[Response]:
        if self._is_async:
            return self._respond_async(request)
        with _Timed() as timed:
            return timed.told(cast(Response, self.get_response(request)))

    async def _respond_async(self, request: HttpRequest) -> Response:
        with _Timed() as timed:
            return timed.told(await cast(Awaitable[Response], self.get_response(request)))


class _Timed:
    """One request, until its answer begins."""

    def __init__(self) -> None:
        self._account = trace.current() or Account()
        self._accounting = accounting(self._account)

    def __enter__(self) -> _Timed:
        self._trace: Trace = trace.begin(self._account, most=0)
        self._accounting.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._accounting.__exit__(None, None, None)
        trace.end(self._account)

    def told(self, response: Response) -> Response:
        response.headers["Server-Timing"] = header(totals_of(self._trace))
        return response


def header(totals: Totals) -> str:
    """Milliseconds, and what they were spent on."""
    parts = (
        ("cache", totals.cache_us, f"{totals.near} near, {totals.hits} hits, {totals.misses} misses"),
        ("db", totals.database_us, f"{totals.queries} queries"),
        ("ai", totals.ai_us, f"{totals.ai_asked} asked, {totals.ai_spared} spared"),
        ("total", totals.total_us, ""),
    )
    return ", ".join(
        f"{name};dur={us / 1000:.2f}" + (f';desc="{told}"' if told else "") for name, us, told in parts
    )
