"""Traces the requests that ask for it (`wishes`). It belongs outside of all that reads the cache, the session too.

A request is traced before it is known who makes it, so that nothing is missing; whoever may not trace gets the answer
as it is, and what was noted is dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from caching import trace
from caching.errors import CacheUnavailable
from caching.trace import Account, Trace, accounting
from caching.tracing import kept, report
from caching.tracing.pages import explanation
from caching.tracing.report import Report
from caching.tracing.streams import follow
from caching.tracing.wishes import HEADER, ID_HEADER, Wish, may_trace, taken

logger = logging.getLogger(__name__)

Response = HttpResponseBase
GetResponse = Callable[[HttpRequest], Response | Awaitable[Response]]


class TraceMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Response | Awaitable[Response]:
        wish = taken(request)
        if wish is Wish.NOTHING:
            return self.get_response(request)
        tracing = _Tracing(request, wish)
        return self._respond_async(request, tracing) if self._is_async else self._respond(request, tracing)

    def _respond(self, request: HttpRequest, tracing: _Tracing) -> Response:
        with tracing:
            response = cast(Response, self.get_response(request))
            return tracing.answered(response)

    async def _respond_async(self, request: HttpRequest, tracing: _Tracing) -> Response:
        with tracing:
            response = await cast(Awaitable[Response], self.get_response(request))
            return await sync_to_async(tracing.answered)(response)


class _Tracing:
    """One traced request. The trace goes on with the stream of its answer, and ends with this context otherwise."""

    def __init__(self, request: HttpRequest, wish: Wish) -> None:
        self._request = request
        self._wish = wish
        self._account = trace.current() or Account()
        self._accounting = accounting(self._account)
        self._id = kept.new_id()
        self._by = ""
        self._goes_on = False

    def __enter__(self) -> None:
        self._trace: Trace = trace.begin(self._account)
        self._accounting.__enter__()

    def __exit__(self, *error: object) -> None:
        self._accounting.__exit__(None, None, None)
        if not self._goes_on:
            trace.end(self._account)

    def answered(self, response: Response) -> Response:
        """What is sent in the end."""
        made = self._report(response)
        if not may_trace(self._request):
            return response
        self._by = str(self._request.user.pk)
        if self._wish is Wish.EXPLANATION:
            return self._explained(response, made)
        if isinstance(response, StreamingHttpResponse):
            self._goes_on = True
            follow(response, lambda: accounting(self._account), lambda: self._ended(response))
            response.headers[ID_HEADER] = self._id
        elif self._keep(made):
            response.headers[ID_HEADER] = self._id
        return _private(response)

    def _explained(self, response: Response, made: Report) -> Response:
        is_kept = self._keep(made)
        with accounting(Account()):
            page = explanation(self._request, made, is_kept=is_kept)
        page.cookies.update(response.cookies)  # the session goes on
        # The other response is not closed: that would be the end of the request, and of its connections.
        return _private(page)

    def _ended(self, response: Response) -> None:
        """The stream is over, or its reader has left."""
        made = self._report(response)
        trace.end(self._account)
        self._keep(made)

    def _report(self, response: Response) -> Report:
        return report.made(
            self._trace,
            trace_id=self._id,
            method=self._request.method or "",
            path=self._request.path,
            status=response.status_code,
            is_stream=isinstance(response, StreamingHttpResponse),
        )

    def _keep(self, made: Report) -> bool:
        try:
            with accounting(Account()):
                kept.keep(made, by=self._by)
        except CacheUnavailable as error:
            logger.warning("A trace was not kept: %s", error)
            return False
        return True


def _private(response: Response) -> Response:
    """Nobody else gets it from a cache on the way."""
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Cookie", "Authorization", HEADER))
    return response
