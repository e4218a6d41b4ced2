"""Fixtures that every test may use."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import django_rq
import pytest
import redis
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient
from rq.serializers import JSONSerializer

from caching import mapped
from caching.ai.ledger import delivery
from caching.connection.clients import make_client
from caching.connection.topology import make as make_topology
from caching.connection.urls import parse
from caching.stats import delivery as counts_delivery
from platform_app.models import Role, Scenario, User
from tests.emptied_tables import emptied_tables
from tests.factories import UserFactory, make_scenario
from tests.loopback_openai import provider_server
from tests.loopback_openid import openid_provider
from tests.no_internet import no_internet

__all__ = ["emptied_tables", "no_internet", "openid_provider", "provider_server"]  # fixtures for every test


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    """The server of this test run, for looking at and clearing keys; of a cluster, the client for all its nodes."""
    with make_client(parse(os.environ["REDIS_URL"])) as client:
        yield client


@pytest.fixture(scope="session")
def redis_servers() -> Iterator[tuple[redis.Redis, ...]]:
    """A client for each primary, for what a server knows of itself alone: its clients, and what it has done."""
    topology = make_topology(parse(os.environ["REDIS_URL"]), lambda: None)
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(redis.Redis(host, port, socket_timeout=5))
            for host, port in topology.primaries()
        )


@pytest.fixture(autouse=True)
def redis_key_prefix(settings: Settings, redis_server: redis.Redis) -> Iterator[str]:
    """Every test has keys of its own: a fresh prefix, cleared afterwards."""
    prefix = f"t{uuid4().hex[:12]}:"
    settings.REDIS_KEY_PREFIX = prefix
    yield prefix
    keys = list(redis_server.scan_iter(match=f"{prefix}*", count=1000))
    if keys:
        redis_server.unlink(*keys)


@pytest.fixture(scope="session", autouse=True)
def ledger_flushed_by_hand() -> None:
    """No thread brings counts to Redis in the midst of a test."""
    delivery.FLUSH_SECONDS = 86_400
    counts_delivery.FLUSH_SECONDS = 86_400


@pytest.fixture(scope="session", autouse=True)
def counts_in_memory() -> None:
    """Each test has a prefix of its own, and would leave a folder for the counts of it."""
    mapped.create = lambda suffix, size: mapped.in_memory(size)


@pytest.fixture(autouse=True)
def empty_ledger() -> None:
    delivery.reset()


@pytest.fixture(autouse=True)
def no_quarantine(settings: Settings) -> None:
    """The servers of a test run are young, and on several of them nothing would be stored for some seconds."""
    settings.CACHING = {**settings.CACHING, "QUARANTINE_SECONDS": 0}


@pytest.fixture
def professor(db: None) -> User:
    """Owns what the test makes."""
    return UserFactory.create(email="professor@example.org", name="Paula Professor", role=Role.PROFESSOR)


@pytest.fixture
def other_professor(db: None) -> User:
    """A colleague who must not see the professor's drafts or students."""
    return UserFactory.create(email="other.professor@example.org", name="Otto Other", role=Role.PROFESSOR)


@pytest.fixture
def student(db: None) -> User:
    return UserFactory.create(email="student@example.org", name="Stina Student")


@pytest.fixture
def other_student(db: None) -> User:
    """A stranger who must not see the student's simulations."""
    return UserFactory.create(email="other.student@example.org", name="Olaf Other")


@pytest.fixture
def admin_user(db: None) -> User:
    return UserFactory.create(
        email="admin@example.org", name="Ada Admin", role=Role.ADMIN, is_staff=True, is_superuser=True
    )


@pytest.fixture
def published_scenario(professor: User) -> Scenario:
    return make_scenario(owner=professor)


@pytest.fixture
def draft_scenario(professor: User) -> Scenario:
    return make_scenario(owner=professor, published=False)


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """`client_for(user)`: a browser-like client that is signed in as this user."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def api_for() -> Callable[[User], APIClient]:
    """`api_for(user)`: an API client with this user's credentials."""

    def signed_in(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return signed_in


@pytest.fixture(autouse=True)
def no_waiting_for_words(settings: Settings) -> None:
    """The offline engine speaks at a pace for people; tests do not wait for it."""
    settings.OFFLINE_TOKEN_SECONDS = 0


@pytest.fixture(autouse=True)
def fast_password_hasher(settings: Settings) -> None:
    """The real hasher takes a third of a second for each password, on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def work_off_queue() -> Iterator[Callable[[], None]]:
    """`work_off_queue()`: does all queued jobs in this process, as the worker would. It begins with an empty queue."""
    queue = django_rq.get_queue("default")
    queue.empty()

    def work() -> None:
        worker = django_rq.get_worker("default", worker_class="rq.SimpleWorker", serializer=JSONSerializer)
        worker.work(burst=True, logging_level="WARNING")

    yield work
    queue.empty()
