"""Errors become HTTP here and nowhere else: problem+json (RFC 9457) for the API, a page for people.

A problem has `type`, `title`, `status`, `detail`, and `errors` (a list of {attr, code, detail}) where fields are at fault.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import redis
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils.deprecation import MiddlewareMixin
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from caching.errors import AIError, CacheUnavailable, Unrecorded
from platform_app.errors import PlatformError
from sessions_ext.errors import SessionTooLarge

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
# What redis-py raises through libraries that know nothing of ours (sessions aside: RQ, Django's cache).
REDIS_FAILED = (CacheUnavailable, redis.ConnectionError, redis.TimeoutError)


def problem(
    status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    return body


def describe(error: BaseException) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The problem and the extra headers of an error that users may see; None for everything else (a bug)."""
    match error:
        case PlatformError():
            errors = [{"attr": e.attr, "code": e.code, "detail": e.detail} for e in error.errors]
            return problem(error.status, error.title, error.detail, errors), error.headers
        case CacheUnavailable() | redis.ConnectionError() | redis.TimeoutError():
            detail = "The platform's memory (Redis) does not answer at the moment. Nothing was lost; try again shortly."
            logger.error("Redis failed: %s", error)
            wait = str(getattr(error, "retry_after_seconds", 5))
            return problem(503, "Temporarily unavailable", detail), {"Retry-After": wait}
        case Unrecorded():
            logger.error("The audit log cannot be written to", exc_info=error)
            return problem(503, "Temporarily unavailable", str(error)), {"Retry-After": "10"}
        case AIError():
            status = 503 if error.retryable else 502
            headers = {"Retry-After": "10"} if error.retryable else {}
            return problem(status, "The AI provider failed", error.user_message), headers
        case Http404():
            return problem(404, "Not found", "There is nothing here, or it is not yours to see."), {}
        case PermissionDenied():
            return problem(403, "Not allowed", str(error) or "You may not do this."), {}
        case RequestDataTooBig():
            return problem(413, "Too large", "That is more than can be sent at once."), {}
        case APIException():
            return _described_by_drf(error)
    return None


def _described_by_drf(error: APIException) -> tuple[dict[str, Any], dict[str, str]]:
    match error:
        case ValidationError():
            return problem(
                400, "This cannot be accepted", "Some fields need your attention.", [*_flat(error.detail)]
            ), {}
        case Throttled():
            wait = str(int(getattr(error, "wait", None) or 60))
            return problem(429, "Too many attempts", f"Please wait {wait} seconds and try again."), {
                "Retry-After": wait
            }
    header = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": header} if header else {}
    return problem(error.status_code, HTTPStatus(error.status_code).phrase, str(error.detail)), headers


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested lists and dicts of messages as one flat list."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _flat(inner, f"{path}.{index}".lstrip(".") if nested else path)
    else:
        yield {
            "attr": path or "non_field_errors",
            "code": getattr(detail, "code", "invalid"),
            # It may quote what was sent, and half a character (a lone surrogate) could not be sent back.
            "detail": str(detail).encode(errors="replace").decode(),
        }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None lets an unexpected error become a logged 500."""
    described = describe(error)
    if described is None:
        return None
    set_rollback()
    body, headers = described
    return Response(body, status=body["status"], headers=headers, content_type=PROBLEM_JSON)


def problem_http(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """The same for plain Django views: JSON below /api/, else a page (a fragment for htmx)."""
    described = describe(error)
    if described is None:
        return None
    body, headers = described
    if request.path.startswith("/api/"):
        return _json(body, headers)
    if isinstance(error, REDIS_FAILED):
        content = _without_redis(request, body)
    else:
        content = render_to_string(_template(request, "problem.html"), {"problem": body}, request)
    return HttpResponse(content, status=body["status"], headers=headers)


def _without_redis(request: HttpRequest, body: dict[str, Any]) -> str:
    """A page asks the session who is there, and the session asks Redis: it is drawn without knowing. Whoever comes by an
    address of the admin is taken for somebody who can mend it."""
    is_repeatable = request.method in ("GET", "HEAD")
    context = {
        "problem": body,
        "is_repeatable": is_repeatable,
        "again": request.get_full_path() if is_repeatable else reverse("home"),
        "is_for_operator": request.path.startswith(reverse("admin:index")),
    }
    return render_to_string(_template(request, "redis_down.html"), context)


def _template(request: HttpRequest, page: str) -> str:
    return "problem_fragment.html" if request.headers.get("HX-Request") else page


def _json(body: dict[str, Any], headers: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse(body, status=body["status"], headers=headers, content_type=PROBLEM_JSON)


class ProblemMiddleware(MiddlewareMixin):
    """Turns the errors that a plain Django view raises into answers."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return problem_http(request, error)


def unknown_api_path(request: HttpRequest, path: str) -> HttpResponse:
    """The last route below /api/: a JSON 404 also with DEBUG, and Django's redirect for a forgotten slash."""
    if not path.endswith("/") and resolve(f"{request.path_info}/").func is not unknown_api_path:
        if request.method in ("GET", "HEAD"):
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
        return _json(problem(404, "Not found", f"There is nothing here. Did you mean {request.path}/?"))
    return _json(problem(404, "Not found", "There is no such address in this API; /api/docs/ lists all."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`: what Django refuses before a view sees it."""
    detail = "The request makes no sense to this server."
    if isinstance(exception, SessionInterrupted):
        detail = (
            "You were signed out while this was under way, so it was not finished. Sign in and do it again."
        )
    elif isinstance(exception, SessionTooLarge):
        detail = "That is more than the platform can remember between two pages."
    return _error_page(request, problem(400, "This cannot be accepted", detail))


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: known errors raised outside of views (a session that cannot be saved); anything else is a bug."""
    error = sys.exc_info()[1]
    known = problem_http(request, error) if error else None
    return known or _error_page(
        request,
        problem(
            500, "Something went wrong", "The mistake is ours and has been noted. Please try again later."
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = (
        "This form is too old or was sent from elsewhere. Reload the page, allow cookies, and send it again."
    )
    return _error_page(request, problem(403, "Not accepted", detail))


def _error_page(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """A page that asks neither the session nor the database for anything."""
    if request.path.startswith("/api/"):
        return _json(body)
    return HttpResponse(render_to_string("problem.html", {"problem": body}), status=body["status"])
