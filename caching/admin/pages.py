"""What the cache's own admin pages share: who may see them, the way from one to the other, and the admin's frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

VIEW: Final = "caching.view_cache"
OPERATE: Final = "caching.operate_cache"
VALUES: Final = "caching.view_cache_values"

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages that lie beside one another. `url_name` is the one of its address."""

    title: str
    url_name: str
    permission: str


TABS: Final = (
    Tab("Keys", "cache:keys", VIEW),
    Tab("Operations", "cache:operations", OPERATE),
    Tab("Audit log", "admin:caching_auditentry_changelist", VIEW),
    Tab("AI ledger", "admin:caching_ailedgerline_changelist", "caching.view_ailedgerline"),
    Tab("Question pairs", "admin:caching_shadowhit_changelist", "caching.view_shadowhit"),
    Tab("Sessions", "admin:sessions_ext_savedsession_changelist", "sessions_ext.view_savedsession"),
)


def cache_page(permission: str) -> Callable[[View], View]:
    """A page for staff who have the permission: others are sent to sign in, or get a 403."""

    def decorated(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied("You may not see this page of the cache.")
            return view(request, *args, **kwargs)

        return admin.site.admin_view(never_cache(checked))

    return decorated


def frame(request: HttpRequest, title: str, **context: Any) -> dict[str, Any]:
    """The context of a page: the admin's own, its tabs, and what the page shows."""
    return {
        **admin.site.each_context(request),
        "title": title,
        "cache_tabs": _tabs(request),
        "may_operate": request.user.has_perm(OPERATE),
        "may_see_values": request.user.has_perm(VALUES),
        **context,
    }


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    shown = []
    for tab in TABS:
        if request.user.has_perm(tab.permission):
            url = reverse(tab.url_name)
            shown.append({"title": tab.title, "url": url, "is_current": request.path == url})
    return shown
