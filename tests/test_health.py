import socket
import time
from pathlib import Path
from unittest.mock import patch

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from tests.servers import find_valkey
from tests.topologies import start_single, stop_guarded

SECRET_CAUSE = "password authentication failed for user 'platform' at db.internal"


@pytest.fixture(autouse=True)
def one_server(settings: Settings):
    """Jobs are queued where everything else is, also where the tests run on a cluster."""
    settings.JOBS_REDIS_URL = settings.REDIS_URL


@pytest.fixture
def dead_redis(settings: Settings, redis_key_prefix: str):
    """REDIS_URL points to a port where nobody listens."""
    url = "redis://:s3cret@127.0.0.1:1/0"
    settings.REDIS_URL = settings.JOBS_REDIS_URL = url
    settings.CACHES = {name: cache | {"LOCATION": url} for name, cache in settings.CACHES.items()}


@pytest.fixture
def dead_database():
    with patch.object(connection, "cursor", side_effect=OperationalError(SECRET_CAUSE)):
        yield


def test_a_living_process_says_so_without_asking_anybody(dead_redis: None, dead_database: None):
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_when_redis_and_database_answer(db: None):
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"redis": "ok", "database": "ok"}}


def test_not_ready_without_redis(db: None, dead_redis: None):
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Retry-After"] == "5"
    assert response.json()["checks"] == {"redis": "failed", "database": "ok"}
    assert "s3cret" not in response.text
    assert "127.0.0.1" not in response.text


def test_not_ready_without_the_database(dead_database: None):
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"redis": "ok", "database": "failed"}
    assert SECRET_CAUSE not in response.text


def test_a_queue_with_a_server_of_its_own_is_asked_too(db: None, settings: Settings, tmp_path: Path):
    server = start_single(find_valkey(), tmp_path)
    settings.JOBS_REDIS_URL = server.url
    assert Client().get("/readyz").json()["checks"] == {"redis": "ok", "database": "ok", "queue": "ok"}
    stop_guarded(server.process)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"redis": "ok", "database": "ok", "queue": "failed"}


def test_a_frozen_queue_is_not_waited_for(db: None, settings: Settings):
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        settings.JOBS_REDIS_URL = f"redis://:s3cret@127.0.0.1:{frozen.getsockname()[1]}/0"
        began = time.perf_counter()
        response = Client().get("/readyz")
    assert time.perf_counter() - began < 1.6
    assert response.json()["checks"]["queue"] == "failed"
    assert "s3cret" not in response.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_never_cached_and_only_read(path: str, db: None):
    assert "no-store" in Client().get(path).headers["Cache-Control"]
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_not_sent_to_https(path: str, db: None, settings: Settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get(path).status_code == 200


def test_probes_leave_nothing_in_redis(db: None, redis_server: redis.Redis, redis_key_prefix: str):
    Client().get("/readyz")
    assert list(redis_server.scan_iter(match=f"{redis_key_prefix}*")) == []
