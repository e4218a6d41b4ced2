"""The way to the cache's pages from elsewhere in the admin: from its lists, its index and its sidebar."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse

from caching.admin import pages

register = template.Library()


@register.inclusion_tag("admin/cache/tabs.html", takes_context=True)
def cache_tabs(context: Context) -> dict[str, Any]:
    """The tabs above a list of the admin that is one of the cache's pages."""
    return {"cache_tabs": pages.tabs(context["request"])}


@register.inclusion_tag("admin/cache/breadcrumbs.html", takes_context=True)
def cache_breadcrumbs(context: Context) -> dict[str, Any]:
    title = str(context["title"])
    return {"trail": pages.trail(context["request"], title), "title": title}


@register.inclusion_tag("admin/cache/module.html", takes_context=True)
def cache_module(context: Context, *, opens: bool = False) -> dict[str, Any]:
    """The pages as one more app of the index (`opens`: with a column of links, as there) and of the sidebar."""
    return {"cache_tabs": pages.tabs(context["request"]), "opens": opens}


@register.filter
def without_cache_pages(app_list: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Apps and models, but those that `cache_module` shows."""
    theirs = {reverse(tab.url_name) for tab in pages.TABS}
    rest = []
    for app in app_list:
        models = [model for model in app["models"] if model["admin_url"] not in theirs]
        if models:
            rest.append({**app, "models": models})
    return rest
