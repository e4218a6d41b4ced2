from django.urls import URLPattern, re_path

from platform_app.operations import api, traces

app_name = "operations"

urlpatterns: list[URLPattern] = []

api_urlpatterns = [
    re_path(
        r"^cache/invalidate/user/(?P<user_id>[0-9]+)/?$", api.InvalidateUser.as_view(), name="invalidate_user"
    ),
    re_path(
        r"^cache/invalidate/scenario/(?P<scenario_id>[0-9]+)/?$",
        api.InvalidateScenario.as_view(),
        name="invalidate_scenario",
    ),
    re_path(r"^cache/cleanup/?$", api.Cleanup.as_view(), name="cleanup"),
    re_path(r"^cache/ledger/?$", api.Ledger.as_view(), name="ledger"),
    re_path(r"^cache/trace/(?P<trace_id>[A-Za-z0-9_-]{22})/?$", traces.KeptTrace.as_view(), name="trace"),
    re_path(r"^cache/stats/?$", api.Stats.as_view(), name="stats"),
]
