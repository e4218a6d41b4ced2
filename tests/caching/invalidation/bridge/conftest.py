"""A row, a program outside that writes to it, triggers, and the process that listens to them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from platform_app.models import Persona
from tests.caching.invalidation.bridge.hands import Listening, Outside, outside_connection, triggers
from tests.factories import PersonaFactory


@pytest.fixture
def persona(transactional_db: None) -> Persona:
    return PersonaFactory.create(name="old")


@pytest.fixture
def outside() -> Iterator[Outside]:
    with outside_connection() as opened:
        yield opened


@pytest.fixture
def bridge(settings: Settings, transactional_db: None) -> Iterator[None]:
    """Triggers on all tables, and connections that say that they announce their writes."""
    settings.CACHING = settings.CACHING | {"BRIDGE": True}
    connection.close()
    triggers("--install")
    yield
    triggers("--remove")
    connection.close()


@pytest.fixture
def listen(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Listening]]:
    """`listen()`: the process, as soon as it listens."""
    started: list[Listening] = []

    def start(redis_url: str | None = None) -> Listening:
        listening = Listening(settings, redis_url or settings.REDIS_URL, tmp_path / "listener.log")
        started.append(listening)
        listening.says("Listening for writes to ")
        return listening

    yield start
    for listening in started:
        listening.process.kill()
        listening.process.wait()
        assert listening.process.stdout is not None
        listening.process.stdout.close()
