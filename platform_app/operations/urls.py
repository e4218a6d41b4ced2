from django.urls import URLPattern, re_path

from platform_app.operations import api, traces

app_name = "operations"

urlpatterns: list[URLPattern] = []

api_urlpatterns = [
    re_path(r"^cache/ledger/?$", api.Ledger.as_view(), name="ledger"),
    re_path(r"^cache/trace/(?P<trace_id>[A-Za-z0-9_-]{22})/?$", traces.KeptTrace.as_view(), name="trace"),
    re_path(r"^cache/stats/?$", api.Stats.as_view(), name="stats"),
]
