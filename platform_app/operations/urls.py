from django.urls import URLPattern, path

from platform_app.operations import api

app_name = "operations"

urlpatterns: list[URLPattern] = []

api_urlpatterns = [
    path("cache/ledger/", api.Ledger.as_view(), name="ledger"),
    path("cache/ledger", api.Ledger.as_view(), name="ledger-without-slash"),
]
