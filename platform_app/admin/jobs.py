"""django-rq's dashboard of background jobs, for superusers: whoever sees it sees the arguments of every job.

Its pages have a few inline styles. The content security policy of these pages, and of no others, allows exactly those,
by their hashes. Their inline scripts stay forbidden: they call a function that Django's admin has no more.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any

import django_rq
from csp.decorators import csp_update
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django_rq.admin import QueueAdmin
from django_rq.models import Dashboard

TEMPLATES = Path(django_rq.__file__).parent / "templates"


def inline_style_hashes() -> list[str]:
    """CSP sources for what stands between <style> and </style> in the dashboard's templates, word for word."""
    pages = [path.read_text() for path in TEMPLATES.rglob("*.html")]
    styles = {style for page in pages for style in re.findall(r"<style>(.+?)</style>", page, re.DOTALL)}
    return [f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" for style in sorted(styles)]


POLICY = {"style-src": ["'self'", *inline_style_hashes()]}


def for_superusers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.is_superuser:
            raise PermissionDenied("These pages are for administrators.")
        return view(request, *args, **kwargs)

    return csp_update(POLICY)(guarded)


admin.site.unregister(Dashboard)


@admin.register(Dashboard)
class JobsAdmin(QueueAdmin):
    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def get_urls(self) -> list[URLPattern]:
        return [
            URLPattern(url.pattern, for_superusers(url.callback), url.default_args, url.name)
            for url in super().get_urls()
        ]
