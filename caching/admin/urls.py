"""The cache's own pages in the admin: config mounts them at /admin/cache/."""

from django.urls import URLPattern, path

from caching.admin import keys, latency, long_operations, operations, overview, trace
from caching.admin.doctor import doctor_page

app_name = "cache"
urlpatterns: list[URLPattern] = [
    path("", overview.overview_page, name="overview"),
    path("keys/", keys.key_list, name="keys"),
    path("keys/<str:address>/", keys.one_key, name="key"),
    path("operations/", operations.page, name="operations"),
    path("operations/invalidate/", operations.invalidate, name="invalidate"),
    path("operations/invalidate/<slug:kind>/", operations.preview_invalidation, name="preview_invalidation"),
    path("operations/delete/", long_operations.purge, name="purge"),
    path("operations/delete/preview/", long_operations.preview_purge, name="preview_purge"),
    path("operations/clean-up/", long_operations.clean_up, name="clean_up"),
    path("operations/go-on/", long_operations.go_on, name="go_on"),
    path("operations/stop/", long_operations.stop, name="stop"),
    path("operations/warm/<slug:name>/", operations.warm, name="warm"),
    path("latency/", latency.page, name="latency"),
    path("doctor/", doctor_page, name="doctor"),
    path("trace/<str:trace_id>/", trace.kept_trace, name="trace"),
]
