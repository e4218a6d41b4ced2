"""Who gets an answer from /metrics, in which form, and that it is one also when Redis is gone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client, override_settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from pytest_django import Settings

from caching import metrics
from platform_app.metrics import FORWARDED

TOKEN = "a-long-and-random-text"
# As Prometheus 3 sends it.
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.fixture
def local() -> Client:
    """A program on this machine."""
    return Client(headers={"Host": "127.0.0.1:8000"}, REMOTE_ADDR="127.0.0.1")


@pytest.fixture
def elsewhere() -> Client:
    return Client(headers={"Host": "127.0.0.1:8000"}, REMOTE_ADDR="203.0.113.9")


# --- Who may ask ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("127.0.0.1", "localhost"),
        ("::1", "[::1]:8000"),
        ("::ffff:127.0.0.1", "[::1]"),
    ],
)
def test_a_program_on_this_machine_may(peer: str, host: str) -> None:
    response = Client(headers={"Host": host}, REMOTE_ADDR=peer).get("/metrics")
    assert response.status_code == 200
    assert "cache_redis_up 1.0" in response.text


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.5", "", "a-socket"])
def test_others_may_not(peer: str) -> None:
    response = Client(headers={"Host": "127.0.0.1:8000"}, REMOTE_ADDR=peer).get("/metrics")
    assert response.status_code == 403
    assert "cache_" not in response.text


@pytest.mark.parametrize(
    "header", [*FORWARDED, *(f"X-Forwarded-{what}" for what in ("For", "Host", "Proto", "Port", "Server"))]
)
def test_what_a_proxy_on_this_machine_passes_on_is_not_local(local: Client, header: str) -> None:
    assert local.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


@override_settings(ALLOWED_HOSTS=["learn.example.org"])
def test_nor_is_what_asks_for_another_host(local: Client) -> None:
    assert local.get("/metrics", headers={"Host": "learn.example.org"}).status_code == 403


@override_settings(METRICS_TOKEN=TOKEN)
def test_with_a_token_whoever_has_it_may(elsewhere: Client) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}
    assert elsewhere.get("/metrics", headers=headers).status_code == 200


@override_settings(METRICS_TOKEN=TOKEN)
@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ü"]
)
def test_with_a_token_nobody_else_may(local: Client, authorization: str) -> None:
    response = local.get("/metrics", headers={"Authorization": authorization})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert TOKEN not in response.text


def test_an_empty_token_is_none(local: Client) -> None:
    assert local.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 200


# --- In which form ------------------------------------------------------------------------------------------------------


def test_prometheus_gets_the_format_that_it_prefers(local: Client) -> None:
    response = local.get("/metrics", headers={"Accept": PROMETHEUS})
    assert response.headers["Content-Type"] == metrics.OPENMETRICS
    assert len(list(read_openmetrics(response.text))) > 10


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html,*/*;q=0.8",
        "text/plain",
        "application/openmetrics-text;version=9",
        ";=;q=,",
        "a/b;q=nan",
    ],
)
def test_everybody_else_gets_the_text(local: Client, accept: str) -> None:
    response = local.get("/metrics", headers={"Accept": accept})
    assert response.headers["Content-Type"] == metrics.TEXT
    assert len(list(read_text(response.text))) > 10


def test_it_says_what_runs_here(local: Client) -> None:
    (build,) = (
        family for family in read_text(local.get("/metrics").text) if family.name == "platform_build_info"
    )
    (sample,) = build.samples
    assert set(sample.labels) == {"version", "python", "django"}
    assert sample.value == 1


def test_it_is_only_read_and_never_kept(local: Client) -> None:
    assert "no-store" in local.get("/metrics").headers["Cache-Control"]
    assert local.post("/metrics").status_code == 405
    assert local.head("/metrics").status_code == 200


@override_settings(SECURE_SSL_REDIRECT=True)
def test_it_is_not_sent_to_https(local: Client) -> None:
    assert local.get("/metrics").status_code == 200


# --- What it costs --------------------------------------------------------------------------------------------------------


def test_two_scrapes_at_once_say_the_same(local: Client) -> None:
    def scrape(_: int) -> set[str]:
        families = read_text(local.get("/metrics").text)
        return {family.name for family in families}

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(scrape, range(2))
    assert first == second


def test_without_redis_it_says_so_in_time(local: Client, settings: Settings, redis_key_prefix: str) -> None:
    url = "redis://:s3cret@127.0.0.1:1/0"
    settings.REDIS_URL = url
    settings.CACHES = {name: cache | {"LOCATION": url} for name, cache in settings.CACHES.items()}
    began = time.perf_counter()
    response = local.get("/metrics")
    assert time.perf_counter() - began < 1.6
    assert response.status_code == 200
    assert "cache_redis_up 0.0" in response.text
    assert "s3cret" not in response.text
