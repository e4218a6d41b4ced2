"""Errors become HTTP here and nowhere else: problem+json (RFC 9457) for the API, a page for people.

A problem has `type`, `title`, `status`, `detail`, and `errors` (a list of {attr, code, detail}) where fields are at fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from caching.errors import AIError, CacheUnavailable
from platform_app.errors import PlatformError

PROBLEM_JSON = "application/problem+json"


def problem(status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    return body


def describe(error: Exception) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The problem and the extra headers of an error that users may see; None for everything else (a bug)."""
    match error:
        case PlatformError():
            errors = [{"attr": e.attr, "code": e.code, "detail": e.detail} for e in error.errors]
            return problem(error.status, error.title, error.detail, errors), {}
        case CacheUnavailable():
            detail = "The platform's memory (Redis) does not answer at the moment. Nothing was lost; try again shortly."
            return problem(503, "Temporarily unavailable", detail), {"Retry-After": str(error.retry_after_seconds)}
        case AIError():
            status = 503 if error.retryable else 502
            headers = {"Retry-After": "10"} if error.retryable else {}
            return problem(status, "The AI provider failed", error.user_message), headers
        case Http404():
            return problem(404, "Not found", "There is nothing here, or it is not yours to see."), {}
        case PermissionDenied():
            return problem(403, "Not allowed", str(error) or "You may not do this."), {}
        case ValidationError():
            return problem(400, "This cannot be accepted", "Some fields need your attention.", [*_flat(error.detail)]), {}
        case Throttled():
            wait = str(int(error.wait or 60))
            return problem(429, "Too many attempts", f"Please wait {wait} seconds and try again."), {"Retry-After": wait}
        case APIException():
            header = getattr(error, "auth_header", None)
            headers = {"WWW-Authenticate": header} if header else {}
            return problem(error.status_code, str(error.default_detail).rstrip("."), str(error.detail)), headers
    return None


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested lists and dicts of messages as one flat list."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _flat(inner, f"{path}.{index}" if nested else path)
    else:
        yield {"attr": path or "non_field_errors", "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None lets an unexpected error become a logged 500."""
    described = describe(error)
    if described is None:
        return None
    set_rollback()
    body, headers = described
    return Response(body, status=body["status"], headers=headers, content_type=PROBLEM_JSON)


def problem_http(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The same for plain Django views: JSON below /api/, else a page (a fragment for htmx)."""
    described = describe(error)
    if described is None:
        return None
    body, headers = described
    if request.path.startswith("/api/"):
        return JsonResponse(body, status=body["status"], headers=headers, content_type=PROBLEM_JSON)
    template = "problem_fragment.html" if request.headers.get("HX-Request") else "problem.html"
    response = render(request, template, {"problem": body}, status=body["status"])
    for name, value in headers.items():
        response[name] = value
    return response


class ProblemMiddleware(MiddlewareMixin):
    """Turns the errors that a plain Django view raises into answers."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return problem_http(request, error)
