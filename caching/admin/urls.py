"""The cache's own pages in the admin: config mounts them at /admin/cache/."""

from django.urls import URLPattern, path

from caching.admin import trace

app_name = "cache"
urlpatterns: list[URLPattern] = [
    path("trace/<str:trace_id>/", trace.kept_trace, name="trace"),
]
