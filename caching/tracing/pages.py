"""A trace as a page in the admin's look, or as JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from caching.admin.pages import VIEW, frame
from caching.inspection.names import address_of
from caching.trace import Decision
from caching.tracing import kept
from caching.tracing.kept import KEPT_SECONDS
from caching.tracing.report import Report, as_data
from caching.tracing.words import Said, said

MOST_INDENTED = 6
_BADGES = {"good": "ok", "plain": "", "warn": "warn", "bad": "fail"}


@dataclass(frozen=True, slots=True)
class Row:
    decision: Decision
    said: Said
    key_url: str

    @property
    def badge(self) -> str:
        """The colour of the shared look."""
        return _BADGES[self.said.tone]

    @property
    def indent(self) -> int:
        """In how many computations it stands, as far as a page has room for it."""
        return min(self.decision.depth, MOST_INDENTED)


def explanation(request: HttpRequest, report: Report, *, is_kept: bool) -> HttpResponse:
    """In the form that the request prefers."""
    if wants_json(request):
        return JsonResponse(as_data(report))
    context: dict[str, Any] = {
        "report": report,
        "rows": [Row(decision, said(decision), _key_url(decision.key)) for decision in report.decisions],
        "minutes": KEPT_SECONDS // 60,
        "address": reverse("cache:trace", args=[report.id]) if is_kept else "",
    }
    response = render(request, "admin/cache/trace.html", frame(request, "Trace of a request", **context))
    response.headers["X-Frame-Options"] = "DENY"  # the middleware that does it for other pages is further in
    return response


def found(request: HttpRequest, trace_id: str) -> Report:
    """For who asked for it, and for who may see the cache. Raises Http404 for everybody else, as for one that is not there."""
    trace = kept.read(trace_id)
    if trace is None or not (trace.by == str(request.user.pk) or request.user.has_perm(VIEW)):
        raise Http404
    return trace.report


def wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/") or request.GET.get("format") == "json":
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _key_url(key: str) -> str:
    """Of the page of a key; empty where there is none."""
    if not key:
        return ""
    address = address_of(key.encode())
    return reverse("cache:key", args=[address]) if address else ""
