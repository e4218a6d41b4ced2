"""What the cache's own admin pages share: who may see them, the way from one to the other, and the admin's frame."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from caching.errors import CacheUnavailable

logger = logging.getLogger(__name__)

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

    def is_for(self, request: HttpRequest) -> bool:
        """Of a list of the admin its own admin decides: it may be stricter than the permission."""
        if not self.url_name.startswith("admin:"):
            return request.user.has_perm(self.permission)
        app, model = self.url_name.removeprefix("admin:").removesuffix("_changelist").rsplit("_", 1)
        return admin.site.get_model_admin(apps.get_model(app, model)).has_view_permission(request)


TABS: Final = (
    Tab("Overview", "cache:overview", VIEW),
    Tab("Keys", "cache:keys", VIEW),
    Tab("Operations", "cache:operations", OPERATE),
    Tab("Audit log", "admin:caching_auditentry_changelist", VIEW),
    Tab("Slow log and latency", "cache:latency", VIEW),
    Tab("Doctor", "cache:doctor", VIEW),
    Tab("AI ledger", "admin:caching_ailedgerline_changelist", "caching.view_ailedgerline"),
    Tab("Question pairs", "admin:caching_shadowhit_changelist", "caching.view_shadowhit"),
    Tab("Sessions", "admin:sessions_ext_savedsession_changelist", "sessions_ext.view_savedsession"),
)


def cache_page(permission: str) -> Callable[[View], View]:
    """A page for staff who have the permission: others are sent to sign in, or get a 403.

    When Redis fails under it, a page that says so takes its place. Without Redis from the start nobody is known to be
    signed in, and the platform itself says so.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied("You may not see this page of the cache.")
            try:
                return view(request, *args, **kwargs)
            except CacheUnavailable as error:
                return unavailable(request, error)

        return admin.site.admin_view(never_cache(checked))

    return decorated


def unavailable(request: HttpRequest, error: CacheUnavailable, **known: Any) -> HttpResponse:
    """The page when Redis does not answer; `known` is what can be said without it."""
    logger.error("Redis failed: %s", error)
    context = frame(request, "Redis does not answer", error=error, **known)
    page = render(request, "admin/cache/unavailable.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    page["Retry-After"] = str(error.retry_after_seconds)
    return page


def frame(request: HttpRequest, title: str, **context: Any) -> dict[str, Any]:
    """The context of a page: the admin's own, its tabs, and what the page shows."""
    return {
        **admin.site.each_context(request),
        "title": title,
        "cache_tabs": tabs(request),
        "may_operate": request.user.has_perm(OPERATE),
        "may_see_values": request.user.has_perm(VALUES),
        **context,
    }


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Those that this person may open. A page below one of them counts as a part of it, such as a key of the list of keys."""
    open_to = [(tab, reverse(tab.url_name)) for tab in TABS if tab.is_for(request)]
    # The overview's address begins all the others, and none of them is a part of it.
    above = (url for tab, url in open_to if tab.url_name != "cache:overview" and request.path.startswith(url))
    current = next(above, request.path)
    return [
        {
            "title": tab.title,
            "url": url,
            "is_current": url == current,
            "is_this_page": url == request.path,
        }
        for tab, url in open_to
    ]


def trail(request: HttpRequest, title: str) -> list[dict[str, Any]]:
    """The pages above the one with this title, of those that this person may open: the first one, and the tab it belongs to."""
    open_to = tabs(request)
    above = [{**tab, "title": "Cache"} for tab in open_to[:1]]
    return above + [tab for tab in open_to if tab["is_current"] and tab["title"] != title]
