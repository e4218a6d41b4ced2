"""`/metrics` for Prometheus: for whoever has METRICS_TOKEN, or without one for programs on this machine alone.

A request from this machine is one that came to the process directly: what a proxy passes on has its marks, and is refused,
also when the proxy runs here.
"""

from __future__ import annotations

import platform
from ipaddress import ip_address

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.metrics_core import GaugeMetricFamily

from caching import metrics
from platform_app.problems import PROBLEM_JSON, problem

BUILD_INFO = "platform_build_info"
FORWARDED = ("Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
"""What proxies add, and all that begins with X-Forwarded-. None of it is believed here: it is enough that it is there."""


@require_safe
@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    """200 also when Redis is out of reach, within the time that a reply of Redis may take: that is `cache_redis_up 0`."""
    if (refusal := _refusal(request)) is not None:
        return refusal
    content_type = _format(request)
    return HttpResponse(metrics.exposition(content_type, [_build()]), content_type=content_type)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if settings.METRICS_TOKEN:
        if constant_time_compare(
            request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
        ):
            return None
        body = problem(401, "Not signed in", "Send METRICS_TOKEN as a bearer token.")
        return JsonResponse(
            body, status=401, content_type=PROBLEM_JSON, headers={"WWW-Authenticate": "Bearer"}
        )
    if _is_local(request):
        return None
    body = problem(403, "Not allowed", "Without METRICS_TOKEN metrics are for programs on the same machine.")
    return JsonResponse(body, status=403, content_type=PROBLEM_JSON)


def _is_local(request: HttpRequest) -> bool:
    """A proxy that leaves no marks still asks for another host than this one."""
    if any(name in request.headers for name in FORWARDED) or _has_forwarded(request):
        return False
    host, _ = split_domain_port(request.get_host())
    asked_here = host == "localhost" or _is_loopback(host.strip("[]"))
    return asked_here and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _has_forwarded(request: HttpRequest) -> bool:
    return any(name.lower().startswith("x-forwarded-") for name in request.headers)


def _is_loopback(address: str) -> bool:
    try:
        # A socket for both families calls 127.0.0.1 ::ffff:127.0.0.1.
        return ip_address(address.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


def _format(request: HttpRequest) -> str:
    """The better one that the client knows. Prometheus names many versions of both, with parameters of its own."""
    for accepted in request.accepted_types:
        named = f"{accepted.main_type}/{accepted.sub_type}"
        if named == "application/openmetrics-text" and accepted.params.get("version", "1.0.0") == "1.0.0":
            return metrics.OPENMETRICS
        if named == "text/plain":
            break
    return metrics.TEXT


def _build() -> GaugeMetricFamily:
    """What runs here, as labels of a 1."""
    labels: dict[str, str] = {
        "version": str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        "python": platform.python_version(),
        "django": django.get_version(),
    }
    family = GaugeMetricFamily(BUILD_INFO, "What runs here", labels=tuple(labels))
    family.add_metric(tuple(labels.values()), 1)
    return family
