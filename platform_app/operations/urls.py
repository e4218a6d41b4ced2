from django.urls import URLPattern, re_path

from platform_app.operations import api

app_name = "operations"

urlpatterns: list[URLPattern] = []

api_urlpatterns = [
    re_path(r"^cache/ledger/?$", api.Ledger.as_view(), name="ledger"),
    re_path(r"^cache/stats/?$", api.Stats.as_view(), name="stats"),
]
