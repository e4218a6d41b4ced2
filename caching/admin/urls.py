"""The cache's own pages in the admin: config mounts them at /admin/cache/."""

from django.urls import URLPattern

app_name = "cache"
urlpatterns: list[URLPattern] = []
