"""Without Redis nothing is committed; and a COMMIT whose outcome nobody knows stays announced."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from caching import tags
from caching.errors import CacheUnavailable
from caching.invalidation.writer import WriteRefused
from platform_app.models import Message, Persona, Scenario
from tests.caching.invalidation.conftest import World
from tests.caching.invalidation.witness import Witness, any_of

Break = Callable[[], None]


@pytest.fixture
def redis_dies(use_redis: Callable[[str], None], closed_port: int) -> Break:
    """`redis_dies()`"""
    return lambda: use_redis(f"redis://:s3cret@127.0.0.1:{closed_port}/0")


def names() -> set[str]:
    return {f"{one.name}, {one.role}" for one in Persona.objects.all()}


def test_a_statement_in_autocommit_is_not_sent(world: World, redis_dies: Break) -> None:
    redis_dies()
    before = names()
    with pytest.raises(WriteRefused, match="Nothing was written"):
        Persona.objects.update(role="Never")
    with pytest.raises(WriteRefused):
        Message.objects.get(simulation=world.mine.simulation).delete()
    with pytest.raises(WriteRefused):
        Persona.objects.create(scenario=world.mine.scenario, name="Never")
    assert names() == before
    assert not Persona.objects.filter(role="Never").exists()
    assert Message.objects.count() == 2


def test_a_transaction_is_rolled_back(world: World, redis_dies: Break) -> None:
    before = names()
    with pytest.raises(WriteRefused), transaction.atomic():
        Persona.objects.create(scenario=world.mine.scenario, name="Never")
        redis_dies()
    assert names() == before
    assert not connection.is_in_transaction()


def test_a_manual_commit_is_refused_and_can_be_rolled_back(world: World, redis_dies: Break) -> None:
    before = names()
    transaction.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("BEGIN IMMEDIATE")
        Persona.objects.update(role="Never")
        redis_dies()
        with pytest.raises(WriteRefused):
            transaction.commit()
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)
    assert names() == before


def test_a_commit_by_a_raw_statement_is_refused(world: World, redis_dies: Break) -> None:
    before = names()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("DELETE FROM platform_app_message")
        redis_dies()
        with pytest.raises(WriteRefused):
            cursor.execute("COMMIT")
        cursor.execute("ROLLBACK")
    assert Message.objects.count() == 2
    assert names() == before


def test_the_refusal_is_an_error_of_both_worlds_and_tells_no_password(
    world: World, redis_dies: Break
) -> None:
    redis_dies()
    with pytest.raises(DatabaseError) as refused:
        Persona.objects.update(role="Never")
    assert isinstance(refused.value, CacheUnavailable)
    assert refused.value.retry_after_seconds > 0
    assert "s3cret" not in str(refused.value)


def test_the_connection_is_usable_once_redis_is_back(
    world: World, redis_dies: Break, use_redis: Callable[[str], None]
) -> None:
    alive = settings.REDIS_URL
    redis_dies()
    with pytest.raises(WriteRefused), transaction.atomic():
        Persona.objects.update(role="Never")
    use_redis(alive)
    with transaction.atomic():
        Scenario.objects.update(title="Written")
    assert set(Scenario.objects.values_list("title", flat=True)) == {"Written"}


def test_reading_needs_no_redis(world: World, redis_dies: Break) -> None:
    redis_dies()
    with transaction.atomic():
        assert len(names()) == 6


def test_redis_that_dies_after_the_commit_is_only_logged(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(writer: str, names: object) -> None:
        raise CacheUnavailable("it died in between")

    before = Witness()
    monkeypatch.setattr(tags, "leave", unreachable)
    with caplog.at_level(logging.WARNING, "caching.invalidation.writer"):
        Persona.objects.update(role="Written")
    assert "until its lease runs out" in caplog.text
    assert any_of(Persona) in before.busy()
    assert set(Persona.objects.values_list("role", flat=True)) == {"Written"}


def lose_connection() -> None:
    """PostgreSQL: the network breaks. SQLite: the disk does."""
    if connection.vendor == "postgresql":
        with socket.socket(fileno=connection.connection.fileno()) as wire:
            wire.shutdown(socket.SHUT_RDWR)
            wire.detach()
    else:
        connection.connection = FailingDisk(connection.connection)


class FailingDisk:
    def __init__(self, driver: object) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> object:
        return getattr(self._driver, name)

    def commit(self) -> None:
        error = connection.Database.OperationalError("disk I/O error")
        error.sqlite_errorcode = 10
        raise error


def test_a_commit_with_unknown_outcome_leaves_its_mark(world: World) -> None:
    before = Witness()
    with pytest.raises(DatabaseError), transaction.atomic():
        Persona.objects.update(role="Who knows")
        lose_connection()
    connection.close()
    assert any_of(Persona) in before.busy()
    assert not connection.writes.uncommitted


def test_a_commit_that_the_database_refuses_leaves_no_mark(world: World) -> None:
    before = Witness()
    with pytest.raises(DatabaseError), transaction.atomic():
        Persona.objects.update(role="Refused")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE platform_app_persona SET scenario_id = 999999")
    assert before.busy() == set()
    assert not Persona.objects.filter(role="Refused").exists()
