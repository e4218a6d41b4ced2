"""The cache's own pages in the admin: config mounts them at /admin/cache/."""

from django.urls import path

from caching.admin import latency

app_name = "cache"
urlpatterns = [
    path("latency/", latency.page, name="latency"),
]
