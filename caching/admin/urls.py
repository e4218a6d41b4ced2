"""The cache's own pages in the admin: config mounts them at /admin/cache/."""

from django.urls import URLPattern, path

from caching.admin import keys

app_name = "cache"
urlpatterns: list[URLPattern] = [
    path("keys/", keys.key_list, name="keys"),
    path("keys/<str:address>/", keys.one_key, name="key"),
]
