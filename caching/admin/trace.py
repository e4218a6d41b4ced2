"""The trace of one request, for some minutes after it."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from caching.tracing.pages import explanation, found


@admin.site.admin_view
@never_cache
def kept_trace(request: HttpRequest, trace_id: str) -> HttpResponse:
    return explanation(request, found(request, trace_id), is_kept=True)
