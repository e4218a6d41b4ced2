"""Every address: pages at the root, the API below /api/. Each feature brings both lists."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from platform_app.accounts import provider_urls
from platform_app.accounts import urls as accounts
from platform_app.analysis import urls as analysis
from platform_app.health import healthz, readyz
from platform_app.home import home
from platform_app.icon import favicon
from platform_app.metrics import metrics_page
from platform_app.operations import urls as operations
from platform_app.problems import unknown_api_path
from platform_app.progress import urls as progress
from platform_app.scenarios import urls as scenarios
from platform_app.simulations import urls as simulations

FEATURES = (accounts, analysis, scenarios, simulations, progress, operations)

urlpatterns = [
    path("", home, name="home"),
    *[path("", include(feature)) for feature in FEATURES],
    *[path("api/", include((feature.api_urlpatterns, f"api-{feature.app_name}"))) for feature in FEATURES],
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api_docs.html"),
        name="docs",
    ),
    re_path(r"^api/(?P<path>.*)$", unknown_api_path),
    path("account/with/", include(provider_urls)),
    path("healthz", healthz),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics_page, name="metrics"),
    path("favicon.ico", favicon),
    path("admin/cache/", include("caching.admin.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "platform_app.problems.bad_request"
handler500 = "platform_app.problems.server_error"
