"""Two questions of an orchestrator: is this process alive, and can it serve? The answers name no host and no cause."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import Error as DatabaseFailure
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caching import conf
from caching.connection import clients, raising_cache_unavailable, redis_client, urls
from caching.errors import CacheUnavailable
from platform_app.problems import PROBLEM_JSON, problem

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "5"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nobody else, so that a failing Redis does not make an orchestrator kill the web."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when Redis, the database and the queue answer, else a 503 problem; `checks` has the state of each."""
    checks = {name: "ok" if works(probe) else "failed" for name, probe in probes().items()}
    failed = [name for name, state in checks.items() if state == "failed"]
    if not failed:
        return JsonResponse({"status": "ok", "checks": checks})
    body = problem(503, "Not ready", f"Not working at the moment: {', '.join(failed)}.") | {"checks": checks}
    headers = {"Retry-After": RETRY_AFTER_SECONDS}
    return JsonResponse(body, status=503, content_type=PROBLEM_JSON, headers=headers)


def works(probe: Callable[[], None]) -> bool:
    try:
        probe()
    except (CacheUnavailable, DatabaseFailure) as error:
        logger.warning("Not ready: %s", error)
        return False
    return True


def ping_redis() -> None:
    with raising_cache_unavailable():
        redis_client().ping()


def query_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ping_queue() -> None:
    with (
        raising_cache_unavailable(),
        clients.make_client(urls.require_queue_server(conf.jobs_redis_url())) as client,
    ):
        client.ping()


def probes() -> dict[str, Callable[[], None]]:
    """The queue is a question of its own only where it has a server of its own."""
    found = {"redis": ping_redis, "database": query_database}
    return found if conf.jobs_redis_url() == conf.redis_url() else found | {"queue": ping_queue}
