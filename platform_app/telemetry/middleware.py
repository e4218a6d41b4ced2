"""A span for each request, sync or async, from here to the head of the response; what is streamed afterwards is not in it.

The settings name it only where traces are wanted. It stands directly before the scope of consistency, so that all that reads
the cache is inside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from platform_app import telemetry

Response = HttpResponseBase
GetResponse = Callable[[HttpRequest], Response | Awaitable[Response]]
UNTRACED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines."""


class TelemetryMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        if not telemetry.start():
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Response | Awaitable[Response]:
        if self._is_async:
            return self._respond_async(request)
        if request.path in UNTRACED:
            return self.get_response(request)
        with telemetry.request(request.method or "", request.headers) as span:
            return _described(span, request, cast(Response, self.get_response(request)))

    async def _respond_async(self, request: HttpRequest) -> Response:
        if request.path in UNTRACED:
            return await cast(Awaitable[Response], self.get_response(request))
        with telemetry.request(request.method or "", request.headers) as span:
            return _described(span, request, await cast(Awaitable[Response], self.get_response(request)))


def _described(span: Any, request: HttpRequest, response: Response) -> Response:
    """The pattern of the address, never the address: some hold a key, such as those of mails that confirm something."""
    route = getattr(request.resolver_match, "route", None)
    span.answered(route=route, status=response.status_code)
    return response
