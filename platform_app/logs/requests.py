"""Two lines for each request: when it begins, and when it has ended, with what it took. The outermost middleware but for those
that serve files.

Each request has an id, which is in every line that is written meanwhile, in those of its jobs, and in `X-Request-ID` of the
answer. A proxy in front may give it one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, cast
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bound_contextvars

from caching.trace import Account, accounting
from caching.tracing.streams import follow
from platform_app.logs.censor import path_for_logs
from platform_app.logs.figures import figures

HEADER = "X-Request-ID"
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines: said only with LOG_LEVEL=DEBUG, unless they fail."""

_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,64}")

Response = HttpResponseBase
GetResponse = Callable[[HttpRequest], Response | Awaitable[Response]]
logger: structlog.stdlib.BoundLogger = structlog.get_logger("platform_app.requests")


class RequestLogMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Response | Awaitable[Response]:
        logged = _Logged(request)
        if self._is_async:
            return self._respond_async(request, logged)
        with logged.within():
            logged.begin()
            return logged.answered(cast(Response, self.get_response(request)))

    async def _respond_async(self, request: HttpRequest, logged: _Logged) -> Response:
        with logged.within():
            logged.begin()
            try:
                return logged.answered(await cast(Awaitable[Response], self.get_response(request)))
            except asyncio.CancelledError:
                logger.warning("request_cancelled", **logged.fields())
                raise


class _Logged:
    """One request, from its beginning to the end of its answer."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._id = request_id(request)
        self._account = Account()
        self._began = perf_counter()

    @contextmanager
    def within(self) -> Iterator[None]:
        with accounting(self._account), bound_contextvars(request_id=self._id):
            yield

    def begin(self) -> None:
        self._log("request_started", **self._address())

    def answered(self, response: Response) -> Response:
        response.headers[HEADER] = self._id
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            follow(response, self.within, lambda: self._end_stream(response))
        else:
            self._end(response, is_stream=False)
        return response

    def fields(self) -> dict[str, Any]:
        fields = self._address()
        if (who := user_id(self._request)) is not None:
            fields["user_id"] = who
        return fields | {
            "duration_ms": round((perf_counter() - self._began) * 1000, 1),
            **figures(self._account),
        }

    def _end_stream(self, response: Response) -> None:
        with self.within():
            self._end(response, is_stream=True)

    def _end(self, response: Response, *, is_stream: bool) -> None:
        status = response.status_code
        streamed = {"streamed": True} if is_stream else {}
        self._log("request_finished", status, status=status, **streamed, **self.fields())

    def _address(self) -> dict[str, Any]:
        return {"method": self._request.method, "path": path_for_logs(self._request.path)}

    def _log(self, event: str, status_code: int = 200, **fields: Any) -> None:
        if status_code >= 500:
            logger.error(event, **fields)
        elif self._request.path in QUIET:
            logger.debug(event, **fields)
        else:
            logger.info(event, **fields)


def request_id(request: HttpRequest) -> str:
    """That of a proxy in front if it has the form of one, else a new one."""
    given = request.headers.get(HEADER, "")
    return given if _WELL_FORMED.fullmatch(given) else uuid4().hex


def user_id(request: HttpRequest) -> int | None:
    """Who made the request, if anybody had to know: nothing is read to find it out."""
    for name in ("_cached_user", "_acached_user"):
        if (known := getattr(request, name, None)) is not None:
            return cast("int | None", known.pk)
    user = getattr(request, "user", None)
    return None if isinstance(user, SimpleLazyObject) else getattr(user, "pk", None)
