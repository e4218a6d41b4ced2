"""The admin site as a whole: its name and its way in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

admin.site.site_header = "AI Agent Education Platform"
admin.site.site_title = "Platform admin"
admin.site.index_title = "Everything in the database"


def admin_login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The admin has no password form of its own, which nobody would throttle; the platform's sign-in page serves it."""
    if admin.site.has_permission(request):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise PermissionDenied("These pages are for administrators.")
    return redirect_to_login(request.GET.get("next", request.path))


admin.site.login = admin_login  # type: ignore[method-assign]
