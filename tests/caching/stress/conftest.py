"""Servers of the stress tests: a Valkey and a PostgreSQL for all runs; a database, a prefix and a board for each."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.caching.stress.arena import Arena, Database
from tests.servers import start_postgres, start_valkey


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return start_valkey(tmp_path_factory.mktemp("valkey"))


@pytest.fixture(scope="session")
def threaded_valkey_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """With io-threads a push often comes later than the reply to the writer that caused it."""
    return start_valkey(tmp_path_factory.mktemp("threaded-valkey"), "--io-threads", "4")


@pytest.fixture(scope="session")
def stress_database(valkey_url: str) -> Database:
    url = os.environ["DATABASE_URL"] if os.environ.get("TEST_DATABASE") == "postgres" else start_postgres()
    return Database(url, valkey_url)


@pytest.fixture
def arena(
    stress_database: Database, valkey_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Arena]:
    """The seed is the test's own, so that a run can be repeated; what the processes do at once never can."""
    url = stress_database.fresh()
    yield Arena(url, valkey_url, f"stress{uuid4().hex[:8]}:", tmp_path, seed=len(request.node.name))
    stress_database.drop(url)
