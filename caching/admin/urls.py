"""The cache's own pages in the admin: config mounts them at /admin/cache/."""

from django.urls import URLPattern, path

from caching.admin import keys, overview, trace
from caching.admin.doctor import doctor_page

app_name = "cache"
urlpatterns: list[URLPattern] = [
    path("", overview.overview_page, name="overview"),
    path("keys/", keys.key_list, name="keys"),
    path("keys/<str:address>/", keys.one_key, name="key"),
    path("doctor/", doctor_page, name="doctor"),
    path("trace/<str:trace_id>/", trace.kept_trace, name="trace"),
]
